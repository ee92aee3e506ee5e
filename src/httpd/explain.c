#include "explain.h"

#include <apr_strings.h>

#include "collect.h"
#include "connection.h"
#include "count.h"
#include "log.h"

#define CHALLENGE "Negotiate"
/* Without the letters of "Negotiate": some clients look for these anywhere, and decode what follows (docs/clients.md). */
#define NO_CHALLENGE "Sign-On-Refused"

static bool is_clients_own(const request_rec *r)
{
    return !r->prev && !r->main;
}

static void diagnose(request_rec *r, ngd_attempt_t *attempt)
{
    attempt->evidence = ngd_collect(r, attempt);
    ngd_diagnose(attempt->evidence, &attempt->diagnosis);
}

/* To the environment, the counters and the log: once for each attempt. */
static void tell(request_rec *r, const ngd_attempt_t *attempt)
{
    ngd_attempt_publish(r, attempt);
    ngd_count(attempt->diagnosis.cause.cause);
    if (attempt->outcome == NGD_OUTCOME_ANONYMOUS) {
        ngd_log_challenged(r, attempt);
    } else {
        ngd_log_refused(r, attempt);
    }
}

void ngd_explain_refusal(request_rec *r, ngd_attempt_t *attempt)
{
    diagnose(r, attempt);
    if (is_clients_own(r)) {
        ngd_connection_note_refusal(r, attempt);
    }
    tell(r, attempt);
}

const ngd_evidence_t *ngd_explain_evidence(request_rec *r, ngd_attempt_t *attempt)
{
    if (!attempt->evidence) {
        attempt->evidence = ngd_collect(r, attempt);
        if (attempt->diagnosis.has_cause && !attempt->follows) {
            ngd_diagnose(attempt->evidence, &attempt->diagnosis);
        }
    }
    return attempt->evidence;
}

/* ---- causes that need no evidence --------------------------------------------------------------------------------- */

static void set_cause(ngd_attempt_t *attempt, ngd_cause_id_t cause, ngd_certainty_t certainty)
{
    attempt->diagnosis.has_cause = true;
    attempt->diagnosis.cause = (ngd_finding_t){ .cause = cause, .certainty = certainty };
}

static void follow_refusal(const ngd_refused_t *refused, ngd_attempt_t *attempt)
{
    apr_cpystrn(attempt->reference, refused->reference, sizeof attempt->reference);
    attempt->diagnosis = refused->diagnosis;
    attempt->follows = true;
}

void ngd_explain_challenge(request_rec *r, ngd_attempt_t *attempt)
{
    bool own = is_clients_own(r) && !ngd_collect_is_proxied(r);
    const ngd_refused_t *refused = own ? ngd_connection_refused_before(r) : NULL;

    attempt->challenged_before = own && ngd_connection_note_challenge(r);
    if (attempt->challenged_before) {
        set_cause(attempt, NGD_CAUSE_CHALLENGE_IGNORED, NGD_LIKELY);
    } else {
        set_cause(attempt, NGD_CAUSE_NO_TOKEN, NGD_CERTAIN);
    }
    ngd_count(attempt->diagnosis.cause.cause);
    if (refused) {
        follow_refusal(refused, attempt);
    }
    ngd_attempt_publish(r, attempt);
    ngd_log_challenged(r, attempt);
}

void ngd_explain_authorization(request_rec *r, const ngd_attempt_t *accepted, int status)
{
    ngd_attempt_t *attempt = apr_pmemdup(r->pool, accepted, sizeof *accepted);

    attempt->pool = r->pool;
    attempt->outcome = NGD_OUTCOME_REFUSED;
    attempt->status = status;
    attempt->refusal = NGD_REFUSAL_AUTHORIZATION;
    attempt->fault = "the user does not meet the Require";
    ngd_attempt_share(r, attempt);
    /* An index of a folder asks for each of its files whether it may be shown: no attempts of the client's. */
    if (r->main) {
        set_cause(attempt, NGD_CAUSE_NOT_AUTHORIZED, NGD_CERTAIN);
        ngd_attempt_note_denied(r, attempt);
    } else {
        diagnose(r, attempt);
        tell(r, attempt);
    }
}

