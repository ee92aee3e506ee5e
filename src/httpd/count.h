/*
 * count.h - the counters of all children, and their place on mod_status' page.
 */
#ifndef NGD_COUNT_H
#define NGD_COUNT_H

#include <httpd.h>

#include "catalogue.h"

/* In post_config: memory that the children share.  Without it nothing is counted. */
void ngd_count_begin(apr_pool_t *pconf);

void ngd_count(ngd_cause_id_t cause);

/* Hook (mod_status' status_hook): a line or a row for each cause that was found. */
int ngd_count_status(request_rec *r, int flags);

#endif
