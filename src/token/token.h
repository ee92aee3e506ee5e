/*
 * token.h - what a client sent in its Authorization header, as plain facts.
 *
 * This room turns untrusted bytes into facts and decides nothing: a decoded
 * token admits nobody, and a token that cannot be decoded is refused by GSSAPI
 * alone.  It knows no APR, no httpd, no GSSAPI and no krb5; it allocates
 * nothing, reads no clock, and never reads past its input.
 *
 * Ownership: a decoded token borrows.  Every span points into the bytes that
 * were given to the decoder; they must outlive the facts.  Text from the wire
 * is not NUL-terminated, may hold any byte, and is unauthenticated: a renderer
 * escapes it and calls it "claimed".
 *
 * Followed: RFC 4559 (HTTP Negotiate), RFC 4648 (base64), RFC 4178 and MS-SPNG
 * (SPNEGO), RFC 2743 section 3.1 (framing), RFC 4121 and RFC 4120 (Kerberos),
 * MS-NLMP (NTLMSSP).
 */
#ifndef NGD_TOKEN_H
#define NGD_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits, named once.  Beyond a list limit the rest is counted, not kept. */
enum {
    NGD_MECHANISMS_MAX = 16,        /* real clients offer at most five */
    NGD_NAME_PARTS_MAX = 8,         /* components of a principal name */
};

/* Bytes borrowed from the input; data is NULL exactly where nothing was there. */
typedef struct {
    const uint8_t *data;
    size_t len;
} ngd_span_t;

/* ---- why decoding ended before the end ---------------------------------- */

typedef enum {
    NGD_STOP_NONE,          /* all of it was read */
    NGD_STOP_TRUNCATED,     /* the input ends where more was announced */
    NGD_STOP_MALFORMED,     /* what stands there is not what the format wants */
} ngd_stop_reason_t;

typedef struct {
    ngd_stop_reason_t reason;
    size_t offset;          /* bytes from the start of the token (of the base64 text for a header) */
    const char *expected;   /* what was expected there, a static phrase in English: "Ticket.sname" */
} ngd_stop_t;

/* ---- the header ---------------------------------------------------------- */

typedef enum {
    NGD_SCHEME_NONE,        /* no Authorization header */
    NGD_SCHEME_NEGOTIATE,
    NGD_SCHEME_KERBEROS,    /* the bare "Kerberos" scheme of some stacks */
    NGD_SCHEME_NTLM,
    NGD_SCHEME_BASIC,
    NGD_SCHEME_DIGEST,
    NGD_SCHEME_BEARER,
    NGD_SCHEME_OTHER,
} ngd_scheme_t;

/* What httpd's LimitRequestFieldSize counts of a field beside its value: its name, the colon and the blank. */
enum { NGD_FIELD_NAME_BYTES = sizeof "Authorization: " - 1 };

/* An Authorization header, split but not decoded. */
typedef struct {
    ngd_scheme_t scheme;    /* matched without regard to case (RFC 9110 section 11.1) */
    ngd_span_t scheme_text; /* as the client wrote it */
    ngd_span_t base64;      /* what follows the scheme, without surrounding blanks; may be empty */
    size_t header_bytes;    /* the whole header value */
} ngd_header_t;

/* Splits the header's value of len bytes.  value may be NULL (no header). */
void ngd_header_split(const char *value, size_t len, ngd_header_t *header);

/*
 * Decodes standard base64 with padding (RFC 4648 section 4) into out, which
 * holds size bytes (NGD_BASE64_BYTES(text.len) is always enough).  Stores the
 * number of bytes decoded and returns where it stopped: after damage out holds
 * what came before, whole groups of four only.  Text that ends inside a group is
 * NGD_STOP_TRUNCATED, padding that was left off included.
 */
#define NGD_BASE64_BYTES(text_bytes) (((text_bytes) / 4 + 1) * 3)
ngd_stop_t ngd_base64_decode(ngd_span_t text, uint8_t *out, size_t size, size_t *out_bytes);

/* ---- mechanisms ------------------------------------------------------------ */

typedef enum {
    NGD_MECH_UNKNOWN,
    NGD_MECH_KRB5,          /* 1.2.840.113554.1.2.2 */
    NGD_MECH_MS_KRB5,       /* 1.2.840.48018.1.2.2, Windows 2000's misprint of it, still sent first */
    NGD_MECH_KRB5_USER2USER,/* 1.2.840.113554.1.2.2.3 */
    NGD_MECH_IAKERB,        /* 1.3.6.1.5.2.5 */
    NGD_MECH_NTLMSSP,       /* 1.3.6.1.4.1.311.2.2.10 */
    NGD_MECH_NEGOEX,        /* 1.3.6.1.4.1.311.2.2.30 */
    NGD_MECH_SPNEGO,        /* 1.3.6.1.5.5.2 */
    NGD_MECH_PKU2U,         /* 1.3.6.1.5.2.7, and 1.3.5.1.5.2.7 as Apple's systems offer it */
} ngd_mech_t;

