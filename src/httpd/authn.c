#include "authn.h"

#include <apr_base64.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>

#include "attempt.h"
#include "connection.h"
#include "explain.h"
#include "log.h"

APLOG_USE_MODULE(negotiate_diag);

#define CHALLENGE "Negotiate"

/* ---- headers ----------------------------------------------------------------------------------------------------- */

static bool is_forward_proxy(const request_rec *r)
{
    return r->proxyreq == PROXYREQ_PROXY;
}

static const char *authorization_of(const request_rec *r)
{
    return apr_table_get(r->headers_in, is_forward_proxy(r) ? "Proxy-Authorization" : "Authorization");
}

static const char *challenge_header(const request_rec *r)
{
    return is_forward_proxy(r) ? "Proxy-Authenticate" : "WWW-Authenticate";
}

/* Sends the attempt's answer, which goes out whatever the status is to be. */
static void send_answer(request_rec *r, const ngd_attempt_t *attempt)
{
    if (attempt->answer) {
        apr_table_setn(r->err_headers_out, challenge_header(r), attempt->answer);
    }
}

static void challenge(request_rec *r, ngd_attempt_t *attempt)
{
    attempt->answer = ngd_explain_answer(r, attempt);
    send_answer(r, attempt);
}

/* The server's token: mutual authentication, or the next step of the negotiation (RFC 4559 section 4). */
static void reply(request_rec *r, ngd_attempt_t *attempt, const ngd_decision_t *decision)
{
    char *base64;

    if (!decision->reply) {
        return;
    }
    base64 = apr_palloc(attempt->pool, (apr_size_t)apr_base64_encode_len((int)decision->reply_bytes));
    apr_base64_encode_binary(base64, decision->reply, (int)decision->reply_bytes);
    attempt->answer = apr_pstrcat(attempt->pool, CHALLENGE " ", base64, NULL);
    send_answer(r, attempt);
}

/* The request's host without its port, as the acceptor name Host wants it; NULL without one. */
static const char *host_of(const request_rec *r)
{
    return r->hostname && *r->hostname ? r->hostname : NULL;
}

/* ---- outcomes ---------------------------------------------------------------------------------------------------- */

static int refuse(request_rec *r, ngd_attempt_t *attempt, ngd_refusal_t refusal, const char *fault)
{
    attempt->outcome = NGD_OUTCOME_REFUSED;
    attempt->refusal = refusal;
    attempt->fault = apr_pstrdup(attempt->pool, fault);
    attempt->status = refusal == NGD_REFUSAL_TLS ? HTTP_FORBIDDEN : HTTP_UNAUTHORIZED;
    ngd_explain_refusal(r, attempt);
    if (attempt->status == HTTP_UNAUTHORIZED) {
        challenge(r, attempt);
    }
    return attempt->status;
}

/* Nothing came: the normal first leg. */
static int ask_for_token(request_rec *r, ngd_attempt_t *attempt)
{
    attempt->outcome = NGD_OUTCOME_ANONYMOUS;
    attempt->refusal = NGD_REFUSAL_MESSAGE;
    ngd_explain_challenge(r, attempt);
    challenge(r, attempt);
    return attempt->status;
}

static void sign_on(request_rec *r, const ngd_attempt_t *attempt)
{
    r->user = apr_pstrdup(r->pool, attempt->user);
    r->ap_auth_type = (char *)NGD_AUTH_TYPE;
}

static int accept_user(request_rec *r, ngd_attempt_t *attempt, const ngd_decision_t *decision)
{
    attempt->outcome = NGD_OUTCOME_ACCEPTED;
    attempt->status = OK;
    attempt->user = apr_pstrdup(attempt->pool, decision->client);
    reply(r, attempt, decision);
    sign_on(r, attempt);
    ngd_attempt_publish(r, attempt);
    ngd_log_accepted(r, attempt);
    return OK;
}

static int go_on(request_rec *r, ngd_attempt_t *attempt, const ngd_decision_t *decision)
{
    attempt->outcome = NGD_OUTCOME_CONTINUE;
    challenge(r, attempt);
    reply(r, attempt, decision);
    ngd_attempt_publish(r, attempt);
    ngd_log_continued(r, attempt);
    return attempt->status;
}

/*
 * A negotiation of several legs needs a connection on which requests follow each
 * other.  mod_http2 turns this note on a 403 into HTTP_1_1_REQUIRED (RFC 9113
 * section 7), and the client comes back over HTTP/1.1.
 */
static int ask_for_http1(request_rec *r, ngd_attempt_t *attempt)
{
    attempt->outcome = NGD_OUTCOME_CONTINUE;
    attempt->status = HTTP_FORBIDDEN;
    apr_table_setn(r->notes, "ssl-renegotiate-forbidden", "this negotiation needs a connection of its own");
    ngd_attempt_publish(r, attempt);
    ngd_log_needs_http1(r, attempt);
    return attempt->status;
}

/* ---- a token ----------------------------------------------------------------------------------------------------- */

