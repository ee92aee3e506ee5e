/*
 * collect.h - the evidence of a request, for whoever wants to read it.
 *
 * Runs only for a refusal, a page or a body, never on the way of a request that is
 * simply let in.
 */
#ifndef NGD_COLLECT_H
#define NGD_COLLECT_H

#include <httpd.h>

#include "attempt.h"

/*
 * Everything is in the attempt's pool, and borrows from the request, which may be
 * one that ends sooner, nothing.  attempt may be NULL: a request on which this
 * module did not decide; then it is in the request's own.
 */
const ngd_evidence_t *ngd_collect(request_rec *r, const ngd_attempt_t *attempt);

/* The signs of a proxy that a request can carry; their absence proves nothing. */
bool ngd_collect_is_proxied(const request_rec *r);

#endif