typedef struct {
    ngd_mech_t mech;
    ngd_span_t oid;         /* DER contents of the OBJECT IDENTIFIER */
} ngd_offered_mech_t;

/* "Kerberos 5", "NTLM", ...; "unknown mechanism" for NGD_MECH_UNKNOWN.  Static. */
const char *ngd_mech_name(ngd_mech_t mech);

/*
 * Writes the dotted form of an OID's DER contents, NUL-terminated, into out.
 * Returns out; "?" where the OID is damaged or does not fit.
 */
enum { NGD_OID_TEXT_MAX = 128 };
const char *ngd_oid_text(ngd_span_t oid, char *out, size_t size);

/* "aes256-cts-hmac-sha1-96" for 18, ... (RFC 3961 registry); NULL if it has no name here.  Static. */
const char *ngd_enctype_name(int32_t enctype);

/* ---- Kerberos (RFC 4120) ------------------------------------------------- */

typedef struct {
    int32_t type;                           /* NT-PRINCIPAL 1, NT-SRV-INST 2, NT-SRV-HST 3, ... */
    ngd_span_t part[NGD_NAME_PARTS_MAX];
    size_t parts;                           /* kept in part[] */
    size_t parts_total;                     /* that the token holds */
} ngd_principal_name_t;

typedef struct {
    bool present;
    bool has_kvno;
    int32_t enctype;
    uint32_t kvno;
    ngd_span_t cipher;
} ngd_encrypted_t;

#define NGD_AP_OPTION_USE_SESSION_KEY 0x40000000u
#define NGD_AP_OPTION_MUTUAL_REQUIRED 0x20000000u

typedef struct {
    bool has_ap_options;                    /* and with them pvno and msg-type, which come before */
    uint32_t ap_options;
    ngd_span_t realm;                       /* of the ticket: claimed, as is sname */
    ngd_principal_name_t sname;
    ngd_encrypted_t ticket;                 /* Ticket.enc-part */
    ngd_encrypted_t authenticator;
    ngd_span_t ticket_der;                  /* the whole Ticket, header included; empty if it was cut off */
} ngd_ap_req_t;

typedef struct {
    int32_t code;                           /* RFC 4120 section 7.5.9: 37 = clock skew */
    bool has_ctime;
    int64_t client_time_secs;               /* UTC, seconds since 1970 */
    int64_t server_time_secs;               /* 0 if it was cut off */
    ngd_span_t realm;
    ngd_principal_name_t sname;
    ngd_span_t text;                        /* e-text, if any */
} ngd_krb_error_t;

/* ---- Kerberos, after decryption (never from the wire as it stands) -------- */

typedef struct {
    ngd_span_t realm;
    ngd_principal_name_t cname;
    int64_t client_time_secs;               /* ctime: UTC, seconds since 1970 */
    int32_t client_time_usecs;
    bool has_subkey;
    int32_t subkey_enctype;
} ngd_authenticator_t;

/* Decodes the plain text of an Authenticator (RFC 4120 section 5.5.1). */
ngd_stop_t ngd_authenticator_decode(ngd_span_t plain, ngd_authenticator_t *authenticator);

/* ---- NTLMSSP (MS-NLMP) ------------------------------------------------------ */

typedef enum { NGD_CHARSET_OEM, NGD_CHARSET_UTF16LE } ngd_charset_t;

typedef struct {
    uint32_t type;                          /* 1 NEGOTIATE, 2 CHALLENGE, 3 AUTHENTICATE */
    uint32_t flags;
    bool has_flags;
    ngd_charset_t charset;                  /* of the three strings */
    ngd_span_t domain;                      /* target name in type 2 */
    ngd_span_t user;                        /* type 3 */
    ngd_span_t workstation;                 /* types 1 and 3 */
    bool has_version;
    uint8_t major, minor;
    uint16_t build;
} ngd_ntlm_t;

/* ---- the token ------------------------------------------------------------ */

typedef enum {
    NGD_TOKEN_EMPTY,        /* no bytes at all */
    NGD_TOKEN_UNKNOWN,      /* bytes that begin like none of the others */
    NGD_TOKEN_SPNEGO_INIT,  /* NegTokenInit */
    NGD_TOKEN_SPNEGO_INIT2, /* NegTokenInit2 (MS-SPNG): with negHints */
    NGD_TOKEN_SPNEGO_RESP,  /* NegTokenResp: a later leg */
    NGD_TOKEN_KERBEROS,     /* a bare Kerberos token (RFC 4121) */
    NGD_TOKEN_NTLM,         /* bare NTLMSSP */
} ngd_token_kind_t;

