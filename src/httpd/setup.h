/*
 * setup.h - what this server has once its configuration is read: the keytabs,
 * the fixed bodies, and what each child begins with.
 *
 * Lives in the configuration's pool; the children inherit it by fork.
 */
#ifndef NGD_SETUP_H
#define NGD_SETUP_H

#include <httpd.h>
#include <http_config.h>

#include "keytab.h"
#include "report.h"

enum { NGD_CONTACT_MAX = 500 };     /* a line on a page, not a page */

/* The keytab of that path: one object for the whole server.  NULL when memory ran out. */
ngd_keytab_t *ngd_setup_keytab(const char *path);

/* All of them. */
ngd_keytab_t *const *ngd_setup_keytabs(size_t *count);

/* Whom the processes that serve run as. */
const char *ngd_setup_user(void);
const char *ngd_setup_group(void);

/* A fixed body, HTML or text, rendered before the first request. */
const ngd_template_t *ngd_setup_notice(ngd_notice_t notice, ngd_format_t format);

/* Hooks. */
int ngd_setup_pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp);
int ngd_setup_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server);
int ngd_setup_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server);
void ngd_setup_child_init(apr_pool_t *pchild, server_rec *server);

#endif