/* Only what surely begins a negotiation; of the rest GSSAPI knows more than the decoder. */
static bool is_first_leg(ngd_span_t token)
{
    ngd_token_t facts;

    ngd_token_decode(token, &facts);
    return facts.kind == NGD_TOKEN_SPNEGO_INIT || facts.kind == NGD_TOKEN_SPNEGO_INIT2
           || facts.kind == NGD_TOKEN_NTLM
           || (facts.kind == NGD_TOKEN_KERBEROS && facts.inner == NGD_INNER_AP_REQ);
}

/*
 * The negotiation that this token goes on with, taken off the connection; NULL
 * for a first leg.  A first leg, or another policy, ends it.
 */
static ngd_negotiation_t *take_pending(ngd_pending_t *pending, ngd_attempt_t *attempt)
{
    ngd_negotiation_t *negotiation = NULL;

    if (!pending || !pending->state) {
        return NULL;
    }
    if (ngd_policy_equal(&pending->policy, &attempt->policy) && !is_first_leg(attempt->token)) {
        negotiation = pending->state;
        pending->state = NULL;
        apr_cpystrn(attempt->reference, pending->reference, sizeof attempt->reference);
    } else {
        ngd_negotiation_end(&pending->state);
    }
    return negotiation;
}

/* There is nothing to keep the negotiation on: a stream, or a token that was decided upon once already. */
static int cannot_go_on(request_rec *r, ngd_attempt_t *attempt, ngd_negotiation_t **negotiation)
{
    ngd_negotiation_end(negotiation);
    if (r->connection->master) {
        return ask_for_http1(r, attempt);
    }
    return refuse(r, attempt, NGD_REFUSAL_MOVED, "the negotiation would have to begin anew for this location");
}

static int take_decision(request_rec *r, ngd_attempt_t *attempt, ngd_pending_t *pending,
                         ngd_negotiation_t **negotiation, const ngd_decision_t *decision)
{
    attempt->leg = decision->leg;
    switch (decision->verdict) {
    case NGD_VERDICT_ACCEPTED:
        return accept_user(r, attempt, decision);
    case NGD_VERDICT_CONTINUE:
        if (!pending) {
            return cannot_go_on(r, attempt, negotiation);
        }
        pending->state = *negotiation;
        pending->policy = attempt->policy;
        apr_cpystrn(pending->reference, attempt->reference, sizeof pending->reference);
        return go_on(r, attempt, decision);
    case NGD_VERDICT_REFUSED:
        break;
    }
    attempt->reply_code = decision->reply_code;
    return refuse(r, attempt, decision->refusal, decision->fault);
}

static int decide(request_rec *r, ngd_attempt_t *attempt, ngd_replay_t replay, ngd_pending_t *pending)
{
    ngd_negotiation_t *negotiation = take_pending(pending, attempt);
    ngd_decision_t decision;

    ngd_accept(&attempt->policy.acceptor, host_of(r), replay, &negotiation, attempt->token.data,
               attempt->token.len, &decision);
    int status = take_decision(r, attempt, pending, &negotiation, &decision);
    ngd_decision_release(&decision);
    return status;
}

/* What cannot be handed to GSSAPI, in words for the log. */
static const char *why_no_token(const ngd_attempt_t *attempt)
{
    if (attempt->header.scheme != NGD_SCHEME_NEGOTIATE) {
        return "the scheme is not Negotiate";
    }
    return attempt->header.base64.len ? "the token is not base64" : "the token is empty";
}

/* pending is where the negotiation may go on, or NULL. */
static int authenticate(request_rec *r, ngd_attempt_t *attempt, const char *authorization, ngd_replay_t replay,
                        ngd_pending_t *pending)
{
    bool has_token = ngd_attempt_read(attempt, authorization);

    if (attempt->header.scheme == NGD_SCHEME_NONE) {
        return ask_for_token(r, attempt);
    }
    ngd_connection_note_token(r);
    if (!has_token) {
        return refuse(r, attempt, NGD_REFUSAL_MESSAGE, why_no_token(attempt));
    }
    return decide(r, attempt, replay, pending);
}

/* ---- requests that httpd derives from others --------------------------------------------------------------------- */

static bool same_header(const ngd_attempt_t *before, const char *authorization)
{
    return before->authorization ? authorization && strcmp(before->authorization, authorization) == 0
                                 : !authorization;
}

static int carry_over(request_rec *r, ngd_attempt_t *before)
{
    ngd_attempt_share(r, before);
    ngd_attempt_publish(r, before);
    send_answer(r, before);
    if (before->outcome == NGD_OUTCOME_ACCEPTED) {
        sign_on(r, before);
    }
    return before->status;
}

/*
 * Under another policy the same token is decided upon anew.  If it was accepted
 * a moment ago, for this very request, its replay has been checked.
 */
static int decide_again(request_rec *r, const ngd_policy_t *policy, const ngd_attempt_t *before,
                        const char *authorization)
{
    ngd_attempt_t *attempt = ngd_attempt_begin(r, policy, before->reference);
    bool checked = before->outcome == NGD_OUTCOME_ACCEPTED && same_header(before, authorization);

    return authenticate(r, attempt, authorization, checked ? NGD_REPLAY_CHECKED : NGD_REPLAY_CHECK, NULL);
}

