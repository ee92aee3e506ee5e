#include "log.h"

#include <apr_strings.h>
#include <http_log.h>

APLOG_USE_MODULE(negotiate_diag);

enum { NAME_TEXT_SIZE = 256 };

/* httpd escapes what could break a line, but not quotation marks. */
static const char *quoted(request_rec *r, const char *text)
{
    char *copy = apr_pstrcat(r->pool, "\"", text, "\"", NULL);
    apr_size_t last = strlen(copy) - 1;

    for (apr_size_t i = 1; i < last; i++) {
        if (copy[i] == '"') {
            copy[i] = '\'';
        }
    }
    return copy;
}

void ngd_log_accepted(request_rec *r, const ngd_attempt_t *attempt)
{
    if (!APLOG_R_IS_LEVEL(r, APLOG_DEBUG)) {
        return;
    }
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "negotiate: accepted reference=%s user=%s leg=%u",
                  attempt->reference, quoted(r, attempt->user), attempt->leg);
}

void ngd_log_continued(request_rec *r, const ngd_attempt_t *attempt)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "negotiate: continued reference=%s leg=%u", attempt->reference,
                  attempt->leg);
}

void ngd_log_no_token(request_rec *r, const ngd_attempt_t *attempt)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "negotiate: challenged reference=%s scheme=%s", attempt->reference,
                  ngd_scheme_name(attempt->header.scheme));
}

void ngd_log_tls_required(request_rec *r, const ngd_attempt_t *attempt)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "negotiate: refused reference=%s fault=\"this location is served "
                  "over TLS only (NegotiateRequireTLS)\"", attempt->reference);
}

void ngd_log_needs_http1(request_rec *r, const ngd_attempt_t *attempt)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "negotiate: sent to HTTP/1.1 reference=%s: the negotiation takes more "
                  "than one leg", attempt->reference);
}

/* What the token itself says, claimed and not verified: " sname=... realm=... kvno=... enctype=...". */
static const char *claims(request_rec *r, const ngd_token_t *token)
{
    char sname[NAME_TEXT_SIZE], realm[NAME_TEXT_SIZE];
    const ngd_ap_req_t *ap_req = &token->ap_req;
    const char *enctype = ngd_enctype_name(ap_req->ticket.enctype);

    if (token->inner != NGD_INNER_AP_REQ) {
        return token->inner == NGD_INNER_NTLM ? " mechanism=NTLM" : "";
    }
    const char *service = apr_pstrcat(r->pool, ngd_principal_text(&ap_req->sname, sname, sizeof sname), "@",
                                      ngd_text_utf8(ap_req->realm, NGD_CHARSET_OEM, realm, sizeof realm), NULL);
    return apr_psprintf(r->pool, " sname=%s kvno=%u enctype=%s", quoted(r, service), ap_req->ticket.kvno,
                        enctype ? enctype : apr_itoa(r->pool, ap_req->ticket.enctype));
}

/* A text that is no base64 is not empty, though no byte came of it. */
static const char *token_word(const ngd_attempt_t *attempt, const ngd_token_t *token)
{
    return token->kind == NGD_TOKEN_EMPTY && attempt->header.base64.len > 0 ? "unreadable"
                                                                            : ngd_token_kind_name(token->kind);
}

static const char *where_it_stopped(request_rec *r, const ngd_stop_t *stop)
{
    if (stop->reason == NGD_STOP_NONE) {
        return "";
    }
    return apr_psprintf(r->pool, " stopped=%" APR_SIZE_T_FMT " expected=\"%s\"", stop->offset, stop->expected);
}

void ngd_log_refused(request_rec *r, const ngd_attempt_t *attempt, const char *fault)
{
    ngd_token_t token;
    bool broken_base64 = attempt->base64_stop.reason != NGD_STOP_NONE;

    if (!APLOG_R_IS_LEVEL(r, APLOG_WARNING)) {
        return;
    }
    ngd_token_decode(attempt->token, &token);
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "negotiate: refused reference=%s fault=%s token=%s%s%s",
                  attempt->reference, quoted(r, fault), token_word(attempt, &token), claims(r, &token),
                  where_it_stopped(r, broken_base64 ? &attempt->base64_stop : &token.stop));
}
