/*
 * evidence.h - everything that is known about one attempt to sign on.
 *
 * One const struct of plain facts.  src/httpd collects what the request and the
 * configuration say, src/token what the client sent, src/gss what GSSAPI decided
 * and what inspection of the ticket showed.  Nothing is decided here, nothing is
 * rendered here, and there is no clock: `now` is a fact like the others.
 *
 * Ownership: all strings are borrowed, NUL-terminated UTF-8, and live as long as
 * the request (for the token: as the bytes that were decoded).  A NULL string is
 * a fact that is not known.  Times are UTC: microseconds (_usecs) or seconds
 * (_secs) since 1970; 0 is a time that is not known.
 *
 * Security: what stands under `token` is unauthenticated.  What stands under
 * `ticket` was decrypted with a key of the keytab and is only meaningful where
 * ticket.opened holds.  Nothing here is a key, a cookie, a password or a token's
 * bytes; renderers must not look behind the spans of `token` for them.
 */
#ifndef NGD_EVIDENCE_H
#define NGD_EVIDENCE_H

#include "token.h"

/* How an attempt ended.  The words of the report's contract. */
typedef enum {
    NGD_OUTCOME_ANONYMOUS,  /* no token came: the normal first leg */
    NGD_OUTCOME_CONTINUE,   /* a legal negotiation that wants another leg */
    NGD_OUTCOME_REFUSED,
    NGD_OUTCOME_ACCEPTED,
} ngd_outcome_t;

/* Where the identity of this request came from. */
typedef enum {
    NGD_SOURCE_NONE,
    NGD_SOURCE_REQUEST,     /* this request's own token */
    NGD_SOURCE_CONNECTION,
    NGD_SOURCE_SESSION,
} ngd_source_t;

typedef enum {
    NGD_PERSIST_REQUEST,
    NGD_PERSIST_CONNECTION,
    NGD_PERSIST_SESSION,
} ngd_persist_t;

/* "K7QF-3M2X" and its terminator. */
enum { NGD_REFERENCE_SIZE = 10 };

typedef struct {
    const char *reference;          /* 8 characters of Crockford's base32 as XXXX-XXXX */
    int64_t time_usecs;             /* when the request was read */
    ngd_outcome_t outcome;
    unsigned leg;                   /* 1 for the first token of a negotiation; 0 without a token */
} ngd_attempt_facts_t;

typedef struct {
    const char *method;             /* what AUTH_TYPE holds: "Negotiate"; NULL where nobody signed on */
    const char *protocol;           /* Kerberos, NTLM, Basic or Anonymous */
    const char *user;               /* what REMOTE_USER holds */
    const char *local_name;
    ngd_source_t source;
    ngd_persist_t persist;
} ngd_authentication_facts_t;

/* One key of a keytab, without the key. */
typedef struct {
    const char *principal;          /* HTTP/web.example.test@EXAMPLE.TEST */
    uint32_t kvno;
    int32_t enctype;
    int64_t time_secs;              /* when the entry was written into the keytab */
} ngd_keytab_entry_t;

typedef enum {
    NGD_KEYTAB_UNREAD,              /* not looked at yet */
    NGD_KEYTAB_GOOD,
    NGD_KEYTAB_MISSING,
    NGD_KEYTAB_UNREADABLE,          /* by the user the server runs as */
    NGD_KEYTAB_EMPTY,
    NGD_KEYTAB_CORRUPT,             /* torn by a writer, or no keytab at all */
    NGD_KEYTAB_UNLOADABLE,          /* whole, but krb5 does not load it: its own configuration may be broken */
} ngd_keytab_state_t;

typedef struct {
    const char *path;
    ngd_keytab_state_t state;       /* of the file now; the entries may be an older, good reading */
    const ngd_keytab_entry_t *entries;
    size_t entries_count;
    const ngd_keytab_entry_t *matched;  /* what opened the ticket, NULL if nothing did */
} ngd_keytab_facts_t;

/* What only a successful decryption shows (RFC 4120 section 5.3). */
typedef struct {
    bool opened;
    const char *client;             /* alice@EXAMPLE.TEST */
    const char *server;             /* of the keytab entry that opened the ticket */
    uint32_t flags;                 /* TicketFlags, bit 0 of the RFC is the highest here */
    int64_t auth_time_secs;
    int64_t start_time_secs;        /* 0: as auth_time */
    int64_t end_time_secs;
    int64_t renew_till_secs;        /* 0: not renewable */
    int32_t session_enctype;
} ngd_ticket_facts_t;

typedef struct {
    int64_t server_usecs;           /* now */
    bool has_client;
    int64_t client_usecs;           /* of the authenticator */
} ngd_clock_facts_t;

typedef struct {
    const char *id;                 /* stands in the logs as %{NEGOTIATE_CONNECTION}e */
    unsigned requests;              /* on this connection so far, this one included */
    const char *protocol;           /* HTTP/1.1, HTTP/2.0 */
    bool tls;
    const char *client;             /* the peer's address and port */
    bool proxied;                   /* Via, Forwarded, X-Forwarded-* or mod_remoteip was seen on this request */
    size_t header_limit_bytes;      /* LimitRequestFieldSize */
    const char *host;               /* the Host header, or :authority; claimed */
    const char *user_agent;         /* claimed */
} ngd_connection_facts_t;

typedef struct {
    ngd_attempt_facts_t attempt;
    ngd_authentication_facts_t authentication;
    ngd_header_t header;
    ngd_stop_t base64_stop;         /* where the header's base64 broke off; the token is what came before */
    ngd_token_t token;              /* meaningful where header.scheme is not NGD_SCHEME_NONE */
    ngd_ticket_facts_t ticket;
    ngd_keytab_facts_t keytab;
    ngd_clock_facts_t clock;
    ngd_connection_facts_t connection;
    const char *contact;            /* whom a refused user should ask: text or URL */
} ngd_evidence_t;

#endif
