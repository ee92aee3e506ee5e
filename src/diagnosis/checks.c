#include "checks.h"

#include <string.h>

#include "checks_help.h"
#include "checks_steps.h"

typedef ngd_checks_view_t view_t;

/* ---- what the diagnosis says -------------------------------------------------------------- */

/* The i-th finding, the cause first; NULL behind the last. */
static const ngd_finding_t *finding(const ngd_diagnosis_t *diagnosis, size_t i)
{
    size_t first = diagnosis->has_cause ? 1 : 0;

    if (i < first) {
        return &diagnosis->cause;
    }
    return i - first < diagnosis->also_count ? &diagnosis->also[i - first] : NULL;
}

bool ngd_checks_found(const ngd_checks_view_t *view, ngd_cause_id_t cause)
{
    const ngd_finding_t *found;

    for (size_t i = 0; (found = finding(view->diagnosis, i)) != NULL; i++) {
        if (found->cause == cause) {
            return true;
        }
    }
    return false;
}

/* The first failure that belongs to this step; NULL: none. */
static const ngd_cause_t *failure_at(const view_t *view, ngd_step_t step)
{
    const ngd_finding_t *found;

    for (size_t i = 0; (found = finding(view->diagnosis, i)) != NULL; i++) {
        const ngd_cause_t *cause = ngd_cause(found->cause);
        if (cause->step == step && cause->counts == NGD_COUNTS_FAILURE) {
            return cause;
        }
    }
    return NULL;
}

/* ---- what the steps look at --------------------------------------------------------------- */

/* Without a refusal of its own the module was only asked where it has a keytab to answer with. */
static bool is_asked_here(const ngd_evidence_t *evidence)
{
    ngd_refusal_t refusal = evidence->decision.refusal;

    if (refusal == NGD_REFUSAL_NONE) {
        return evidence->keytab.path != NULL;
    }
    return refusal != NGD_REFUSAL_ELSEWHERE && refusal != NGD_REFUSAL_HEADER_SIZE;
}

/* After these refusals inspection has gone through the keys. */
static bool keys_were_tried(const view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;
    ngd_refusal_t refusal = view->evidence->decision.refusal;
    bool inspected = refusal == NGD_REFUSAL_GSS || refusal == NGD_REFUSAL_NO_ENTRY || refusal == NGD_REFUSAL_ELSEWHERE;

    return inspected && view->claim.complete && keytab->entries_count > 0 && !keytab->keys_untried;
}

static void look_at_key(view_t *view)
{
    const ngd_evidence_t *e = view->evidence;
    bool let_in = view->asked_here && view->has_ticket && e->attempt.outcome == NGD_OUTCOME_ACCEPTED;

    view->accepted_key = let_in || e->decision.passes || (e->keytab.matched != NULL && e->keytab.matched_admitted);
    view->keys_fail = keys_were_tried(view) && !view->accepted_key;
}

static void look(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis, view_t *view)
{
    memset(view, 0, sizeof *view);
    view->evidence = evidence;
    view->diagnosis = diagnosis;
    ngd_compare(evidence, &view->claim);
    ngd_host_parse(evidence->connection.host, &view->host);
    view->captured = ngd_is_captured(evidence);
    view->asked_here = !view->captured && is_asked_here(evidence);
    view->has_token = evidence->header.scheme == NGD_SCHEME_NEGOTIATE && evidence->header.base64.len > 0;
    view->has_ticket = view->has_token && evidence->token.inner == NGD_INNER_AP_REQ;
    view->names_service = view->has_ticket && view->claim.principal[0] != '\0';
    look_at_key(view);
}

/* ---- the list ----------------------------------------------------------------------------- */

/* What the diagnosis has found at this step is not asked a second time. */
static ngd_answer_t answer(const view_t *view, ngd_step_t step)
{
    const ngd_cause_t *failure = failure_at(view, step);

    if (failure != NULL) {
        return (ngd_answer_t){ NGD_VERDICT_PROBLEM, failure->explanation };
    }
    return ngd_checks_answer(view, step);
}

void ngd_checks(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis, ngd_check_t checks[NGD_CHECKS])
{
    view_t view;

    look(evidence, diagnosis, &view);
    for (ngd_step_t step = NGD_STEP_NONE + 1; step < NGD_STEPS; step++) {
        ngd_answer_t given = answer(&view, step);
        ngd_check_t *check = &checks[step - 1];
        *check = (ngd_check_t){ .step = step, .verdict = given.verdict, .detail = given.detail };
        if (given.verdict == NGD_VERDICT_UNKNOWN) {
            ngd_check_help(step, evidence->connection.user_agent, &check->help);
        }
    }
}

const char *ngd_check_verdict_name(ngd_check_verdict_t verdict)
{
    static const char *const names[] = {
        [NGD_VERDICT_OK] = "ok",
        [NGD_VERDICT_PROBLEM] = "problem",
        [NGD_VERDICT_UNKNOWN] = "unknown",
        [NGD_VERDICT_NOT_APPLICABLE] = "not-applicable",
    };

    return names[verdict];
}