static int decide_first(request_rec *r, const ngd_policy_t *policy, const char *authorization)
{
    char reference[NGD_REFERENCE_SIZE];
    bool upgraded = authorization && ngd_connection_upgrade_allowed(r, authorization, reference);
    ngd_attempt_t *attempt = ngd_attempt_begin(r, policy, upgraded ? reference : NULL);
    int status = authenticate(r, attempt, authorization, upgraded ? NGD_REPLAY_CHECKED : NGD_REPLAY_CHECK,
                              ngd_connection_pending(r->connection));

    if (status == OK) {
        ngd_connection_allow_upgrade(r, authorization, attempt->reference);
    }
    return status;
}

/* ---- hooks ------------------------------------------------------------------------------------------------------- */

static bool is_ours(const char *auth_type)
{
    return auth_type && ap_cstr_casecmp(auth_type, NGD_AUTH_TYPE) == 0;
}

/* What the browser sent is only read, so that it can be said what else is wrong with it; no key is used on it. */
static int refuse_without_tls(request_rec *r, const ngd_policy_t *policy, const char *authorization)
{
    ngd_attempt_t *attempt = ngd_attempt_begin(r, policy, NULL);

    ngd_attempt_read(attempt, authorization);
    return refuse(r, attempt, NGD_REFUSAL_TLS, "this location is served over TLS only (NegotiateRequireTLS)");
}

/* Without TLS nothing was decided upon a token that could be carried over. */
static bool has_decided(const ngd_attempt_t *before)
{
    return before && before->refusal != NGD_REFUSAL_TLS;
}

int ngd_authn_check(request_rec *r)
{
    const ngd_settings_t *settings = ngd_settings(r);
    ngd_policy_t policy = ngd_settings_policy(settings);
    const char *authorization = authorization_of(r);
    ngd_attempt_t *before;

    if (!is_ours(ap_auth_type(r))) {
        return DECLINED;
    }
    if (!policy.acceptor.keytab) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "AuthType Negotiate without NegotiateKeytab for %s", r->uri);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (settings->require_tls == NGD_ON && !ap_ssl_conn_is_ssl(r->connection)) {
        return refuse_without_tls(r, &policy, authorization);
    }
    before = ngd_attempt_before(r);
    if (!has_decided(before)) {
        return decide_first(r, &policy, authorization);
    }
    if (ngd_policy_equal(&before->policy, &policy) && same_header(before, authorization)) {
        return carry_over(r, before);
    }
    return decide_again(r, &policy, before, authorization);
}

int ngd_authn_challenge(request_rec *r, const char *auth_type)
{
    const ngd_attempt_t *attempt = ngd_attempt_of(r);

    if (!is_ours(auth_type)) {
        return DECLINED;
    }
    if (attempt && attempt->outcome != NGD_OUTCOME_ACCEPTED) {
        send_answer(r, attempt);
    } else if (!attempt && !apr_table_get(r->subprocess_env, "negotiate-skip")) {
        apr_table_setn(r->err_headers_out, challenge_header(r), CHALLENGE);
    }
    return OK;
}

/* The other modules' auth_checker hooks, in their order; as ap_run_auth_checker() would run them. */
static int run_other_checkers(request_rec *r)
{
    apr_array_header_t *hooks = ap_hook_get_auth_checker();
    int status = DECLINED;

    for (int i = 0; hooks && i < hooks->nelts && status == DECLINED; i++) {
        const ap_LINK_auth_checker_t *hook = &APR_ARRAY_IDX(hooks, i, ap_LINK_auth_checker_t);
        if (hook->pFunc != ngd_authn_authorize) {
            status = hook->pFunc(r);
        }
    }
    return status;
}

static int is_other_challenge(void *found, const char *name, const char *value)
{
    (void)name;
    if (ap_cstr_casecmpn(value, CHALLENGE, sizeof CHALLENGE - 1) != 0) {
        *(bool *)found = true;
    }
    return 1;
}

/* Another scheme is on offer, with which one could sign on as somebody else. */
static bool offers_another_scheme(const request_rec *r)
{
    bool found = false;

    apr_table_do(is_other_challenge, &found, r->err_headers_out, challenge_header(r), NULL);
    return found;
}

int ngd_authn_authorize(request_rec *r)
{
    const ngd_attempt_t *attempt = ngd_attempt_of(r);

    if (!attempt || attempt->outcome != NGD_OUTCOME_ACCEPTED) {
        return DECLINED;
    }
    int status = run_other_checkers(r);
    if (status != HTTP_UNAUTHORIZED && status != HTTP_FORBIDDEN) {
        return status;
    }
    int answer = status == HTTP_UNAUTHORIZED && offers_another_scheme(r) ? HTTP_UNAUTHORIZED : HTTP_FORBIDDEN;
    ngd_explain_authorization(r, attempt, answer);
    return answer;
}
