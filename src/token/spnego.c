/*
 * spnego.c - what negotiates the mechanism: RFC 4178 section 4.2, MS-SPNG section 2.2.1.
 */
#include "decode.h"

static ngd_offered_mech_t offered_mech(const ngd_cursor_t *in, ngd_span_t oid)
{
    /* The visible part of a cut OID may be another mechanism's whole OID. */
    return (ngd_offered_mech_t){
        .mech = ngd_cursor_stopped(in) ? NGD_MECH_UNKNOWN : ngd_mech_of_oid(oid),
        .oid = oid,
    };
}

/* MechTypeList ::= SEQUENCE OF OBJECT IDENTIFIER */
static void mech_types(ngd_cursor_t *init, ngd_token_t *token)
{
    ngd_cursor_t list = ngd_der_field_sequence(init, 0, "NegTokenInit.mechTypes");

    while (ngd_der_more(&list, "NegTokenInit.mechTypes")) {
        ngd_span_t oid = ngd_der_bytes(&list, V_ASN1_OBJECT, "NegTokenInit.mechTypes");

        if (oid.data == NULL) {
            break;
        }
        if (token->mechanisms_count < NGD_MECHANISMS_MAX) {
            token->mechanisms[token->mechanisms_count++] = offered_mech(&list, oid);
        }
        token->mechanisms_total++;
    }
}

/* An OCTET STRING that is decoded further, hence also as a cursor. */
static ngd_cursor_t mech_token(ngd_cursor_t *sequence, ngd_token_t *token, const char *expected)
{
    ngd_cursor_t leaf = ngd_der_field_leaf(sequence, 2, V_ASN1_OCTET_STRING, expected);

    token->mech_token = ngd_der_leaf_bytes(leaf);
    return leaf;
}

/* NegHints ::= SEQUENCE { hintName [0] GeneralString OPTIONAL, hintAddress [1] OCTET STRING OPTIONAL } */
static void neg_hints(ngd_cursor_t *field, ngd_token_t *token)
{
    ngd_cursor_t hints = ngd_der_only(field, NGD_DER_SEQUENCE, "NegTokenInit2.negHints");

    token->kind = NGD_TOKEN_SPNEGO_INIT2;
    if (ngd_der_has(&hints, 0)) {
        token->hint_name = ngd_der_field_bytes(&hints, 0, V_ASN1_GENERALSTRING, "NegHints.hintName");
    }
    ngd_der_finish(&hints, "the rest of NegHints");
}

/* [3] is mechListMIC in NegTokenInit and negHints in NegTokenInit2, which has mechListMIC in [4]. */
static void hints_and_mic(ngd_cursor_t *init, ngd_token_t *token)
{
    if (ngd_der_has(init, 3)) {
        ngd_cursor_t field = ngd_der_field(init, 3, "NegTokenInit.mechListMIC");

        if (ngd_der_next_is(&field, NGD_DER_SEQUENCE)) {
            neg_hints(&field, token);
        } else {
            token->mech_list_mic = ngd_der_bytes(&field, V_ASN1_OCTET_STRING, "NegTokenInit.mechListMIC");
        }
    }
    if (ngd_der_has(init, 4)) {
        token->kind = NGD_TOKEN_SPNEGO_INIT2;
        token->mech_list_mic = ngd_der_field_bytes(init, 4, V_ASN1_OCTET_STRING, "NegTokenInit2.mechListMIC");
    }
}

static ngd_wrapped_t neg_token_init(ngd_cursor_t *in, ngd_token_t *token)
{
    ngd_cursor_t init = ngd_der_field_sequence(in, 0, "NegTokenInit");
    ngd_wrapped_t wrapped = { .sent_for = NGD_MECH_UNKNOWN };

    token->kind = NGD_TOKEN_SPNEGO_INIT;
    mech_types(&init, token);
    if (ngd_der_has(&init, 1)) {
        token->req_flags = ngd_der_field_flags(&init, 1, "NegTokenInit.reqFlags");
        token->has_req_flags = !ngd_cursor_stopped(&init);
    }
    if (ngd_der_has(&init, 2)) {
        wrapped.in = mech_token(&init, token, "NegTokenInit.mechToken");
    }
    if (token->mechanisms_count > 0) {
        wrapped.sent_for = token->mechanisms[0].mech;
    }
    hints_and_mic(&init, token);
    ngd_der_finish(&init, "the rest of NegTokenInit");
    return wrapped;
}

static void neg_state(ngd_cursor_t *response, ngd_token_t *token)
{
    const uint8_t *field = response->at;
    int32_t state;

    if (!ngd_der_has(response, 0)) {
        return;
    }
    state = ngd_der_field_enumerated(response, 0, "NegTokenResp.negState");
    if (state < NGD_NEG_ACCEPT_COMPLETED || state > NGD_NEG_REQUEST_MIC) {
        ngd_cursor_malformed(response, field, "NegTokenResp.negState");
    }
    token->has_neg_state = !ngd_cursor_stopped(response);
    token->neg_state = token->has_neg_state ? (ngd_neg_state_t)state : NGD_NEG_ACCEPT_COMPLETED;
}

static ngd_wrapped_t neg_token_resp(ngd_cursor_t *in, ngd_token_t *token)
{
    ngd_cursor_t response = ngd_der_field_sequence(in, 1, "NegTokenResp");
    ngd_wrapped_t wrapped = { .sent_for = NGD_MECH_UNKNOWN };

    token->kind = NGD_TOKEN_SPNEGO_RESP;
    neg_state(&response, token);
    if (ngd_der_has(&response, 1)) {
        ngd_span_t oid = ngd_der_field_bytes(&response, 1, V_ASN1_OBJECT, "NegTokenResp.supportedMech");

        token->supported_mech = offered_mech(&response, oid);
        wrapped.sent_for = token->supported_mech.mech;
    }
    if (ngd_der_has(&response, 2)) {
        wrapped.in = mech_token(&response, token, "NegTokenResp.responseToken");
    }
    if (ngd_der_has(&response, 3)) {
        token->mech_list_mic = ngd_der_field_bytes(&response, 3, V_ASN1_OCTET_STRING,
                                                   "NegTokenResp.mechListMIC");
    }
    ngd_der_finish(&response, "the rest of NegTokenResp");
    return wrapped;
}

ngd_wrapped_t ngd_spnego_decode(ngd_cursor_t *in, ngd_token_t *token)
{
    return ngd_der_has(in, 1) ? neg_token_resp(in, token) : neg_token_init(in, token);
}
