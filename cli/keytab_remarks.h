/*
 * keytab_remarks.h - what is to be said of a keytab, from its inventory and its
 * file alone: no KDC is asked.
 */
#ifndef NGD_KEYTAB_REMARKS_H
#define NGD_KEYTAB_REMARKS_H

#include "inventory.h"
#include "remark.h"

/* Of what stands in it; of a file that is not good, why. */
void ngd_keytab_remarks(const char *path, const ngd_inventory_t *inventory, apr_pool_t *pool,
                        apr_array_header_t *remarks);

/* "no-http-entry" */
extern const ngd_remark_kind_t ngd_remark_no_http;

/* Of who can read it: everybody, and the user that the server runs as (NULL: not asked for). */
void ngd_keytab_access_remarks(const char *path, const ngd_inventory_t *inventory, const char *user, apr_pool_t *pool,
                               apr_array_header_t *remarks);

/* It was read, and no entry in it is another service's or the computer's own. */
bool ngd_keytab_is_the_sites_own(const ngd_inventory_t *inventory);

/* DES, 3DES and RC4 (RFC 6649, RFC 8429). */
bool ngd_enctype_is_weak(int enctype);

#endif
