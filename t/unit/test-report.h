/*
 * test-report.h - attempts to report on, for the tests of src/report.
 *
 * Each sample is whole; a test changes the fact it is about.
 */
#ifndef NGD_TEST_REPORT_H
#define NGD_TEST_REPORT_H

#include <apr_general.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "report.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static apr_pool_t *pool;

/* ---- evidence ------------------------------------------------------------ */

/* 2026-11-23 15:02:07.250 +01:00 */
#define NOW_USECS INT64_C(1795442527250000)
#define NOW_SECS INT64_C(1795442527)

static const ngd_keytab_entry_t entries[] = {
    { "HTTP/web.example.test@EXAMPLE.TEST", 3, 18, 1760000000 },
    { "host/web.example.test@EXAMPLE.TEST", 2, 17, 1750000000 },
};

static const uint8_t krb5_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02 };
static const uint8_t ntlm_oid[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a };

static inline ngd_token_t kerberos_token(void)
{
    return (ngd_token_t){
        .bytes = 2348,
        .kind = NGD_TOKEN_SPNEGO_INIT,
        .mechanisms = { { NGD_MECH_KRB5, { krb5_oid, sizeof krb5_oid } },
                        { NGD_MECH_NTLMSSP, { ntlm_oid, sizeof ntlm_oid } } },
        .mechanisms_count = 2,
        .mechanisms_total = 2,
        .inner = NGD_INNER_AP_REQ,
        .inner_mech = NGD_MECH_KRB5,
        .ap_req = {
            .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
            .realm = SPAN("EXAMPLE.TEST"),
            .sname = { .type = 3, .part = { SPAN("HTTP"), SPAN("web.example.test") },
                       .parts = 2, .parts_total = 2 },
            .ticket = { .present = true, .has_kvno = true, .enctype = 18, .kvno = 3 },
        },
    };
}

static inline ngd_token_t ntlm_token(void)
{
    return (ngd_token_t){
        .bytes = 604,
        .kind = NGD_TOKEN_SPNEGO_RESP,
        .has_neg_state = true,
        .neg_state = NGD_NEG_ACCEPT_INCOMPLETE,
        .inner = NGD_INNER_NTLM,
        .inner_mech = NGD_MECH_NTLMSSP,
        .ntlm = {
            .type = 3, .has_flags = true, .flags = 0xe2888215, .charset = NGD_CHARSET_UTF16LE,
            .domain = SPAN("D\0O\0M\0"), .user = SPAN("a\0l\0\xfc\0"), .workstation = SPAN("P\0C\0"),
            .has_version = true, .major = 10, .minor = 0, .build = 19041,
        },
    };
}

/* Without a token, as the first request of every sign-on. */
static inline ngd_evidence_t anonymous(void)
{
    return (ngd_evidence_t){
        .attempt = { "K7QF-3M2X", NOW_USECS, NGD_OUTCOME_ANONYMOUS, 0 },
        .clock = { .server_usecs = NOW_USECS },
        .keytab = { .path = "/etc/httpd/web.keytab", .state = NGD_KEYTAB_GOOD, .entries = entries,
                    .entries_count = COUNT(entries) },
        .connection = { .id = "4F2", .requests = 3, .protocol = "HTTP/1.1", .tls = true,
                        .client = "192.0.2.17:50122", .header_limit_bytes = 8190,
                        .host = "web.example.test", .user_agent = "Browser/1" },
        .contact = "helpdesk@example.test",
    };
}

static inline ngd_evidence_t refused(void)
{
    ngd_evidence_t evidence = anonymous();

    evidence.attempt.outcome = NGD_OUTCOME_REFUSED;
    evidence.attempt.leg = 1;
    evidence.header = (ngd_header_t){ NGD_SCHEME_NEGOTIATE, SPAN("Negotiate"), SPAN("YIIabc"), 3144 };
    evidence.token = kerberos_token();
    evidence.decision = (ngd_decision_facts_t){
        .refusal = NGD_REFUSAL_GSS, .reply_code = 41, .asked = true, .asked_code = 31, .asked_error = -1765328353
    };
    return evidence;
}

static inline ngd_evidence_t accepted(void)
{
    ngd_evidence_t evidence = refused();

    evidence.attempt.outcome = NGD_OUTCOME_ACCEPTED;
    evidence.decision = (ngd_decision_facts_t){ .refusal = NGD_REFUSAL_NONE };
    evidence.authentication = (ngd_authentication_facts_t){
        "Negotiate", "Kerberos", "alice@EXAMPLE.TEST", "alice", NGD_SOURCE_REQUEST, NGD_PERSIST_REQUEST
    };
    evidence.ticket = (ngd_ticket_facts_t){
        true, "alice@EXAMPLE.TEST", "HTTP/web.example.test@EXAMPLE.TEST", 0x40e10000,
        NOW_SECS - 1500, NOW_SECS - 1500, NOW_SECS + 35900, NOW_SECS + 600000, 18,
        true, "alice@EXAMPLE.TEST", NGD_PAC_VERIFIED
    };
    evidence.keytab.matched = &entries[0];
    evidence.clock.has_client = true;
    evidence.clock.client_usecs = NOW_USECS - 412345;
    return evidence;
}

