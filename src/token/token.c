/*
 * token.c - what kind of token this is, and who reads it.
 */
#include "decode.h"

#include <string.h>

/* RFC 2743 section 3.1: [APPLICATION 0] IMPLICIT SEQUENCE { thisMech, innerContextToken } */
#define FRAMING NGD_DER_APPLICATION(0)

static const char framing_expected[] = "the framing of RFC 2743";

/* The mechanism that the framing names; unknown also where its OID is cut. */
static ngd_mech_t framing_mech(ngd_cursor_t *frame)
{
    ngd_span_t oid = ngd_der_bytes(frame, V_ASN1_OBJECT, "the OID of the mechanism");

    return ngd_cursor_stopped(frame) ? NGD_MECH_UNKNOWN : ngd_mech_of_oid(oid);
}

/* A mechanism's own token behind its OID. */
static void framed_mechanism(ngd_cursor_t *frame, ngd_mech_t mech, ngd_token_t *token)
{
    if (ngd_cursor_stopped(frame)) {
        return;
    }
    token->inner_mech = mech;
    token->inner_framed = true;
    if (ngd_mech_is_kerberos(mech)) {
        ngd_kerberos_decode(frame, token);
    } else {
        token->inner = NGD_INNER_OTHER;
        ngd_cursor_rest(frame);
    }
}

static void ntlm(ngd_cursor_t *in, ngd_token_t *token)
{
    token->inner = NGD_INNER_NTLM;
    token->inner_mech = NGD_MECH_NTLMSSP;
    ngd_ntlm_decode(in, &token->ntlm);
}

/* A Kerberos message without framing says nothing about the OID it goes by. */
static void bare_kerberos(ngd_cursor_t *in, ngd_token_t *token)
{
    if (!ngd_mech_is_kerberos(token->inner_mech)) {
        token->inner_mech = NGD_MECH_KRB5;
    }
    ngd_kerberos_message(in, token);
}

/* Damage only where the format of the mechanism is known here. */
static void unreadable_mechanism(ngd_cursor_t *in, ngd_token_t *token)
{
    token->inner = NGD_INNER_OTHER;
    if (ngd_mech_is_kerberos(token->inner_mech)) {
        ngd_cursor_malformed(in, in->at, "a Kerberos token");
    } else if (token->inner_mech == NGD_MECH_NTLMSSP) {
        ngd_cursor_malformed(in, in->at, "an NTLMSSP message");
    }
    ngd_cursor_rest(in);
}

/* What SPNEGO wraps is read as what it is, whatever it was sent for: clients do mix the two Kerberos OIDs. */
static void wrapped_mechanism(ngd_cursor_t *in, ngd_token_t *token)
{
    if (ngd_der_next_is(in, FRAMING)) {
        ngd_cursor_t frame = ngd_der_only(in, FRAMING, framing_expected);

        framed_mechanism(&frame, framing_mech(&frame), token);
        ngd_cursor_end(&frame, "the end of the mechanism token");
    } else if (ngd_kerberos_begins(in)) {
        bare_kerberos(in, token);
    } else if (ngd_ntlm_begins(in)) {
        ntlm(in, token);
    } else {
        unreadable_mechanism(in, token);
    }
    ngd_cursor_end(in, "the end of the mechanism token");
}

/* Of two first errors the earlier one; in one place the inner one, which names it more exactly. */
static void keep_earlier(ngd_stop_t *stop, const ngd_stop_t *inner)
{
    if (inner->reason != NGD_STOP_NONE && (stop->reason == NGD_STOP_NONE || inner->offset <= stop->offset)) {
        *stop = *inner;
    }
}

