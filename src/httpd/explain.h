/*
 * explain.h - from a refusal to its cause: collects the evidence, lets the rules
 * speak, writes the log line and the environment, and chooses the challenge.
 *
 * A request that is let in never comes here, and the normal first leg without a
 * token only to note that it was one.
 */
#ifndef NGD_EXPLAIN_H
#define NGD_EXPLAIN_H

#include <httpd.h>

#include "attempt.h"

/*
 * For an attempt whose outcome, status, refusal and fault are set: finds its cause,
 * logs it once, publishes it, and remembers it on the connection for a token-less
 * request that may follow.
 */
void ngd_explain_refusal(request_rec *r, ngd_attempt_t *attempt);

/*
 * For a request without a token: no evidence is needed.  If it follows a refusal at
 * once, it takes over that attempt's reference and cause, so that clients which
 * repeat a refused request without a token show why.
 */
void ngd_explain_challenge(request_rec *r, ngd_attempt_t *attempt);

/* A user that signed on and does not meet the Require: a refusal of its own, with the same reference. */
void ngd_explain_authorization(request_rec *r, const ngd_attempt_t *accepted, int status);

/* The denied subrequest whose status is this request's answer, told now; NULL: it is not. */
ngd_attempt_t *ngd_explain_denied(request_rec *r);

/* What another module refused and this one only explains: an attempt of the redirected request's own. */
ngd_attempt_t *ngd_explain_elsewhere(request_rec *r);

/* A header field that httpd itself found too large, before any module was asked. */
ngd_attempt_t *ngd_explain_header_size(request_rec *r);

/* The attempt's evidence, collected now if nobody did before. */
const ngd_evidence_t *ngd_explain_evidence(request_rec *r, ngd_attempt_t *attempt);

/*
 * The challenge that goes with it (RFC 9110 section 11.6.1): "Negotiate", or
 * "Sign-On-Refused ...", a scheme that no client knows, where asking again would
 * only make browsers prompt; NULL where negotiate-skip is set in the environment.
 */
const char *ngd_explain_answer(request_rec *r, const ngd_attempt_t *attempt);

#endif
