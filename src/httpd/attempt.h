/*
 * attempt.h - one attempt to sign on, as httpd's requests see it.
 *
 * httpd answers one request of a client by a tree of its own: subrequests and
 * internal redirects.  The token is spent once in that tree: whoever comes first
 * makes the attempt, and the others share it where their configuration would have
 * decided alike.  An attempt lives in the pool of the client's request.
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
    ngd_span_t token;               /* the header's token, decoded from base64; in the attempt's pool */
    ngd_stop_t base64_stop;         /* where the base64 broke off */
    ngd_outcome_t outcome;
    unsigned leg;
    int status;                     /* what the hook answered: OK or an HTTP status */
    const char *user;               /* accepted, and not authorized: who */
    const char *answer;             /* the value of our WWW-Authenticate; NULL: none */
    ngd_refusal_t refusal;          /* at which gate it ended; NGD_REFUSAL_NONE: it did not */
    int32_t reply_code;             /* of the KRB-ERROR that GSSAPI had for the client; 0: none */
    const char *fault;              /* refused: GSSAPI's words or ours, for the log; NULL: none */
    bool follows;                   /* no token, and the diagnosis is that of the refusal just before */
    bool challenged_before;         /* no token, and the same navigation was challenged just before */
    ngd_diagnosis_t diagnosis;      /* of an attempt that was not let in; see explain.h */
    const ngd_evidence_t *evidence; /* that it rests on; NULL: not collected, since the cause was plain without */
    apr_pool_t *pool;
} ngd_attempt_t;

/* Random state for references; once in each child. */
void ngd_reference_seed(void);
/* "K7QF-3M2X": 40 bits that do not repeat within a child, and hardly within a day. */
void ngd_reference_make(char reference[NGD_REFERENCE_SIZE]);

/* A new attempt of this request.  reference may be NULL: a new one. */
ngd_attempt_t *ngd_attempt_begin(request_rec *r, const ngd_policy_t *policy, const char *reference);
/*
 * Takes the header (NULL: none came) apart, and what stands behind Negotiate out of
 * its base64.  True where that is a token that GSSAPI can be asked about.
 */
bool ngd_attempt_read(ngd_attempt_t *attempt, const char *authorization);

/*
 * The last of the tree's subrequests that was denied to a user who was let in to its
 * client's request: the answer to that may be the subrequest's, an index file's.  NULL: none.
 */
void ngd_attempt_note_denied(request_rec *r, const ngd_attempt_t *attempt);
ngd_attempt_t *ngd_attempt_denied(request_rec *r);

/* Makes an attempt this request's own, without its becoming its tree's last one. */
void ngd_attempt_share(request_rec *r, ngd_attempt_t *attempt);

/* Puts what is known of an attempt into the request's environment. */
void ngd_attempt_publish(request_rec *r, const ngd_attempt_t *attempt);
/* Puts a reference, and the connection's name, there, where nothing else is known.  reference lives as long as r. */
void ngd_attempt_publish_reference(request_rec *r, const char *reference);

/* Whether httpd read this request's header whole, which post_read_request notes. */
void ngd_attempt_note_header(request_rec *r);
bool ngd_attempt_has_header(const request_rec *r);

/* This request's attempt, or NULL. */
ngd_attempt_t *ngd_attempt_of(const request_rec *r);
/*
 * The attempt that was made before this request in its tree: the nearest of the
 * requests that it was derived from, or else the last one anywhere.  Or NULL.
 */
ngd_attempt_t *ngd_attempt_before(const request_rec *r);

/* Hook (fixups): publishes the attempt of a request before on the redirected one, for its log line. */
int ngd_attempt_fixup(request_rec *r);

#endif