ngd_attempt_t *ngd_explain_denied(request_rec *r)
{
    ngd_attempt_t *attempt = ngd_attempt_denied(r);

    if (!attempt || attempt->status != r->status) {
        return NULL;
    }
    ngd_attempt_share(r, attempt);
    diagnose(r, attempt);
    tell(r, attempt);
    return attempt;
}

/* ---- refusals of others ------------------------------------------------------------------------------------------- */

/* What Kerberos told the client, where the client asked for mutual authentication: who refused it says why. */
static int take_answered_code(void *attempt_, const char *name, const char *value)
{
    ngd_attempt_t *attempt = attempt_;
    ngd_attempt_t answer = { .pool = attempt->pool };

    (void)name;
    if (ngd_attempt_read(&answer, value)) {
        attempt->reply_code = ngd_token_error_code(answer.token);
    }
    return attempt->reply_code == 0;
}

/* Another module may have signed a user on and then refused him, as its Require says. */
ngd_attempt_t *ngd_explain_elsewhere(request_rec *r)
{
    ngd_policy_t policy = ngd_settings_policy(ngd_settings(r));
    ngd_attempt_t *attempt = ngd_attempt_begin(r, &policy, NULL);

    ngd_attempt_read(attempt, apr_table_get(r->headers_in, "Authorization"));
    attempt->status = r->status;
    attempt->user = r->prev->user;
    attempt->outcome = attempt->header.scheme == NGD_SCHEME_NONE ? NGD_OUTCOME_ANONYMOUS : NGD_OUTCOME_REFUSED;
    attempt->refusal = attempt->user ? NGD_REFUSAL_AUTHORIZATION : NGD_REFUSAL_ELSEWHERE;
    apr_table_do(take_answered_code, attempt, r->err_headers_out, "WWW-Authenticate", NULL);
    diagnose(r, attempt);
    tell(r, attempt);
    return attempt;
}

ngd_attempt_t *ngd_explain_header_size(request_rec *r)
{
    ngd_policy_t policy = ngd_settings_policy(ngd_settings(r));
    ngd_attempt_t *attempt = ngd_attempt_begin(r, &policy, NULL);

    attempt->status = r->status;
    attempt->outcome = NGD_OUTCOME_REFUSED;
    attempt->refusal = NGD_REFUSAL_HEADER_SIZE;
    diagnose(r, attempt);
    tell(r, attempt);
    return attempt;
}

/* ---- the challenge ------------------------------------------------------------------------------------------------ */

static bool is_asked_again(const request_rec *r, const ngd_attempt_t *attempt)
{
    switch (ngd_settings(r)->retry) {
    case NGD_ON:
        return true;
    case NGD_OFF:
        return false;
    case NGD_AUTO:
    case NGD_UNSET:
        break;
    }
    return ngd_cause(attempt->diagnosis.cause.cause)->retry;
}

/* A client that has not tried Negotiate yet, or goes on with it, is always asked. */
static bool has_refused_token(const ngd_attempt_t *attempt)
{
    return attempt->outcome == NGD_OUTCOME_REFUSED && attempt->header.scheme == NGD_SCHEME_NEGOTIATE;
}

const char *ngd_explain_answer(request_rec *r, const ngd_attempt_t *attempt)
{
    if (apr_table_get(r->subprocess_env, "negotiate-skip")) {
        return NULL;
    }
    if (!has_refused_token(attempt) || is_asked_again(r, attempt)) {
        return CHALLENGE;
    }
    if (ngd_settings_view(r).explain == NGD_EXPLAIN_OFF) {
        return apr_psprintf(attempt->pool, NO_CHALLENGE " reference=\"%s\"", attempt->reference);
    }
    return apr_psprintf(attempt->pool, NO_CHALLENGE " cause=\"%s\", reference=\"%s\"",
                        ngd_cause(attempt->diagnosis.cause.cause)->slug, attempt->reference);
}
