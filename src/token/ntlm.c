/*
 * ntlm.c - NTLMSSP messages (MS-NLMP section 2.2.1).
 *
 * Fixed fields stand at fixed offsets; strings stand behind them wherever a
 * security buffer says, so each buffer is checked against the message.  The
 * challenge and the responses to it are of use to an attacker: they are only
 * ever measured, and no string is believed that reaches into them.
 */
#include "decode.h"

#include <string.h>

enum {
    NEGOTIATE_MESSAGE = 1,
    CHALLENGE_MESSAGE = 2,
    AUTHENTICATE_MESSAGE = 3,
};

enum {
    FLAG_UNICODE = 0x00000001,
    FLAG_OEM_DOMAIN_SUPPLIED = 0x00001000,
    FLAG_OEM_WORKSTATION_SUPPLIED = 0x00002000,
    FLAG_VERSION = 0x02000000,
};

enum { BUFFER_BYTES = 8, FLAGS_BYTES = 4, VERSION_BYTES = 8 };

/* Where the fields of the three messages stand. */
enum { MESSAGE_TYPE = 8, MESSAGE_FIELDS = 12 };
enum { NEGOTIATE_FLAGS = 12, NEGOTIATE_DOMAIN = 16, NEGOTIATE_WORKSTATION = 24, NEGOTIATE_VERSION = 32 };
enum { CHALLENGE_TARGET_NAME = 12, CHALLENGE_FLAGS = 20, CHALLENGE_TARGET_INFO = 40, CHALLENGE_VERSION = 48 };
enum {
    AUTHENTICATE_LM_RESPONSE = 12,
    AUTHENTICATE_NT_RESPONSE = 20,
    AUTHENTICATE_DOMAIN = 28,
    AUTHENTICATE_USER = 36,
    AUTHENTICATE_WORKSTATION = 44,
    AUTHENTICATE_SESSION_KEY = 52,
    AUTHENTICATE_FLAGS = 60,
    AUTHENTICATE_VERSION = 64,
};

static uint32_t le16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t le32(const uint8_t *at)
{
    return le16(at) | le16(at + 2) << 16;
}

/* size bytes at an offset of the message that in stands at, or NULL. */
static const uint8_t *fixed(const ngd_cursor_t *in, size_t offset, size_t size, const char *expected)
{
    if (ngd_cursor_left(in) < offset + size) {
        ngd_cursor_missing(in, expected);
        return NULL;
    }
    return in->at + offset;
}

/*
 * What the security buffer at an offset points to, as far as it is there.  The
 * fixed fields end at payload; a buffer that points before that is damage.
 */
static ngd_span_t buffer(const ngd_cursor_t *in, size_t offset, size_t payload, const char *expected)
{
    const ngd_span_t nothing = { .data = NULL };
    const uint8_t *fields = fixed(in, offset, BUFFER_BYTES, expected);
    size_t left = ngd_cursor_left(in);
    ngd_span_t span;

    if (fields == NULL || le16(fields) == 0) {  /* the offset of an empty one means nothing */
        return nothing;
    }
    if (le32(fields + 4) < payload) {
        ngd_cursor_malformed(in, fields, expected);
        return nothing;
    }
    if (le32(fields + 4) >= left) {
        ngd_cursor_missing(in, expected);
        return nothing;
    }
    span = (ngd_span_t){ .data = in->at + le32(fields + 4), .len = le16(fields) };
    left -= le32(fields + 4);
    if (span.len > left) {
        ngd_cursor_missing(in, expected);
        span.len = left;
    }
    return span;
}

static void flags(const ngd_cursor_t *in, size_t offset, ngd_ntlm_t *ntlm, const char *expected)
{
    const uint8_t *field = fixed(in, offset, FLAGS_BYTES, expected);

    if (field != NULL) {
        ntlm->flags = le32(field);
        ntlm->has_flags = true;
    }
}

