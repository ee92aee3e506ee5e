/*
 * fuzz-report.c - the whole chain: what came in is decoded, diagnosed and reported.
 *
 * The first bytes of an input choose the facts of an attempt and the words that come
 * from outside; what is left is the Authorization header.  Whatever it is, a refusal
 * has a cause, and the report is a page, a document or a text with nothing in it that
 * was not made harmless.  Built as fuzz-token.c is.
 */
#include <apr_general.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page-check.h"
#include "report.h"

enum { TEXTS_MAX = 64, ENTRIES_MAX = 4, SECRET_BYTES = 24 };

/* Every character that means something in HTML: as it stands here it may never stand in a page. */
#define MARKER "<fuzz&\"'>"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds, const char *what, const char *text)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n%s\n", what, text != NULL ? text : "");
        abort();
    }
}

/* ---- facts out of bytes ------------------------------------------------------------ */

typedef struct {
    ngd_span_t in;
    char *text[TEXTS_MAX];
    size_t texts;
    ngd_keytab_entry_t entries[ENTRIES_MAX];
    uint8_t *token;
} source_t;

static uint8_t take(source_t *source)
{
    if (source->in.len == 0) {
        return 0;
    }
    source->in.len--;
    return *source->in.data++;
}

static bool flag(source_t *source)
{
    return (take(source) & 1) != 0;
}

static int64_t number(source_t *source, unsigned bytes)
{
    uint64_t value = take(source);
    bool negative = (value & 0x80) != 0;

    value &= 0x7f;
    for (unsigned i = 1; i < bytes; i++) {
        value = value << 8 | take(source);
    }
    return negative ? -(int64_t)value : (int64_t)value;
}

/* As far as a time on the wire reaches, and farther. */
static int64_t secs(source_t *source)
{
    return number(source, 5);
}

/* A length of 0 is a fact that is not known; the highest bit puts the marker around the text. */
static const char *text(source_t *source)
{
    uint8_t control = take(source);
    size_t len = control & 0x3f, marker_len = (control & 0x80) != 0 ? sizeof MARKER - 1 : 0;
    size_t repeat = (control & 0x40) != 0 ? 16 : 1;
    char *out;

    if (control == 0 || source->texts == TEXTS_MAX) {
        return NULL;
    }
    len = len < source->in.len ? len : source->in.len;
    out = malloc(2 * marker_len + len * repeat + 1);
    insist(out != NULL, "there is memory", NULL);
    memcpy(out, MARKER, marker_len);
    for (size_t i = 0; i < repeat; i++) {
        memcpy(out + marker_len + i * len, source->in.data, len);
    }
    memcpy(out + marker_len + len * repeat, MARKER, marker_len);
    out[2 * marker_len + len * repeat] = '\0';
    source->in.data += len;
    source->in.len -= len;
    return source->text[source->texts++] = out;
}

/* A principal of a keytab always has a name. */
static const char *principal(source_t *source)
{
    const char *name = text(source);

    return name != NULL ? name : "HTTP/web.example.test@EXAMPLE.TEST";
}

/* Statement by statement: what stands in an initialiser may be reckoned in any order. */
static void fill_attempt(source_t *source, ngd_evidence_t *e)
{
    e->attempt.reference = "K7QF-3M2X";
    e->attempt.time_usecs = secs(source) * 1000000;
    e->attempt.outcome = take(source) % (NGD_OUTCOME_ACCEPTED + 1);
    e->attempt.leg = take(source);
    e->decision.refusal = take(source) % (NGD_REFUSAL_ELSEWHERE + 1);
    e->decision.reply_code = (int32_t)number(source, 1);
    e->decision.asked = flag(source);
    e->decision.passes = flag(source);
    e->decision.asked_code = (int32_t)number(source, 1);
    e->decision.asked_error = (int32_t)number(source, 4);
    e->decision.transited_refused = flag(source);
    e->decision.enctype_refused = flag(source);
    e->decision.enctype_not_permitted = flag(source);
}

/* What is let in or goes on was not refused; what was refused was so at some gate. */
static void agree(ngd_evidence_t *e)
{
    bool refused = e->attempt.outcome == NGD_OUTCOME_REFUSED;

    if (refused && e->decision.refusal == NGD_REFUSAL_NONE) {
        e->decision.refusal = NGD_REFUSAL_GSS;
    } else if (e->attempt.outcome == NGD_OUTCOME_ACCEPTED || e->attempt.outcome == NGD_OUTCOME_CONTINUE) {
        e->decision = (ngd_decision_facts_t){ .refusal = NGD_REFUSAL_NONE };
    }
}

static void fill_authentication(source_t *source, ngd_evidence_t *e)
{
    e->authentication.method = text(source);
    e->authentication.protocol = flag(source) ? "Kerberos" : text(source);
    e->authentication.user = text(source);
    e->authentication.local_name = text(source);
    e->authentication.source = take(source) % (NGD_SOURCE_SESSION + 1);
    e->authentication.persist = take(source) % (NGD_PERSIST_SESSION + 1);
}

