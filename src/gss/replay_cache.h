/*
 * replay_cache.h - whether this process could use its replay cache, found out
 * without opening it.
 *
 * krb5 chooses the cache in this order: KRB5RCACHENAME, KRB5RCACHETYPE,
 * default_rcache_name of krb5.conf, and krb5_UID.rcache2 in KRB5RCACHEDIR, TMPDIR
 * or /var/tmp.
 */
#ifndef NGD_REPLAY_CACHE_H
#define NGD_REPLAY_CACHE_H

#include <krb5.h>

#include "inspect.h"

/* Fills the replay_cache facts; NGD_REPLAY_CACHE_UNKNOWN for a name that only krb5 can expand. */
void ngd_replay_cache_look(krb5_context krb5, ngd_server_facts_t *facts, ngd_inspection_t *inspection);

#endif
