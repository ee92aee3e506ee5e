/*
 * inspect.h - what a ticket shows when it is opened, apart from any decision, and
 * what krb5 itself says of a token that was refused.
 *
 * An inspection decrypts the ticket and the authenticator with the keys of a
 * keytab and reads them.  A refused token is also put to krb5 once more, through
 * the Kerberos mechanism alone and without a replay cache, because SPNEGO hides
 * krb5's error.  Nothing here admits anybody: what is accepted on the way is
 * thrown away.  No replay cache and no configuration of krb5 is touched.
 *
 * It runs only for a page, a body and a log line, never on the way of a request
 * that is simply let in.
 */
#ifndef NGD_INSPECT_H
#define NGD_INSPECT_H

#include "acceptor.h"

enum {
    NGD_INSPECTION_TRIES_MAX = 2000,    /* keys that are tried on one ticket; real keytabs have fewer */
    NGD_INSPECTION_TEXTS_MAX = 10,
};

/* What there is to inspect with. */
typedef struct {
    ngd_acceptor_t acceptor;
    const char *host;                   /* the request's, for NGD_ACCEPTOR_HOST; may be NULL */
    ngd_keyset_t *keys;                 /* of the acceptor's keytab; NULL: no reading was ever good */
    ngd_keytab_t *const *others;        /* further keytabs of this server; the acceptor's own may be among them */
    size_t others_count;
    ngd_span_t token;                   /* the bytes of which the evidence's token is made */
} ngd_subject_t;

/* Owns the texts that an inspection puts into the evidence.  Released with ngd_inspection_release(). */
typedef struct {
    char *text[NGD_INSPECTION_TEXTS_MAX];
    size_t count;
} ngd_inspection_t;

/* The keytab's index alone, without a ticket and without krb5. */
void ngd_inspect_keytab(const ngd_subject_t *subject, ngd_evidence_t *evidence);

/*
 * Fill the evidence's ticket, clock, and the keytab's index and match from its
 * token; for a refused one also the other keytabs, what krb5 says (decision), and
 * the server's replay cache and krb5.conf.  evidence->decision.refusal is set
 * before.  Both need a thread that is set up (thread.h).
 */
void ngd_inspect_accepted(const ngd_subject_t *subject, ngd_evidence_t *evidence, ngd_inspection_t *inspection);
void ngd_inspect_refused(const ngd_subject_t *subject, ngd_evidence_t *evidence, ngd_inspection_t *inspection);

void ngd_inspection_release(ngd_inspection_t *inspection);

#endif