static void fill_ticket(source_t *source, ngd_evidence_t *e)
{
    e->ticket.opened = flag(source);
    e->ticket.client = text(source);
    e->ticket.server = text(source);
    e->ticket.flags = (uint32_t)number(source, 4);
    e->ticket.auth_time_secs = secs(source);
    e->ticket.start_time_secs = secs(source);
    e->ticket.end_time_secs = secs(source);
    e->ticket.renew_till_secs = secs(source);
    e->ticket.session_enctype = (int32_t)number(source, 1);
    e->ticket.authenticator_opened = flag(source);
    e->ticket.authenticator_client = text(source);
    e->ticket.pac = take(source) % (NGD_PAC_UNVERIFIED + 1);
    e->clock.server_usecs = secs(source) * 1000000;
    e->clock.has_client = flag(source);
    e->clock.client_usecs = secs(source) * 1000000;
    e->clock.skew_limit_secs = number(source, 2);
}

static void fill_keytab(source_t *source, ngd_evidence_t *e)
{
    size_t matched;

    e->keytab.path = text(source);
    e->keytab.state = take(source) % (NGD_KEYTAB_UNLOADABLE + 1);
    e->keytab.os_error = take(source);
    e->keytab.entries = source->entries;
    e->keytab.entries_count = take(source) % (ENTRIES_MAX + 1);
    e->keytab.keys_untried = flag(source);
    e->keytab.admitted_count = take(source) % (ENTRIES_MAX + 1);
    e->keytab.claimed_admitted = flag(source);
    e->keytab.matched_admitted = flag(source);
    e->keytab.other_path = text(source);
    e->keytab.other_principal = text(source);
    for (size_t i = 0; i < e->keytab.entries_count; i++) {
        source->entries[i].principal = principal(source);
        source->entries[i].kvno = (uint32_t)number(source, 2);
        source->entries[i].enctype = take(source);
        source->entries[i].time_secs = secs(source);
    }
    matched = take(source);
    e->keytab.matched = matched < e->keytab.entries_count ? &source->entries[matched] : NULL;
}

static void fill_server(source_t *source, ngd_evidence_t *e)
{
    e->server.user = text(source);
    e->server.group = text(source);
    e->server.acceptor = text(source);
    e->server.replay_cache = take(source) % (NGD_REPLAY_CACHE_UNUSABLE + 1);
    e->server.replay_cache_name = text(source);
    e->server.replay_cache_error = take(source);
    e->server.krb5_conf_error = (int32_t)number(source, 1);
    e->server.krb5_conf_words = text(source);
}

static void fill_connection(source_t *source, ngd_evidence_t *e)
{
    e->connection.id = "4F2";
    e->connection.requests = take(source);
    e->connection.protocol = "HTTP/1.1";
    e->connection.tls = flag(source);
    e->connection.client = text(source);
    e->connection.proxied = flag(source);
    e->connection.header_limit_bytes = take(source);
    e->connection.host = text(source);
    e->connection.user_agent = text(source);
    e->connection.same_computer = flag(source);
    e->connection.challenged_before = flag(source);
    e->contact = text(source);
}

static void fill_header(source_t *source, ngd_evidence_t *e)
{
    ngd_span_t bytes = { NULL, 0 };

    ngd_header_split((const char *)source->in.data, source->in.len, &e->header);
    source->token = malloc(NGD_BASE64_BYTES(e->header.base64.len));
    insist(source->token != NULL, "there is memory", NULL);
    if (e->header.scheme == NGD_SCHEME_NEGOTIATE) {
        e->base64_stop = ngd_base64_decode(e->header.base64, source->token,
                                           NGD_BASE64_BYTES(e->header.base64.len), &bytes.len);
        bytes.data = source->token;
    }
    ngd_token_decode(bytes, &e->token);
}

/* ---- what holds -------------------------------------------------------------------- */

static void check_finding(const ngd_finding_t *finding)
{
    insist(finding->cause < NGD_CAUSES, "a cause is one of the catalogue", NULL);
    insist(finding->details_count <= NGD_DETAILS_MAX, "details lie inside their table", NULL);
    for (size_t i = 0; i < finding->details_count; i++) {
        insist(finding->details[i] < NGD_DETAILS, "a detail is one of the catalogue", NULL);
    }
}