/* Two readings: damage in the mechanism token does not hide later fields of SPNEGO, nor the reverse. */
static void spnego(ngd_cursor_t *in, ngd_token_t *token)
{
    ngd_stop_t inner_stop = { .reason = NGD_STOP_NONE };
    ngd_wrapped_t wrapped = ngd_spnego_decode(in, token);

    if (ngd_cursor_left(&wrapped.in) == 0) {
        return;
    }
    wrapped.in.stop = &inner_stop;
    token->inner_mech = wrapped.sent_for;
    wrapped_mechanism(&wrapped.in, token);
    keep_earlier(&token->stop, &inner_stop);
}

static void framed_token(ngd_cursor_t *in, ngd_token_t *token)
{
    ngd_cursor_t frame = ngd_der_enter(in, FRAMING, framing_expected);
    ngd_mech_t mech = framing_mech(&frame);

    token->framed = true;
    if (mech == NGD_MECH_SPNEGO) {
        spnego(&frame, token);
    } else {
        token->kind = ngd_mech_is_kerberos(mech) ? NGD_TOKEN_KERBEROS : NGD_TOKEN_UNKNOWN;
        framed_mechanism(&frame, mech, token);
    }
    ngd_cursor_end(&frame, "the end of the token");
}

static void any_token(ngd_cursor_t *in, ngd_token_t *token)
{
    if (ngd_der_next_is(in, FRAMING)) {
        framed_token(in, token);
    } else if (ngd_der_has(in, 0) || ngd_der_has(in, 1)) {
        spnego(in, token);      /* NegTokenResp never has the framing; some clients omit it at first, too */
    } else if (ngd_kerberos_begins(in)) {
        token->kind = NGD_TOKEN_KERBEROS;
        bare_kerberos(in, token);
    } else if (ngd_ntlm_begins(in)) {
        token->kind = NGD_TOKEN_NTLM;
        ntlm(in, token);
    } else {
        ngd_cursor_malformed(in, in->at, "a SPNEGO, Kerberos or NTLMSSP token");
    }
}

void ngd_token_decode(ngd_span_t bytes, ngd_token_t *token)
{
    ngd_cursor_t in;

    memset(token, 0, sizeof *token);
    token->bytes = bytes.len;
    token->kind = NGD_TOKEN_UNKNOWN;
    in = ngd_cursor_over(bytes, &token->stop);
    if (bytes.len == 0) {
        token->kind = NGD_TOKEN_EMPTY;
        ngd_cursor_missing(&in, "a token");
        return;
    }
    any_token(&in, token);
    if (ngd_cursor_left(&in) > 0) {
        ngd_cursor_malformed(&in, in.at, "the end of the token");
    }
}

const ngd_stop_t *ngd_first_stop(const ngd_stop_t *base64, const ngd_token_t *token)
{
    return base64->reason != NGD_STOP_NONE ? base64 : &token->stop;
}

int32_t ngd_token_error_code(ngd_span_t bytes)
{
    ngd_token_t token;

    ngd_token_decode(bytes, &token);
    return token.inner == NGD_INNER_KRB_ERROR ? token.krb_error.code : 0;
}

const char *ngd_token_kind_name(ngd_token_kind_t kind)
{
    static const char *const names[] = {
        [NGD_TOKEN_EMPTY] = "empty",
        [NGD_TOKEN_UNKNOWN] = "unknown",
        [NGD_TOKEN_SPNEGO_INIT] = "spnego-init",
        [NGD_TOKEN_SPNEGO_INIT2] = "spnego-init2",
        [NGD_TOKEN_SPNEGO_RESP] = "spnego-response",
        [NGD_TOKEN_KERBEROS] = "kerberos",
        [NGD_TOKEN_NTLM] = "ntlm",
    };

    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : names[NGD_TOKEN_UNKNOWN];
}

const char *ngd_neg_state_name(ngd_neg_state_t state)
{
    static const char *const names[] = {
        [NGD_NEG_ACCEPT_COMPLETED] = "accept-completed",
        [NGD_NEG_ACCEPT_INCOMPLETE] = "accept-incomplete",
        [NGD_NEG_REJECT] = "reject",
        [NGD_NEG_REQUEST_MIC] = "request-mic",
    };

    return (size_t)state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}
