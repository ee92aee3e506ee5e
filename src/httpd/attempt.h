/*
 * attempt.h - one attempt to sign on, as httpd's requests see it.
 *
 * An attempt belongs to the request that made it.  Requests that httpd derives
 * from it (internal redirects, subrequests) share it where their configuration
 * would have decided alike, so that a token is spent once.
 */
#ifndef NGD_ATTEMPT_H
#define NGD_ATTEMPT_H

#include <httpd.h>

#include "evidence.h"
#include "report.h"
#include "settings.h"

typedef struct {
    char reference[NGD_REFERENCE_SIZE];
    ngd_policy_t policy;            /* that decided */
    const char *authorization;      /* the header's value that was decided upon; NULL: none came */
    ngd_header_t header;
    ngd_span_t token;               /* the header's token, decoded from base64; in the request's pool */
    ngd_stop_t base64_stop;         /* where the base64 broke off */
    ngd_outcome_t outcome;
    unsigned leg;
    int status;                     /* what check_authn answered: OK or an HTTP status */
    ngd_notice_t notice;            /* the body of a refusal */
    const char *user;               /* accepted: in the pool of the request that made the attempt */
} ngd_attempt_t;

/* Random state for references; once in each child. */
void ngd_reference_seed(void);
/* "K7QF-3M2X": 40 bits that do not repeat within a child, and hardly within a day. */
void ngd_reference_make(char reference[NGD_REFERENCE_SIZE]);

/* A new attempt of this request, published in its environment.  reference may be NULL: a new one. */
ngd_attempt_t *ngd_attempt_begin(request_rec *r, const ngd_policy_t *policy, const char *reference);
/* Makes another request's attempt this one's too. */
void ngd_attempt_share(request_rec *r, ngd_attempt_t *attempt);

/* This request's attempt, or NULL. */
ngd_attempt_t *ngd_attempt_of(const request_rec *r);
/* The nearest attempt among the requests that this one was derived from, or NULL. */
ngd_attempt_t *ngd_attempt_before(const request_rec *r);

/* Hook (fixups): publishes the attempt of a request before on the redirected one, for its log line. */
int ngd_attempt_fixup(request_rec *r);

#endif
