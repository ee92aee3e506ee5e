/*
 * collect.h - the evidence of a request, for whoever wants to read it.
 *
 * Runs only for a page or a body, never on the way of a request that is simply
 * let in.  Everything is allocated in the request's pool.
 */
#ifndef NGD_COLLECT_H
#define NGD_COLLECT_H

#include <httpd.h>

#include "attempt.h"

/* attempt may be NULL: a request on which this module did not decide. */
const ngd_evidence_t *ngd_collect(request_rec *r, const ngd_attempt_t *attempt);

#endif
