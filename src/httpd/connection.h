/*
 * connection.h - what is kept on a TCP connection.
 *
 * One slot in the connection's own memory, made when the connection is and
 * reused: nothing here grows with the number of requests.  No identity is kept
 * on it.  The streams of an HTTP/2 connection share the slot of their TCP
 * connection from several threads; they only read it, count in it, and take the
 * upgrade's token, each atomically.
 */
#ifndef NGD_CONNECTION_H
#define NGD_CONNECTION_H

#include <httpd.h>

#include "acceptor.h"
#include "attempt.h"
#include "evidence.h"
#include "settings.h"

/* A negotiation that waits for its next leg.  HTTP/1 only: one request at a time. */
typedef struct {
    ngd_negotiation_t *state;       /* NULL: none */
    ngd_policy_t policy;            /* the next leg must meet the same */
    char reference[NGD_REFERENCE_SIZE];
} ngd_pending_t;

/*
 * The last refusal on this connection, for a token-less request that follows it at
 * once: some clients repeat a refused request without a token, and show what they
 * get then.  HTTP/1 only.  The cause, and nothing of the client: a proxy that does
 * not say that it is one may put another client's request on the same connection.
 */
typedef struct {
    unsigned url;                   /* hash of what was refused; 0: nothing */
    unsigned request;               /* which of the connection's requests it was */
    char reference[NGD_REFERENCE_SIZE];
    ngd_diagnosis_t diagnosis;
} ngd_refused_t;

/* Hook (pre_connection). */
int ngd_connection_begin(conn_rec *c, void *socket);
/* Hook (post_read_request): counts the request, and notes that its header was read whole. */
int ngd_connection_request(request_rec *r);

/* Log-friendly name of the TCP connection, the same for all of its streams; "-" where there is none. */
const char *ngd_connection_id(const conn_rec *c);
unsigned ngd_connection_requests(const conn_rec *c);

/* The slot for a negotiation; NULL on HTTP/2, whose streams share no order. */
ngd_pending_t *ngd_connection_pending(conn_rec *c);

/* Remembers an attempt that was refused. */
void ngd_connection_note_refusal(request_rec *r, const ngd_attempt_t *attempt);
/* The refusal that this request follows at once, on the same URL; NULL: none.  Until the next one is noted. */
const ngd_refused_t *ngd_connection_refused_before(request_rec *r);

/*
 * Notes a token-less request, or forgets the last one because a token came.  Says
 * whether this one is a navigation to a URL that was challenged on this connection
 * before, with no token since: pages also fetch without credentials on purpose, so
 * only what a person opens counts.
 */
bool ngd_connection_note_challenge(request_rec *r);
void ngd_connection_note_token(request_rec *r);

/*
 * A request that asks for an upgrade to h2c is answered twice: httpd runs it
 * through authentication before it upgrades, and once more as stream 1, with
 * the same token.  The second time is no replay.  The first function remembers
 * the token that this connection has just had accepted; the second one holds once
 * for it, on a stream of the same connection, and gives the attempt's reference.
 */
void ngd_connection_allow_upgrade(request_rec *r, const char *authorization, const char *reference);
bool ngd_connection_upgrade_allowed(const request_rec *r, const char *authorization,
                                    char reference[NGD_REFERENCE_SIZE]);

#endif
