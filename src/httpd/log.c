#include "log.h"

#include <apr_strings.h>
#include <http_log.h>

#include "compare.h"

APLOG_USE_MODULE(negotiate_diag);

enum { NAME_TEXT_SIZE = 256 };

/* ---- what goes well, or goes on ----------------------------------------------------------------------------------- */

/* httpd escapes what could break a line, but not quotation marks. */
static const char *quoted(apr_pool_t *pool, const char *text)
{
    char *copy = apr_pstrcat(pool, "\"", text, "\"", NULL);
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
                  attempt->reference, quoted(r->pool, attempt->user), attempt->leg);
}

void ngd_log_continued(request_rec *r, const ngd_attempt_t *attempt)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "negotiate: continued reference=%s leg=%u", attempt->reference,
                  attempt->leg);
}

void ngd_log_challenged(request_rec *r, const ngd_attempt_t *attempt)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "negotiate: challenged reference=%s cause=%s", attempt->reference,
                  ngd_cause(attempt->diagnosis.cause.cause)->slug);
}

void ngd_log_needs_http1(request_rec *r, const ngd_attempt_t *attempt)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "negotiate: sent to HTTP/1.1 reference=%s: the negotiation takes more "
                  "than one leg", attempt->reference);
}

/* ---- a refusal ---------------------------------------------------------------------------------------------------- */

/* A line that is being written: " key=value" after " key=value". */
typedef struct {
    apr_array_header_t *parts;      /* of const char * */
    apr_pool_t *pool;
} line_t;

static void add(line_t *line, const char *text)
{
    APR_ARRAY_PUSH(line->parts, const char *) = text;
}

static void add_quoted(line_t *line, const char *key, const char *value)
{
    if (value && *value) {
        add(line, apr_pstrcat(line->pool, " ", key, "=", quoted(line->pool, value), NULL));
    }
}

static void add_number(line_t *line, const char *key, apr_int64_t value)
{
    add(line, apr_psprintf(line->pool, " %s=%" APR_INT64_T_FMT, key, value));
}

static void add_word(line_t *line, const char *key, const char *value)
{
    add(line, apr_pstrcat(line->pool, " ", key, "=", value, NULL));
}

static void add_diagnosis(line_t *line, const ngd_diagnosis_t *diagnosis)
{
    const ngd_cause_t *cause = ngd_cause(diagnosis->cause.cause);

    add_word(line, "cause", cause->slug);
    add_word(line, "certainty", ngd_certainty_name(diagnosis->cause.certainty));
    add_word(line, "who", ngd_who_name(cause->who));
    for (size_t i = 0; i < diagnosis->cause.details_count; i++) {
        add_word(line, i ? "and" : "detail", ngd_detail(diagnosis->cause.details[i])->slug);
    }
    for (size_t i = 0; i < diagnosis->also_count; i++) {
        add_word(line, "also", ngd_cause(diagnosis->also[i].cause)->slug);
    }
}

static const char *enctype_word(line_t *line, int32_t enctype)
{
    const char *name = ngd_enctype_name(enctype);

    return name ? name : apr_itoa(line->pool, enctype);
}

/* What the token itself says, claimed and not verified. */
static void add_claims(line_t *line, const ngd_evidence_t *evidence)
{
    const ngd_ap_req_t *ap_req = &evidence->token.ap_req;
    ngd_comparison_t claim;
    char sname[NAME_TEXT_SIZE];

    if (evidence->token.inner != NGD_INNER_AP_REQ) {
        return;
    }
    ngd_compare(evidence, &claim);
    add_quoted(line, "sname", *claim.principal ? claim.principal : ngd_principal_text(&ap_req->sname, sname, sizeof sname));
    if (ap_req->ticket.has_kvno) {
        add_number(line, "kvno", ap_req->ticket.kvno);
    }
    if (ap_req->ticket.present) {
        add_word(line, "enctype", enctype_word(line, ap_req->ticket.enctype));
    }
    if (claim.same_name > 0) {
        add_number(line, "keytab_kvno", claim.newest_kvno);
    }
}