static void check_diagnosis(const ngd_evidence_t *e, const ngd_diagnosis_t *diagnosis)
{
    bool let_in = e->attempt.outcome == NGD_OUTCOME_ACCEPTED || e->attempt.outcome == NGD_OUTCOME_CONTINUE;

    insist(diagnosis->has_cause || e->attempt.outcome != NGD_OUTCOME_REFUSED, "a refusal has a cause", NULL);
    insist(!diagnosis->has_cause || !let_in, "what is let in or goes on has none", NULL);
    insist(diagnosis->also_count <= NGD_ALSO_MAX, "further findings lie inside their table", NULL);
    if (diagnosis->has_cause) {
        check_finding(&diagnosis->cause);
    }
    for (size_t i = 0; i < diagnosis->also_count; i++) {
        check_finding(&diagnosis->also[i]);
        insist(!diagnosis->has_cause || diagnosis->also[i].cause != diagnosis->cause.cause,
               "a further finding is another one", NULL);
    }
}

/* Valid UTF-8 without any control character but those that are allowed, and C1's neither. */
static void check_clean(const char *words, const char *allowed)
{
    json_t *valid = json_string(words);

    insist(valid != NULL, "text is valid UTF-8", words);
    json_decref(valid);
    for (const unsigned char *c = (const unsigned char *)words; *c != '\0'; c++) {
        bool control = *c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0);
        insist(!control || strchr(allowed, *c) != NULL, "text has no control characters", words);
    }
}

/* Commands of several lines are the only texts that have lines. */
static void check_value(const char *key, json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;

    if (json_is_string(value)) {
        check_clean(json_string_value(value), key != NULL && strcmp(key, "command") == 0 ? "\n" : "");
    }
    json_object_foreach(value, name, member) {
        check_clean(name, "");
        check_value(name, member);
    }
    json_array_foreach(value, i, member) {
        check_value(key, member);
    }
}

static void check_json(const char *report)
{
    json_t *document = json_loads(report, JSON_REJECT_DUPLICATES, NULL);

    insist(document != NULL, "the document can be parsed", report);
    check_clean(report, "\n");
    check_value(NULL, document);
    json_decref(document);
}

static void check_html(const char *report)
{
    const char *fault = page_fault(report);

    insist(strstr(report, MARKER) == NULL, "what came in is escaped", report);
    insist(fault == NULL, "a page has its own elements only; from here on it has not", fault);
    check_clean(report, "\n");
}

static void check_report(const char *report, ngd_format_t format)
{
    switch (format) {
    case NGD_FORMAT_JSON:
        check_json(report);
        break;
    case NGD_FORMAT_HTML:
        check_html(report);
        break;
    default:
        check_clean(report, "\n");
    }
}

/* An input may have put the same letters into a name; then they say nothing. */
static bool is_secret(const source_t *source, const char *base64)
{
    for (size_t i = 0; i < source->texts; i++) {
        if (strstr(source->text[i], base64) != NULL) {
            return false;
        }
    }
    return true;
}

static void check_secret(const source_t *source, const ngd_evidence_t *e, const char *report)
{
    char base64[SECRET_BYTES + 1] = "";

    if (e->header.base64.len >= SECRET_BYTES && memchr(e->header.base64.data, '\0', SECRET_BYTES) == NULL) {
        memcpy(base64, e->header.base64.data, SECRET_BYTES);
        insist(strstr(report, base64) == NULL || !is_secret(source, base64), "a report has no token in it", report);
    }
}

static void report(const source_t *source, const ngd_evidence_t *e, const ngd_diagnosis_t *diagnosis,
                   const ngd_view_t *view)
{
    apr_pool_t *pool;

    apr_pool_create(&pool, NULL);
    for (ngd_format_t format = 0; format < NGD_FORMATS; format++) {
        size_t len;
        const char *words = ngd_report_render(e, diagnosis, view, format, pool, &len);

        insist(words != NULL && strlen(words) == len, "a report is as long as its text", words);
        check_report(words, format);
        check_secret(source, e, words);
    }
    apr_pool_destroy(pool);
}

static void release(source_t *source)
{
    for (size_t i = 0; i < source->texts; i++) {
        free(source->text[i]);
    }
    free(source->token);
}

/* APR lives as long as the process. */
static void begin(void)
{
    static bool begun;

    if (!begun) {
        apr_initialize();
        begun = true;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    source_t source = { .in = { .data = data, .len = size } };
    ngd_evidence_t evidence = { .attempt.reference = NULL };
    ngd_diagnosis_t diagnosis;
    ngd_view_t view;

    begin();
    view.explain = NGD_EXPLAIN_FULL - take(&source) % (NGD_EXPLAIN_FULL + 1);
    view.keytab = flag(&source);
    fill_attempt(&source, &evidence);
    agree(&evidence);
    fill_authentication(&source, &evidence);
    fill_ticket(&source, &evidence);
    fill_keytab(&source, &evidence);
    fill_server(&source, &evidence);
    fill_connection(&source, &evidence);
    fill_header(&source, &evidence);
    ngd_diagnose(&evidence, &diagnosis);
    check_diagnosis(&evidence, &diagnosis);
    report(&source, &evidence, &diagnosis, &view);
    release(&source);
    return 0;
}