/* What the mechanism token is: the token itself, or what SPNEGO wraps. */
typedef enum {
    NGD_INNER_NONE,
    NGD_INNER_AP_REQ,
    NGD_INNER_AP_REP,
    NGD_INNER_KRB_ERROR,
    NGD_INNER_NTLM,
    NGD_INNER_OTHER,        /* of a mechanism that is not decoded here, NegoEx say */
} ngd_inner_kind_t;

typedef enum {
    NGD_NEG_ACCEPT_COMPLETED = 0,
    NGD_NEG_ACCEPT_INCOMPLETE = 1,
    NGD_NEG_REJECT = 2,
    NGD_NEG_REQUEST_MIC = 3,
} ngd_neg_state_t;

typedef struct {
    size_t bytes;                           /* of the whole token */
    ngd_token_kind_t kind;
    bool framed;                            /* it begins with the framing of RFC 2743, as a first one has to */

    /* SPNEGO */
    ngd_offered_mech_t mechanisms[NGD_MECHANISMS_MAX];
    size_t mechanisms_count;                /* kept in mechanisms[]; the first is the preferred one */
    size_t mechanisms_total;                /* that the token holds */
    bool has_req_flags;
    uint32_t req_flags;                     /* ContextFlags, bit 0 of the BIT STRING is the highest here */
    ngd_span_t mech_token;                  /* what SPNEGO wraps; the optimistic token in NegTokenInit */
    ngd_span_t hint_name;                   /* NegHints.hintName */
    ngd_span_t mech_list_mic;
    bool has_neg_state;
    ngd_neg_state_t neg_state;
    ngd_offered_mech_t supported_mech;      /* NegTokenResp; oid.data NULL if absent */

    /*
     * The mechanism token.  inner_mech is what its own framing or signature says; where it
     * says nothing, the mechanism that it was sent for: mechanisms[0] or supported_mech.
     */
    ngd_inner_kind_t inner;
    ngd_mech_t inner_mech;
    bool inner_framed;                      /* the framing of RFC 2743 stands around it, with its OID */
    ngd_ap_req_t ap_req;                    /* if inner is NGD_INNER_AP_REQ */
    ngd_krb_error_t krb_error;              /* if inner is NGD_INNER_KRB_ERROR */
    ngd_ntlm_t ntlm;                        /* if inner is NGD_INNER_NTLM */

    ngd_stop_t stop;                        /* the first thing that did not fit */
} ngd_token_t;

/*
 * Decodes a token.  Always fills *token with whatever could be read, and
 * token->stop with the first place that was not as the format wants it.  No
 * bytes at all are NGD_STOP_TRUNCATED, too: a token was announced.
 * Bytes after the end of the token are NGD_STOP_MALFORMED, "end of the token".
 */
void ngd_token_decode(ngd_span_t bytes, ngd_token_t *token);

/* Where reading broke off.  Base64 that does shortens the token, whose own stop is then only a consequence. */
const ngd_stop_t *ngd_first_stop(const ngd_stop_t *base64, const ngd_token_t *token);

/* The code of the KRB-ERROR (RFC 4120 section 5.9.1) that a token is or wraps; 0: it is none. */
int32_t ngd_token_error_code(ngd_span_t bytes);

/*
 * Stable words for machines: "spnego-init", "spnego-init2", "spnego-response",
 * "kerberos", "ntlm", "empty", "unknown".
 */
const char *ngd_token_kind_name(ngd_token_kind_t kind);
/* "accept-completed", ... (RFC 4178 section 4.2.2) */
const char *ngd_neg_state_name(ngd_neg_state_t state);
/* "Negotiate", "NTLM", ... as registered; "none" and "other" */
const char *ngd_scheme_name(ngd_scheme_t scheme);

/*
 * Writes text from the wire as valid, NUL-terminated UTF-8 into out, cut at a
 * character's border when it does not fit.  Bytes that are no text in the
 * charset, NUL and control characters, those of direction included, become
 * U+FFFD.  "OEM" is some code page that nobody names: only what is UTF-8, and so
 * ASCII, is taken for text; Kerberos strings are read as this, too.  Returns out.
 */
const char *ngd_text_utf8(ngd_span_t text, ngd_charset_t charset, char *out, size_t size);

/*
 * "HTTP/web.example.test" from a name's parts; '/', '@' and '\' inside a part are
 * escaped as krb5 does.  A name with more parts than were kept ends in "/...".
 * Returns out.
 */
const char *ngd_principal_text(const ngd_principal_name_t *name, char *out, size_t size);

#endif