/* A text that is no base64 is not empty, though no byte came of it. */
static const char *token_word(const ngd_evidence_t *evidence)
{
    bool unreadable = evidence->token.kind == NGD_TOKEN_EMPTY && evidence->header.base64.len > 0;

    return unreadable ? "unreadable" : ngd_token_kind_name(evidence->token.kind);
}

static void add_token(line_t *line, const ngd_evidence_t *evidence)
{
    const ngd_stop_t *stop = ngd_first_stop(&evidence->base64_stop, &evidence->token);

    if (evidence->header.scheme == NGD_SCHEME_NONE) {
        return;
    }
    add_word(line, "scheme", ngd_scheme_name(evidence->header.scheme));
    if (evidence->header.scheme != NGD_SCHEME_NEGOTIATE) {
        return;
    }
    add_word(line, "token", token_word(evidence));
    if (evidence->token.inner != NGD_INNER_NONE) {
        add_quoted(line, "mechanism", ngd_mech_name(evidence->token.inner_mech));
    }
    if (stop->reason != NGD_STOP_NONE) {
        add_number(line, "stopped", (apr_int64_t)stop->offset);
        add_quoted(line, "expected", stop->expected);
    }
}

static void add_ticket(line_t *line, const ngd_evidence_t *evidence)
{
    const ngd_clock_facts_t *clock = &evidence->clock;

    add_quoted(line, "client", evidence->ticket.client);
    add_quoted(line, "matched", evidence->keytab.matched ? evidence->keytab.matched->principal : NULL);
    add_quoted(line, "other_keytab", evidence->keytab.other_path);
    if (clock->has_client) {
        add_number(line, "skew_secs", ngd_skew_secs(clock));
    }
}

static void add_krb5(line_t *line, const ngd_decision_facts_t *decision)
{
    int32_t code = decision->asked_code ? decision->asked_code : decision->reply_code;
    const char *name = ngd_kerberos_error_name(code);

    if (code) {
        add_word(line, "krb5", name ? name : apr_itoa(line->pool, code));
    } else if (decision->asked_error) {
        add_number(line, "krb5", decision->asked_error);
    }
}

static void add_evidence(line_t *line, const ngd_evidence_t *evidence)
{
    add_quoted(line, "host", evidence->connection.host);
    add_token(line, evidence);
    add_claims(line, evidence);
    add_ticket(line, evidence);
    add_quoted(line, "keytab", evidence->keytab.path);
    add_krb5(line, &evidence->decision);
    add_quoted(line, "krb5_conf", evidence->server.krb5_conf_words);
    if (evidence->server.replay_cache == NGD_REPLAY_CACHE_UNUSABLE) {
        add_quoted(line, "replay_cache", evidence->server.replay_cache_name);
    }
}

/* The one cause that is mended by a directive of httpd itself, which no module's own line would make anybody look for. */
static void add_header_limit(line_t *line, const request_rec *r)
{
    add_word(line, "directive", "LimitRequestFieldSize");
    add_number(line, "limit", r->server->limit_req_fieldsize);
}

/* Sent to the wrong scheme: nobody's failure, and scanners do it all day. */
static int level_of(const ngd_attempt_t *attempt)
{
    return attempt->refusal == NGD_REFUSAL_TLS ? APLOG_INFO : APLOG_WARNING;
}

void ngd_log_refused(request_rec *r, const ngd_attempt_t *attempt)
{
    line_t line = { .pool = r->pool };

    if (!APLOG_R_IS_LEVEL(r, level_of(attempt))) {
        return;
    }
    line.parts = apr_array_make(r->pool, 24, sizeof(const char *));
    add_word(&line, "reference", attempt->reference);
    add_diagnosis(&line, &attempt->diagnosis);
    add_quoted(&line, "user", attempt->user);
    if (attempt->evidence) {
        add_evidence(&line, attempt->evidence);
    }
    if (attempt->refusal == NGD_REFUSAL_HEADER_SIZE) {
        add_header_limit(&line, r);
    }
    add_quoted(&line, "fault", attempt->fault);
    ap_log_rerror(APLOG_MARK, level_of(attempt), 0, r, "negotiate: refused%s", apr_array_pstrcat(r->pool, line.parts, 0));
}
