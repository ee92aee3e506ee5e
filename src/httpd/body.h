/*
 * body.h - the pages of this module as httpd sends them: whoami, and the bodies
 * of refusals.
 */
#ifndef NGD_BODY_H
#define NGD_BODY_H

#include <httpd.h>
#include <util_filter.h>

/* Hook (handler): SetHandler negotiate-whoami. */
int ngd_whoami_handler(request_rec *r);

/*
 * Hook (handler): SetHandler negotiate-explain, as ErrorDocument 401: diagnoses what
 * another module or a proxied server refused, with a keytab of its own.
 */
int ngd_explain_handler(request_rec *r);

/* Hook (insert_error_filter): gives our refusals their body, unless the administrator's ErrorDocument does. */
void ngd_refusal_insert(request_rec *r);
/* The filter it inserts, by this name. */
#define NGD_REFUSAL_FILTER "NEGOTIATE_REFUSAL"
apr_status_t ngd_refusal_filter(ap_filter_t *filter, apr_bucket_brigade *in);

#endif