/* VERSION, MS-NLMP section 2.2.2.10: the client's operating system. */
static void version(const ngd_cursor_t *in, size_t offset, ngd_ntlm_t *ntlm, const char *expected)
{
    const uint8_t *field;

    if (!(ntlm->flags & FLAG_VERSION)) {
        return;
    }
    field = fixed(in, offset, VERSION_BYTES, expected);
    if (field != NULL) {
        ntlm->major = field[0];
        ntlm->minor = field[1];
        ntlm->build = (uint16_t)le16(field + 2);
        ntlm->has_version = true;
    }
}

/* Section 2.2.1.1.  Its strings come before a charset is agreed on: always OEM. */
static void negotiate_message(const ngd_cursor_t *in, ngd_ntlm_t *ntlm)
{
    flags(in, NEGOTIATE_FLAGS, ntlm, "NEGOTIATE_MESSAGE.NegotiateFlags");
    fixed(in, NEGOTIATE_DOMAIN, BUFFER_BYTES, "NEGOTIATE_MESSAGE.DomainNameFields");
    fixed(in, NEGOTIATE_WORKSTATION, BUFFER_BYTES, "NEGOTIATE_MESSAGE.WorkstationFields");
    version(in, NEGOTIATE_VERSION, ntlm, "NEGOTIATE_MESSAGE.Version");
    /* Without its flag a buffer must be ignored: its offset may be anything. */
    if (ntlm->flags & FLAG_OEM_DOMAIN_SUPPLIED) {
        ntlm->domain = buffer(in, NEGOTIATE_DOMAIN, NEGOTIATE_VERSION, "NEGOTIATE_MESSAGE.DomainName");
    }
    if (ntlm->flags & FLAG_OEM_WORKSTATION_SUPPLIED) {
        ntlm->workstation = buffer(in, NEGOTIATE_WORKSTATION, NEGOTIATE_VERSION,
                                   "NEGOTIATE_MESSAGE.WorkstationName");
    }
}

static ngd_charset_t negotiated_charset(const ngd_ntlm_t *ntlm)
{
    return ntlm->flags & FLAG_UNICODE ? NGD_CHARSET_UTF16LE : NGD_CHARSET_OEM;
}

/* Section 2.2.1.2.  A server's message: a client that sends one back is confused, but readable. */
static void challenge_message(const ngd_cursor_t *in, ngd_ntlm_t *ntlm)
{
    flags(in, CHALLENGE_FLAGS, ntlm, "CHALLENGE_MESSAGE.NegotiateFlags");
    ntlm->charset = negotiated_charset(ntlm);
    fixed(in, CHALLENGE_TARGET_INFO, BUFFER_BYTES, "CHALLENGE_MESSAGE.TargetInfoFields");
    version(in, CHALLENGE_VERSION, ntlm, "CHALLENGE_MESSAGE.Version");
    ntlm->domain = buffer(in, CHALLENGE_TARGET_NAME, CHALLENGE_VERSION, "CHALLENGE_MESSAGE.TargetName");
    buffer(in, CHALLENGE_TARGET_INFO, CHALLENGE_VERSION, "CHALLENGE_MESSAGE.TargetInfo");
}

/*
 * Where the fixed fields of an AUTHENTICATE_MESSAGE end.  Old clients leave out
 * the session key and what follows it: their payload simply begins earlier.
 */
static size_t authenticate_payload(const ngd_cursor_t *in)
{
    for (size_t at = AUTHENTICATE_LM_RESPONSE; at <= AUTHENTICATE_WORKSTATION; at += BUFFER_BYTES) {
        const uint8_t *fields = ngd_cursor_left(in) < at + BUFFER_BYTES ? NULL : in->at + at;

        if (fields != NULL && le16(fields) > 0 && le32(fields + 4) >= AUTHENTICATE_SESSION_KEY
            && le32(fields + 4) < AUTHENTICATE_VERSION) {
            return AUTHENTICATE_SESSION_KEY;
        }
    }
    return AUTHENTICATE_VERSION;
}

