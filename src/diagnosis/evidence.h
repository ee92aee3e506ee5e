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
    int os_error;                   /* errno for NGD_KEYTAB_MISSING and NGD_KEYTAB_UNREADABLE, otherwise 0 */
    const ngd_keytab_entry_t *entries;
    size_t entries_count;
    const ngd_keytab_entry_t *matched;  /* what opened the ticket, NULL if nothing did */
    bool keys_untried;              /* not all of the keys could be tried on the ticket */

    /* What NegotiateAcceptorName makes of it. */
    size_t admitted_count;          /* entries that may open a ticket here */
    bool claimed_admitted;          /* the ticket's claimed name is one that may */
    bool matched_admitted;          /* and so is the entry that opened it */

    /* Another keytab of this server whose entry opens the ticket; NULL: none does. */
    const char *other_path;
    const char *other_principal;
} ngd_keytab_facts_t;

/* The Privilege Attribute Certificate of Active Directory (MS-PAC): of no weight for the decision. */
typedef enum {
    NGD_PAC_NONE,
    NGD_PAC_VERIFIED,               /* its server signature is this key's */
    NGD_PAC_UNVERIFIED,
} ngd_pac_t;

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
    bool authenticator_opened;      /* with the ticket's session key, and it is whole */
    const char *authenticator_client;   /* who made the request; has to be the ticket's client */
    ngd_pac_t pac;
} ngd_ticket_facts_t;

/* Without a known limit, krb5's own default. */
enum { NGD_SKEW_LIMIT_SECS = 300 };

typedef struct {
    int64_t server_usecs;           /* now */
    bool has_client;
    int64_t client_usecs;           /* of the authenticator */
    int64_t skew_limit_secs;        /* clockskew of the server's krb5.conf; 0: not known */
} ngd_clock_facts_t;

/* ---- the decision ----------------------------------------------------------- */

/* Who said no, and at which gate. */
typedef enum {
    NGD_REFUSAL_NONE,
    NGD_REFUSAL_TLS,                /* NegotiateRequireTLS; no key was used */
    NGD_REFUSAL_HEADER_SIZE,        /* httpd, before any module: a header field over its limit */
    NGD_REFUSAL_MESSAGE,            /* this module: no token that could be handed to GSSAPI */
    NGD_REFUSAL_NO_KEYS,            /* no reading of the keytab was ever good */
    NGD_REFUSAL_NO_ENTRY,           /* the keytab has no entry that NegotiateAcceptorName admits */
    NGD_REFUSAL_NO_CREDENTIAL,      /* Kerberos gave no credential on the keys */
    NGD_REFUSAL_GSS,                /* gss_accept_sec_context() */
    NGD_REFUSAL_INTERNAL,           /* this module could not go on: memory ran out, a name that cannot be shown */
    NGD_REFUSAL_ANONYMOUS,          /* GSSAPI accepted, but the client is nobody (RFC 8062) */
    NGD_REFUSAL_LEGS,               /* the negotiation went on beyond its limit */
    NGD_REFUSAL_MOVED,              /* a negotiation of several legs met another configuration on its way */
    NGD_REFUSAL_AUTHORIZATION,      /* signed on, but Require is not met */
    NGD_REFUSAL_ELSEWHERE,          /* another module or server; this one only explains */
} ngd_refusal_t;

/* What krb5 itself says of a token that was refused. */
typedef struct {
    ngd_refusal_t refusal;
    int32_t reply_code;             /* RFC 4120 section 7.5.9: of the KRB-ERROR in GSSAPI's answer; 0: none came */
    bool asked;                     /* the token was put to krb5 again, without a replay cache */
    bool passes;                    /* and passed: nothing is wrong with it but what a replay cache says */
    int32_t asked_code;             /* otherwise krb5's error as a code of RFC 4120, 0 if it is none of those */
    int32_t asked_error;            /* the same as krb5's own number, for the log */
    bool transited_refused;         /* that error is krb5's for a path of realms that it does not trust */
    bool enctype_refused;           /* or for an encryption type that krb5.conf does not permit */
    bool enctype_not_permitted;     /* the ticket's encryption type is none of krb5.conf's permitted_enctypes */
} ngd_decision_facts_t;

/* ---- the server ------------------------------------------------------------- */

typedef enum {
    NGD_REPLAY_CACHE_UNKNOWN,
    NGD_REPLAY_CACHE_USABLE,
    NGD_REPLAY_CACHE_OFF,
    NGD_REPLAY_CACHE_UNUSABLE,      /* by the user the server runs as */
} ngd_replay_cache_state_t;

typedef struct {
    const char *user;               /* whom the server's processes run as */
    const char *group;
    const char *acceptor;           /* NegotiateAcceptorName: "HTTP", "Host", "Any", "HTTP@www.example.com" */
    ngd_replay_cache_state_t replay_cache;
    const char *replay_cache_name;  /* "file2:/var/tmp/krb5_33.rcache2" */
    int replay_cache_error;         /* errno, for NGD_REPLAY_CACHE_UNUSABLE */
    int32_t krb5_conf_error;        /* krb5's number where it cannot read its configuration; 0: it can */
    const char *krb5_conf_words;    /* the same in krb5's words, for people */
} ngd_server_facts_t;

typedef struct {
    const char *id;                 /* stands in the logs as %{NEGOTIATE_CONNECTION}e */
    unsigned requests;              /* on this connection so far, this one included */
    const char *protocol;           /* HTTP/1.1, HTTP/2.0 */
    bool tls;
    const char *client;             /* the peer's address and port */
    bool proxied;                   /* Via, Forwarded, X-Forwarded-* or mod_remoteip was seen on this request */
    size_t header_limit_bytes;      /* LimitRequestFieldSize */
    const char *host;               /* the Host header, or :authority, port included; claimed */
    const char *user_agent;         /* claimed */
    bool same_computer;             /* the client's address is one of this computer's own */
    bool challenged_before;         /* a navigation to this URL was challenged on this connection just before */
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
    ngd_decision_facts_t decision;
    ngd_server_facts_t server;
    ngd_connection_facts_t connection;
    const char *contact;            /* whom a refused user should ask: text or URL */
} ngd_evidence_t;

#endif
