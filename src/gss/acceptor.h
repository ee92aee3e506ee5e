/*
 * acceptor.h - the one place where a token is decided upon.
 *
 * GSSAPI decides, alone: a token is accepted exactly when
 * gss_accept_sec_context() accepts it with the entries of the keytab that the
 * acceptor name admits, and only for the mechanism configured.  On top of that
 * an anonymous client (RFC 8062) is refused: it is nobody, and "valid-user"
 * means somebody.
 *
 * A negotiation of several legs (RFC 4178) is one attempt.  What is kept between
 * its legs is a ngd_negotiation_t, which belongs to the caller and to one
 * connection.
 */
#ifndef NGD_ACCEPTOR_H
#define NGD_ACCEPTOR_H

#include <stddef.h>
#include <stdint.h>

#include "keytab.h"
#include "thread.h"

enum {
    NGD_LEGS_MAX = 8,           /* SPNEGO with Kerberos takes two, any real mechanism at most four */
    NGD_FAULT_TEXT_SIZE = 512,
};

typedef enum {
    NGD_VERDICT_REFUSED,
    NGD_VERDICT_CONTINUE,       /* answer with the reply and expect another leg on this connection */
    NGD_VERDICT_ACCEPTED,
} ngd_verdict_t;

/* A negotiation between two of its legs. */
typedef struct ngd_negotiation ngd_negotiation_t;

/* Who accepts.  Two equal acceptors decide alike. */
typedef struct {
    ngd_keytab_t *keytab;
    ngd_acceptor_name_t name;
} ngd_acceptor_t;

bool ngd_acceptor_equal(const ngd_acceptor_t *a, const ngd_acceptor_t *b);

/* What came of one token.  Released with ngd_decision_release(). */
typedef struct {
    ngd_verdict_t verdict;
    unsigned leg;               /* of the negotiation that this token was */
    char *client;               /* accepted: who; a NUL-terminated principal without a NUL inside */
    void *reply;                /* the token for the client, of a token accepted or continued; may be NULL */
    size_t reply_bytes;
    ngd_refusal_t refusal;      /* refused: at which gate */
    int32_t reply_code;         /* refused: RFC 4120 code of the KRB-ERROR that GSSAPI has for the client; 0: none */
    uint32_t major;             /* GSSAPI's; for the log */
    uint32_t minor;             /* under SPNEGO no krb5 code: never classify by it */
    char fault[NGD_FAULT_TEXT_SIZE]; /* refused: what GSSAPI says of it; for the log, never parsed */
} ngd_decision_t;

/*
 * Decides upon one token.  host is the request's, for NGD_ACCEPTOR_HOST; it may
 * be NULL.  *negotiation is NULL for a first leg; after NGD_VERDICT_CONTINUE it
 * is what the next leg needs, and otherwise NULL again.  A refused first leg is
 * tried once more if the keytab's file turns out to be newer than the keys.
 */
void ngd_accept(const ngd_acceptor_t *acceptor, const char *host, ngd_replay_t replay,
                ngd_negotiation_t **negotiation, const uint8_t *token, size_t token_bytes,
                ngd_decision_t *decision);
void ngd_decision_release(ngd_decision_t *decision);

/* Ends a negotiation that will not go on.  *negotiation may be NULL. */
void ngd_negotiation_end(ngd_negotiation_t **negotiation);

#endif
