/*
 * invariants.h - what holds for every decoded token, whatever the bytes were.
 *
 * Used by the tests that damage tokens on purpose and by the fuzzer.
 */
#ifndef NGD_INVARIANTS_H
#define NGD_INVARIANTS_H

#include "token.h"

static inline bool span_inside(ngd_span_t inner, ngd_span_t outer)
{
    if (inner.data == NULL) {
        return inner.len == 0;
    }
    return inner.data >= outer.data && inner.data <= outer.data + outer.len
        && inner.len <= (size_t)(outer.data + outer.len - inner.data);
}

static inline bool name_inside(const ngd_principal_name_t *name, ngd_span_t bytes)
{
    if (name->parts > NGD_NAME_PARTS_MAX || name->parts > name->parts_total
        || name->parts_total > bytes.len) {
        return false;
    }
    for (size_t i = 0; i < name->parts; i++) {
        if (!span_inside(name->part[i], bytes)) {
            return false;
        }
    }
    return true;
}

static inline bool mechanisms_inside(const ngd_token_t *token, ngd_span_t bytes)
{
    if (token->mechanisms_count > NGD_MECHANISMS_MAX || token->mechanisms_count > token->mechanisms_total
        || token->mechanisms_total > bytes.len) {
        return false;
    }
    for (size_t i = 0; i < token->mechanisms_count; i++) {
        if (!span_inside(token->mechanisms[i].oid, bytes)) {
            return false;
        }
    }
    return span_inside(token->supported_mech.oid, bytes);
}

static inline bool kerberos_inside(const ngd_token_t *token, ngd_span_t bytes)
{
    return span_inside(token->ap_req.realm, bytes) && name_inside(&token->ap_req.sname, bytes)
        && span_inside(token->ap_req.ticket.cipher, bytes)
        && span_inside(token->ap_req.authenticator.cipher, bytes)
        && span_inside(token->ap_req.ticket_der, bytes)
        && span_inside(token->krb_error.realm, bytes) && name_inside(&token->krb_error.sname, bytes)
        && span_inside(token->krb_error.text, bytes);
}

static inline bool other_spans_inside(const ngd_token_t *token, ngd_span_t bytes)
{
    return span_inside(token->mech_token, bytes) && span_inside(token->hint_name, bytes)
        && span_inside(token->mech_list_mic, bytes) && span_inside(token->ntlm.domain, bytes)
        && span_inside(token->ntlm.user, bytes) && span_inside(token->ntlm.workstation, bytes);
}

static inline bool stop_sound(ngd_stop_t stop, size_t len)
{
    switch (stop.reason) {
    case NGD_STOP_NONE:
        return stop.expected == NULL && stop.offset == 0;
    case NGD_STOP_TRUNCATED:
        return stop.expected != NULL && stop.offset == len;
    case NGD_STOP_MALFORMED:
        return stop.expected != NULL && stop.offset <= len;
    }
    return false;
}

/* What does not hold, or NULL. */
static inline const char *broken_invariant(ngd_span_t bytes, const ngd_token_t *token)
{
    if (token->bytes != bytes.len || (token->kind == NGD_TOKEN_EMPTY) != (bytes.len == 0)) {
        return "the token has the length of the input";
    }
    if (!mechanisms_inside(token, bytes) || !kerberos_inside(token, bytes)
        || !other_spans_inside(token, bytes)) {
        return "spans lie inside the input, counts within the limits";
    }
    if (!stop_sound(token->stop, bytes.len)) {
        return "a stop says what was expected, inside the input; a truncation is at its end";
    }
    if (token->kind == NGD_TOKEN_UNKNOWN && token->inner != NGD_INNER_NONE
        && token->inner != NGD_INNER_OTHER) {
        return "a token of an unknown kind has no decoded mechanism";
    }
    if (token->kind == NGD_TOKEN_NTLM && token->inner != NGD_INNER_NTLM) {
        return "an NTLM token is NTLM";
    }
    return NULL;
}

/* The same for the authenticator. */
static inline const char *broken_authenticator(ngd_span_t bytes, ngd_stop_t stop,
                                               const ngd_authenticator_t *authenticator)
{
    if (!span_inside(authenticator->realm, bytes) || !name_inside(&authenticator->cname, bytes)) {
        return "spans lie inside the input, counts within the limits";
    }
    return stop_sound(stop, bytes.len) ? NULL : "a stop says what was expected, inside the input";
}

#endif