static inline ngd_evidence_t ntlm(void)
{
    ngd_evidence_t evidence = accepted();

    evidence.attempt.leg = 2;
    evidence.authentication.protocol = "NTLM";
    evidence.authentication.user = "DOM\\al";
    evidence.token = ntlm_token();
    evidence.ticket.opened = false;
    evidence.keytab.matched = NULL;
    evidence.clock.has_client = false;
    return evidence;
}

static inline ngd_evidence_t another_leg(void)
{
    ngd_evidence_t evidence = refused();

    evidence.attempt.outcome = NGD_OUTCOME_CONTINUE;
    evidence.decision = (ngd_decision_facts_t){ .refusal = NGD_REFUSAL_NONE };
    return evidence;
}

/* ---- diagnoses ----------------------------------------------------------- */

static inline ngd_diagnosis_t diagnosis_of_cause(ngd_cause_id_t cause)
{
    return (ngd_diagnosis_t){ .has_cause = true, .cause = { .cause = cause } };
}

/* With all that a diagnosis can have. */
static inline ngd_diagnosis_t wrong_key(void)
{
    return (ngd_diagnosis_t){
        .has_cause = true,
        .cause = { NGD_CAUSE_WRONG_KEY, NGD_CERTAIN, { NGD_DETAIL_KEY_FROM_PASSWORD, NGD_DETAIL_HOST_DIFFERS }, 2 },
        .also = { { NGD_CAUSE_CLOCK_SKEW, NGD_LIKELY, { NGD_DETAIL_CLIENT_CLOCK }, 1 } },
        .also_count = 1,
    };
}

static inline ngd_diagnosis_t usual_diagnosis(const ngd_evidence_t *evidence)
{
    return evidence->attempt.outcome == NGD_OUTCOME_REFUSED ? wrong_key() : (ngd_diagnosis_t){ 0 };
}

/* ---- what comes of it ---------------------------------------------------- */

static const ngd_view_t everything = { .explain = NGD_EXPLAIN_FULL, .keytab = true };
static const ngd_view_t no_keytab = { .explain = NGD_EXPLAIN_FULL };
static const ngd_view_t brief = { .explain = NGD_EXPLAIN_BRIEF, .keytab = true };
static const ngd_view_t off = { .explain = NGD_EXPLAIN_OFF, .keytab = true };

static inline const char *render_as(ngd_evidence_t evidence, ngd_diagnosis_t diagnosis, const ngd_view_t *view,
                                    ngd_format_t format)
{
    size_t len;
    const char *text = ngd_report_render(&evidence, &diagnosis, view, format, pool, &len);

    check(strlen(text) == len, "the length of a report is the length of its text");
    return text;
}

static inline json_t *document_as(ngd_evidence_t evidence, ngd_diagnosis_t diagnosis, const ngd_view_t *view)
{
    return ngd_report_document(&evidence, &diagnosis, view);
}

static inline const char *render(ngd_evidence_t evidence, ngd_format_t format)
{
    return render_as(evidence, usual_diagnosis(&evidence), &everything, format);
}

static inline const char *filled_notice(ngd_notice_t notice, ngd_format_t format)
{
    static const char *const slots[] = {
        [NGD_SLOT_REFERENCE] = "K7QF-3M2X",
        [NGD_SLOT_TIME] = "2026-11-23 15:02 +01:00",
        [NGD_SLOT_CONTACT] = ", help",
    };
    ngd_template_t template;
    const char *text = "";

    ngd_notice_render(notice, format, pool, &template);
    for (size_t i = 0; i < template.count; i++) {
        const ngd_piece_t *piece = &template.piece[i];
        const char *literal = apr_pstrmemdup(pool, piece->text, piece->len);

        text = apr_pstrcat(pool, text, piece->slot == NGD_SLOT_NONE ? literal : slots[piece->slot], NULL);
    }
    return text;
}

static inline const char *page_of(ngd_evidence_t evidence)
{
    return render(evidence, NGD_FORMAT_HTML);
}

static inline const char *text_of(ngd_evidence_t evidence)
{
    return render(evidence, NGD_FORMAT_TEXT);
}

static inline bool says(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

static inline bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static inline size_t occurrences(const char *text, const char *of)
{
    size_t count = 0;

    for (const char *found = text; (found = strstr(found, of)) != NULL; found += strlen(of)) {
        count++;
    }
    return count;
}

static inline bool is_clean_text(const char *text)
{
    json_t *valid = json_string(text);      /* NULL for what is no UTF-8 */
    bool clean = valid != NULL && !says(text, "\xc2\x9b");

    for (const char *c = text; *c != '\0'; c++) {
        clean = clean && (*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7f));
    }
    json_decref(valid);
    return clean;
}

/* In a zone that needs no zone files. */
static inline void begin_test(void)
{
    setenv("TZ", "CET-1", 1);
    apr_initialize();
    apr_pool_create(&pool, NULL);
}

static inline int end_test(void)
{
    apr_pool_destroy(pool);
    apr_terminate();
    return check_done();
}

#endif
