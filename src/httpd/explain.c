#include "explain.h"

#include <apr_strings.h>

#include "collect.h"
#include "connection.h"
#include "count.h"
#include "log.h"

#define CHALLENGE "Negotiate"
/* Without the letters of "Negotiate": some clients look for these anywhere, and decode what follows (docs/clients.md). */
#define NO_CHALLENGE "Sign-On-Refused"

/* ---- evidence that outlives its request --------------------------------------------------------------------------- */

static bool is_clients_own(const request_rec *r)
{
    return !r->prev && !r->main;
}

/* A copy that borrows nothing from the request: its evidence may be asked for once more by the next one. */
static ngd_attempt_t *keep(const ngd_attempt_t *attempt, apr_pool_t *pool)
{
    ngd_attempt_t *kept = apr_pmemdup(pool, attempt, sizeof *attempt);

    kept->pool = pool;
    kept->authorization = apr_pstrdup(pool, attempt->authorization);
    kept->fault = apr_pstrdup(pool, attempt->fault);
    kept->user = apr_pstrdup(pool, attempt->user);
    kept->answer = NULL;
    ngd_header_split(kept->authorization, kept->authorization ? strlen(kept->authorization) : 0, &kept->header);
    if (attempt->token.data) {
        kept->token.data = apr_pmemdup(pool, attempt->token.data, attempt->token.len);
    }
    return kept;
}

static void diagnose(request_rec *r, ngd_attempt_t *attempt, const ngd_attempt_t *durable, apr_pool_t *pool)
{
    attempt->evidence = ngd_collect(r, durable, pool);
    ngd_diagnose(attempt->evidence, &attempt->diagnosis);
}

/* On a connection of its own the client's next request may show this refusal. */
static void diagnose_and_keep(request_rec *r, ngd_attempt_t *attempt)
{
    apr_pool_t *pool = is_clients_own(r) ? ngd_connection_refusal_pool(r->connection) : NULL;
    ngd_attempt_t *kept;

    if (!pool) {
        diagnose(r, attempt, attempt, attempt->pool);
        return;
    }
    kept = keep(attempt, pool);
    diagnose(r, attempt, kept, pool);
    kept->evidence = attempt->evidence;
    kept->diagnosis = attempt->diagnosis;
    ngd_connection_note_refusal(r, kept);
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
    diagnose_and_keep(r, attempt);
    tell(r, attempt);
}

const ngd_evidence_t *ngd_explain_evidence(request_rec *r, ngd_attempt_t *attempt)
{
    if (!attempt->evidence) {
        attempt->evidence = ngd_collect(r, attempt, attempt->pool);
        if (attempt->diagnosis.has_cause) {
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

/* The refused attempt's evidence, but for what this request is itself. */
static void follow_refusal(const ngd_attempt_t *refused, ngd_attempt_t *attempt)
{
    ngd_evidence_t *evidence = apr_pmemdup(attempt->pool, refused->evidence, sizeof *evidence);

    apr_cpystrn(attempt->reference, refused->reference, sizeof attempt->reference);
    evidence->attempt.outcome = attempt->outcome;
    evidence->attempt.reference = attempt->reference;
    attempt->evidence = evidence;
    attempt->diagnosis = refused->diagnosis;
}

void ngd_explain_challenge(request_rec *r, ngd_attempt_t *attempt)
{
    bool own = is_clients_own(r) && !ngd_collect_is_proxied(r);
    const ngd_attempt_t *refused = own ? ngd_connection_refused_before(r) : NULL;

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
    set_cause(attempt, NGD_CAUSE_NOT_AUTHORIZED, NGD_CERTAIN);
    ngd_attempt_share(r, attempt);
    /* An index of a folder asks for each of its files whether it may be shown: no attempts of the client's. */
    if (!r->main) {
        tell(r, attempt);
    }
}

/* ---- refusals of others ------------------------------------------------------------------------------------------- */

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
    attempt->evidence = ngd_collect(r, attempt, attempt->pool);
    ngd_diagnose(attempt->evidence, &attempt->diagnosis);
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
    attempt->evidence = ngd_collect(r, attempt, attempt->pool);
    ngd_diagnose(attempt->evidence, &attempt->diagnosis);
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