static bool overlap(ngd_span_t a, ngd_span_t b)
{
    return a.len > 0 && b.len > 0 && a.data < b.data + b.len && b.data < a.data + a.len;
}

/* A name that reaches into a response would show it. */
static void hide_responses(const ngd_cursor_t *in, ngd_ntlm_t *ntlm, ngd_span_t secret)
{
    ngd_span_t *const names[] = { &ntlm->domain, &ntlm->user, &ntlm->workstation };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (overlap(*names[i], secret)) {
            ngd_cursor_malformed(in, names[i]->data, "AUTHENTICATE_MESSAGE: names apart from responses");
            *names[i] = (ngd_span_t){ .data = NULL };
        }
    }
}

/* The names come first: in a message that was cut they are what is still there. */
static void authenticate_names(const ngd_cursor_t *in, size_t payload, ngd_ntlm_t *ntlm)
{
    ntlm->domain = buffer(in, AUTHENTICATE_DOMAIN, payload, "AUTHENTICATE_MESSAGE.DomainName");
    ntlm->user = buffer(in, AUTHENTICATE_USER, payload, "AUTHENTICATE_MESSAGE.UserName");
    ntlm->workstation = buffer(in, AUTHENTICATE_WORKSTATION, payload, "AUTHENTICATE_MESSAGE.Workstation");
}

/* Section 2.2.1.3 */
static void authenticate_message(const ngd_cursor_t *in, ngd_ntlm_t *ntlm)
{
    const size_t payload = authenticate_payload(in);

    if (payload >= AUTHENTICATE_VERSION) {
        flags(in, AUTHENTICATE_FLAGS, ntlm, "AUTHENTICATE_MESSAGE.NegotiateFlags");
        version(in, AUTHENTICATE_VERSION, ntlm, "AUTHENTICATE_MESSAGE.Version");
        ntlm->charset = negotiated_charset(ntlm);
    }
    authenticate_names(in, payload, ntlm);
    hide_responses(in, ntlm, buffer(in, AUTHENTICATE_LM_RESPONSE, payload,
                                    "AUTHENTICATE_MESSAGE.LmChallengeResponse"));
    hide_responses(in, ntlm, buffer(in, AUTHENTICATE_NT_RESPONSE, payload,
                                    "AUTHENTICATE_MESSAGE.NtChallengeResponse"));
    if (payload >= AUTHENTICATE_VERSION) {
        hide_responses(in, ntlm, buffer(in, AUTHENTICATE_SESSION_KEY, payload,
                                        "AUTHENTICATE_MESSAGE.EncryptedRandomSessionKey"));
    }
}

bool ngd_ntlm_begins(const ngd_cursor_t *in)
{
    size_t visible = ngd_cursor_left(in);

    if (visible > sizeof NGD_NTLM_SIGNATURE) {
        visible = sizeof NGD_NTLM_SIGNATURE;
    }
    return visible > 0 && memcmp(in->at, NGD_NTLM_SIGNATURE, visible) == 0;
}

void ngd_ntlm_decode(ngd_cursor_t *in, ngd_ntlm_t *ntlm)
{
    const uint8_t *type = fixed(in, MESSAGE_TYPE, MESSAGE_FIELDS - MESSAGE_TYPE, "the NTLMSSP message type");

    if (type != NULL) {
        ntlm->type = le32(type);
        switch (ntlm->type) {
        case NEGOTIATE_MESSAGE:
            negotiate_message(in, ntlm);
            break;
        case CHALLENGE_MESSAGE:
            challenge_message(in, ntlm);
            break;
        case AUTHENTICATE_MESSAGE:
            authenticate_message(in, ntlm);
            break;
        default:
            ngd_cursor_malformed(in, type, "the NTLMSSP message type");
        }
    }
    ngd_cursor_rest(in);
}
