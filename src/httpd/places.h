/*
 * places.h - where in the configuration our directives stand, and the checks
 * that need to know: what could never work stops the start.
 *
 * Sections are merged request by request, so most questions have three answers:
 * a setting holds in a place, it never does, or it may.  The start is stopped
 * only for what never works; a request for which it turns out otherwise is
 * answered with 500 and a line in the log.
 */
#ifndef NGD_PLACES_H
#define NGD_PLACES_H

#include <stdbool.h>

#include <httpd.h>
#include <http_config.h>

typedef enum {
    NGD_PLACED_AUTH_TYPE,           /* AuthType Negotiate */
    NGD_PLACED_KEYTAB,
    NGD_PLACED_REQUIRE_TLS,
} ngd_placed_t;

/* Forgets the last configuration.  Everything lives in pconf. */
void ngd_places_begin(apr_pool_t *pconf);

/* Remembers where a directive stands; .htaccess files, which come and go, are not remembered. */
void ngd_places_note(const cmd_parms *cmd, ngd_placed_t what);

/* False, with a line in the log for each, if somewhere AuthType Negotiate can have no keytab. */
bool ngd_places_check(server_rec *server);

/* Whether a directive of that kind stands anywhere in the configuration. */
bool ngd_places_any(ngd_placed_t what);

/* Warns of what works and is probably not meant. */
void ngd_places_warn(server_rec *server);

#endif
