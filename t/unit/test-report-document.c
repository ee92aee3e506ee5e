/* test-report-document.c - the document of the contract: keys, facts and who may see them. */
#include "test-report.h"
#include "value.h"

static const struct {
    const char *outcome;
    ngd_evidence_t (*make)(void);
} outcomes[] = {
    { "anonymous", anonymous },
    { "continue", another_leg },
    { "refused", refused },
    { "accepted", accepted },
};

static json_t *document_of(ngd_evidence_t evidence)
{
    return document_as(evidence, usual_diagnosis(&evidence), &everything);
}

/* The value at a dotted path, JSON null included. */
static const json_t *at(const json_t *value, const char *path)
{
    char *rest;
    char *key = apr_strtok(apr_pstrdup(pool, path), ".", &rest);

    for (; value != NULL && key != NULL; key = apr_strtok(NULL, ".", &rest)) {
        value = json_object_get(value, key);
    }
    return value;
}

/* A value as JSON text: "x", 3, null, ["a"]. */
static const char *dump(const json_t *document, const char *path)
{
    char *dumped = json_dumps(at(document, path), JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    const char *copy = dumped == NULL ? "(nothing)" : apr_pstrdup(pool, dumped);

    free(dumped);
    return copy;
}

typedef struct {
    const char *path, *want;
} expectation_t;

static void check_document(const char *what, ngd_evidence_t evidence, const expectation_t *wants,
                           size_t count)
{
    json_t *document = document_of(evidence);

    for (size_t i = 0; i < count; i++) {
        check_text(dump(document, wants[i].path), wants[i].want,
                  "%s: %s", what, wants[i].path);
    }
    json_decref(document);
}

static void test_every_key_is_there(void)
{
    static const char *const keys[] = {
        "version", "attempt.id", "attempt.time", "attempt.outcome", "attempt.leg",
        "authentication.method", "authentication.protocol", "authentication.user",
        "authentication.local_name", "authentication.source", "authentication.persist",
        "cause", "also", "token", "ticket", "keytab.path", "keytab.matched", "keytab.entries",
        "clock.server", "clock.client", "clock.skew_secs",
        "connection.id", "connection.requests", "connection.protocol", "connection.tls", "connection.client",
        "connection.proxied", "connection.header_limit_bytes", "connection.same_computer",
        "decision.refusal", "decision.reply", "decision.asked", "checks",
    };

    for (size_t i = 0; i < COUNT(outcomes); i++) {
        json_t *document = document_of(outcomes[i].make());

        for (size_t k = 0; k < COUNT(keys); k++) {
            check(at(document, keys[k]) != NULL,
                  "%s: the document has %s", outcomes[i].outcome, keys[k]);
        }
        check_text(json_string_value(at(document, "attempt.outcome")), outcomes[i].outcome,
                   "the outcome is named");
        json_decref(document);
    }
}

static void test_accepted_document(void)
{
    static const expectation_t wants[] = {
        { "version", "1" },
        { "attempt", "{\"id\":\"K7QF-3M2X\",\"time\":\"2026-11-23T15:02:07.250+01:00\","
                     "\"outcome\":\"accepted\",\"leg\":1}" },
        { "authentication.source", "\"request\"" },
        { "authentication.persist", "\"request\"" },
        { "cause", "null" }, { "also", "[]" },
        { "token.scheme", "\"Negotiate\"" },
        { "token.header_bytes", "3144" }, { "token.token_bytes", "2348" },
        { "token.kind", "\"spnego-init\"" },
        { "token.mechanism_oids", "[\"1.2.840.113554.1.2.2\",\"1.3.6.1.4.1.311.2.2.10\"]" },
        { "token.neg_state", "null" }, { "token.has_mic", "false" },
        { "token.ticket", "{\"realm\":\"EXAMPLE.TEST\",\"sname\":\"HTTP/web.example.test\",\"sname_type\":3,"
                          "\"enctype\":\"aes256-cts-hmac-sha1-96\",\"kvno\":3,"
                          "\"ap_options\":[\"mutual-required\"]}" },
        { "token.ntlm", "null" }, { "token.stopped", "null" },
        { "ticket.client", "\"alice@EXAMPLE.TEST\"" },
        { "ticket.flags", "[\"forwardable\",\"renewable\",\"initial\",\"pre-authent\",\"enc-pa-rep\"]" },
        { "ticket.auth_time", "\"2026-11-23T14:37:07+01:00\"" },
        { "ticket.end_time", "\"2026-11-24T01:00:27+01:00\"" },
        { "ticket.ends_in_secs", "35900" },
        { "ticket.session_enctype", "\"aes256-cts-hmac-sha1-96\"" },
        { "ticket.authenticator_client", "\"alice@EXAMPLE.TEST\"" }, { "ticket.pac", "\"verified\"" },
        { "keytab.matched.kvno", "3" }, { "keytab.other", "null" },
        { "decision", "{\"refusal\":null,\"reply\":null,\"asked\":null}" },
        { "clock", "{\"server\":\"2026-11-23T15:02:07.250+01:00\","
                   "\"client\":\"2026-11-23T15:02:06.837+01:00\","
                   "\"skew_secs\":-0.412}" },
        { "connection.tls", "true" }, { "connection.header_limit_bytes", "8190" },
    };

    check_document("accepted", accepted(), wants, COUNT(wants));
}

static void test_anonymous_document(void)
{
    static const expectation_t wants[] = {
        { "authentication", "{\"method\":null,\"protocol\":\"Anonymous\",\"user\":null,\"local_name\":null,"
                            "\"source\":null,\"persist\":\"request\"}" },
        { "token", "null" }, { "ticket", "null" }, { "keytab.matched", "null" },
        { "clock.client", "null" }, { "clock.skew_secs", "null" },
    };

    check_document("anonymous", anonymous(), wants, COUNT(wants));
}

static void test_ntlm_document(void)
{
    static const expectation_t wants[] = {
        { "token.ntlm", "{\"type\":3,\"flags\":\"0xe2888215\",\"domain\":\"DOM\",\"user\":\"al\xc3\xbc\","
                        "\"workstation\":\"PC\",\"version\":\"10.0.19041\"}" },
        { "token.ticket", "null" }, { "token.neg_state", "\"accept-incomplete\"" },
        { "token.mechanisms", "[]" }, { "token.preferred", "null" },
    };

    check_document("ntlm", ntlm(), wants, COUNT(wants));
}

static void test_kerberos_error_document(void)
{
    static const expectation_t wants[] = {
        { "token.kerberos_error.code", "37" },
        { "token.kerberos_error.client_time", "null" },
        { "token.kerberos_error.server_time", "\"2026-11-23T15:02:07+01:00\"" },
        { "token.kerberos_error.text", "\"clock\"" },
    };
    ngd_evidence_t evidence = refused();

    evidence.token.inner = NGD_INNER_KRB_ERROR;
    evidence.token.krb_error = (ngd_krb_error_t){
        .code = 37, .server_time_secs = NOW_SECS, .text = SPAN("clock")
    };
    check_document("a Kerberos error for a token", evidence, wants, COUNT(wants));
}

static void test_half_a_token(void)
{
    static const expectation_t wants[] = {
        { "token.ticket", "{\"realm\":\"EXAMPLE.TEST\",\"sname\":null,\"sname_type\":null,\"enctype\":null,"
                          "\"kvno\":null,\"ap_options\":[]}" },
        { "token.stopped", "{\"in\":\"token\",\"reason\":\"truncated\",\"offset\":233,\"expected\":\"Ticket.sname\"}" },
    };
    ngd_evidence_t evidence = refused();

    evidence.token.ap_req = (ngd_ap_req_t){ .realm = SPAN("EXAMPLE.TEST") };
    evidence.token.stop = (ngd_stop_t){ NGD_STOP_TRUNCATED, 233, "Ticket.sname" };
    check_document("a truncated token", evidence, wants, COUNT(wants));
    check(says(text_of(evidence), "cut off at byte 233, where Ticket.sname was expected"),
          "the text says where a token was cut off");
}

/* A header that has no scheme begins with what should have stayed secret. */
static void test_other_schemes_show_nothing(void)
{
    static const ngd_scheme_t schemes[] = {
        NGD_SCHEME_BASIC, NGD_SCHEME_BEARER, NGD_SCHEME_DIGEST, NGD_SCHEME_OTHER
    };
    ngd_evidence_t evidence = refused();

    evidence.header.scheme_text = (ngd_span_t)SPAN("c2VjcmV0");
    evidence.header.base64 = (ngd_span_t)SPAN("YWxpY2U6c2VjcmV0");
    for (size_t i = 0; i < COUNT(schemes); i++) {
        evidence.header.scheme = schemes[i];
        for (ngd_format_t format = 0; format < NGD_FORMATS; format++) {
            const char *text = render(evidence, format);

            check(!says(text, "c2Vjc") && !says(text, "YWxpY2U"),
                  "%s credentials do not show as %s", ngd_scheme_name(schemes[i]),
                               ngd_format_content_type(format));
            check(!says(text, "spnego"), "nothing is taken for a decoded token");
        }
    }
}

/* ---- the diagnosis ------------------------------------------------------- */

static void test_cause(void)
{
    static const expectation_t wants[] = {
        { "cause.slug", "\"wrong-key\"" }, { "cause.who", "\"server\"" }, { "cause.certainty", "\"certain\"" },
        { "cause.headline", "\"You are not signed in: this server could not open your Kerberos ticket.\"" },
        { "cause.relief", "\"You cannot mend this; the web server's administrators can. If a password box appears, "
                          "cancel it.\"" },
        { "cause.title", "\"The keytab's key does not open the ticket\"" },
        { "cause.iis", "{\"status\":\"401.1\",\"win32\":2148074274,\"name\":\"SEC_E_WRONG_PRINCIPAL\"}" },
        { "cause.kerberos", "{\"code\":31,\"name\":\"KRB_AP_ERR_BAD_INTEGRITY\"}" },
        { "cause.step", "\"account\"" },
    };

    check_document("a wrong key", refused(), wants, COUNT(wants));
}

static const char *item_text(const json_t *document, const char *list, size_t i, const char *key)
{
    return json_string_value(json_object_get(json_array_get(at(document, list), i), key));
}

static void test_cause_is_told_with_its_facts(void)
{
    json_t *document = document_of(refused());

    check(says(json_string_value(at(document, "cause.explanation")),
               "The keytab has HTTP/web.example.test@EXAMPLE.TEST with key version 3 and aes256"),
          "the explanation has the facts of the evidence, and no backticks");
    check_text(item_text(document, "cause.fix", 0, "for"), "active-directory", "a fix says for whom it is");
    check_text(item_text(document, "cause.fix", 0, "command"), "setspn -Q HTTP/web.example.test", "and what to type");
    check_text(item_text(document, "cause.details", 0, "slug"), "key-from-password", "a detail has a slug");
    check_text(item_text(document, "cause.details", 1, "text"),
               "This server was asked for web.example.test, but the ticket is for HTTP/web.example.test. Either the address "
               "is an alias in the DNS (CNAME), and the client asked for a ticket for the name behind it; or a proxy changed "
               "the host. (A proxy keeps it with ProxyPreserveHost On in Apache httpd, proxy_set_header Host $host in "
               "nginx.)", "and a text with facts");
    check_text(item_text(document, "also", 0, "slug"), "clock-skew", "what else was noticed has the same shape");
    check_text(item_text(document, "also", 0, "certainty"), "likely", "certainty included");
    json_decref(document);
}

static void test_iis_status(void)
{
    static const struct {
        ngd_cause_id_t cause;
        const char *status, *kerberos;
    } table[] = {
        { NGD_CAUSE_NOT_AUTHORIZED, "\"401.3\"", "null" },
        { NGD_CAUSE_TLS_REQUIRED, "\"403.4\"", "null" },
        { NGD_CAUSE_HEADER_TOO_LARGE, "\"400\"", "null" },
    };

    for (size_t i = 0; i < COUNT(table); i++) {
        json_t *document = document_as(refused(), diagnosis_of_cause(table[i].cause), &everything);

        check_text(dump(document, "cause.iis.status"), table[i].status, "IIS's status, a substatus of 0 left out");
        check_text(dump(document, "cause.kerberos"), table[i].kerberos, "what is no Kerberos error has no number");
        json_decref(document);
    }
}

static void test_checks(void)
{
    json_t *document = document_of(refused());

    check(json_array_size(at(document, "checks")) == NGD_CHECKS, "every step of the checklist is there");
    for (size_t i = 0; i < NGD_CHECKS; i++) {
        check_text(item_text(document, "checks", i, "step"), ngd_step_name((ngd_step_t)(i + 1)),
                   "in the article's order");
        check(item_text(document, "checks", i, "verdict") != NULL && item_text(document, "checks", i, "title") != NULL
              && json_object_get(json_array_get(at(document, "checks"), i), "help") != NULL,
              "with a title, a verdict and a place for help");
    }
    json_decref(document);
}

static void test_decision(void)
{
    static const expectation_t wants[] = {
        { "decision.refusal", "\"gss\"" },
        { "decision.reply", "{\"code\":41,\"name\":\"KRB_AP_ERR_MODIFIED\"}" },
        { "decision.asked", "{\"passes\":false,\"code\":31,\"name\":\"KRB_AP_ERR_BAD_INTEGRITY\","
                            "\"error\":-1765328353}" },
    };
    ngd_evidence_t evidence = refused();

    check_document("a refusal of GSSAPI", evidence, wants, COUNT(wants));
    evidence.decision.asked_code = 0;
    check(says(text_of(evidence), "-1765328353"), "an error without a name shows as krb5's number");
    evidence.decision.passes = true;
    check(says(text_of(evidence), "nothing is wrong with the token itself"), "a token that passes is said to");
}

static void test_other_keytab(void)
{
    static const expectation_t want = { "keytab.other", "{\"path\":\"/etc/httpd/b.keytab\","
                                                        "\"principal\":\"HTTP/b@EXAMPLE.TEST\"}" };
    ngd_evidence_t evidence = refused();

    evidence.keytab.other_path = "/etc/httpd/b.keytab";
    evidence.keytab.other_principal = "HTTP/b@EXAMPLE.TEST";
    check_document("another keytab", evidence, &want, 1);
    check(says(text_of(evidence), "/etc/httpd/b.keytab (HTTP/b@EXAMPLE.TEST)"), "it shows in words as well");
    check(!says(render_as(evidence, wrong_key(), &no_keytab, NGD_FORMAT_JSON), "/b.keytab"),
          "but only to those who may see the keytab");
}

/* Whatever a text was made of. */
static void test_texts_are_clean(void)
{
    json_t *prose = ngd_value_prose("a\x1b\xff" "b"), *command = ngd_value_command("a\r\nb\x9b");

    check_text(json_string_value(prose), "a\xef\xbf\xbd\xef\xbf\xbd" "b", "prose has no control characters");
    check_text(json_string_value(command), "a\xef\xbf\xbd\nb\xef\xbf\xbd", "a command has line feeds alone");
    json_decref(prose);
    json_decref(command);
}

/* ---- who may see what ---------------------------------------------------- */

#define SECRET "SECRETPRINC"

/* Tell-tale values wherever a principal, a service, a path or a clock stands. */
static ngd_evidence_t secretive(void)
{
    static const ngd_keytab_entry_t entry = { "HTTP/" SECRET "@" SECRET, 7654321, 18, 1760000000 };
    ngd_evidence_t evidence = accepted();

    evidence.attempt.outcome = NGD_OUTCOME_REFUSED;
    evidence.decision = (ngd_decision_facts_t){ .refusal = NGD_REFUSAL_GSS, .asked = true, .asked_error = -7654321 };
    evidence.authentication.user = evidence.authentication.local_name = SECRET;
    evidence.token.ap_req.realm = (ngd_span_t)SPAN(SECRET);
    evidence.token.ap_req.sname.part[1] = (ngd_span_t)SPAN(SECRET);
    evidence.token.ap_req.ticket.kvno = 7654321;
    evidence.ticket.client = evidence.ticket.server = evidence.ticket.authenticator_client = SECRET;
    evidence.ticket.end_time_secs = evidence.ticket.start_time_secs = INT64_C(7654321000);
    evidence.keytab = (ngd_keytab_facts_t){ .path = "/" SECRET, .entries = &entry, .entries_count = 1,
                                            .matched = &entry, .other_path = "/" SECRET, .other_principal = SECRET };
    evidence.clock.client_usecs = INT64_C(7654321000000000);
    evidence.server = (ngd_server_facts_t){ .user = SECRET, .group = SECRET, .acceptor = SECRET,
                                            .replay_cache_name = "file2:/" SECRET, .krb5_conf_error = -7654321,
                                            .krb5_conf_words = SECRET };
    return evidence;
}

/* 7654321000 is a day in July of the year 2212. */
static bool tells_nothing(const char *text)
{
    return !says(text, SECRET) && !says(text, "7654321") && !says(text, "2212-");
}

static ngd_diagnosis_t with_every_detail(ngd_cause_id_t cause, size_t from)
{
    ngd_diagnosis_t diagnosis = diagnosis_of_cause(cause);

    for (size_t i = 0; i < NGD_DETAILS_MAX && from + i < NGD_DETAILS; i++) {
        diagnosis.cause.details[diagnosis.cause.details_count++] = (ngd_detail_id_t)(from + i);
    }
    diagnosis.also[0] = diagnosis.cause;
    diagnosis.also_count = 1;
    return diagnosis;
}

static void test_brief_tells_no_facts(void)
{
    for (ngd_cause_id_t cause = 0; cause < NGD_CAUSES; cause++) {
        ngd_diagnosis_t diagnosis = with_every_detail(cause, cause % 3 * NGD_DETAILS_MAX);

        for (ngd_format_t format = 0; format < NGD_FORMATS; format++) {
            const char *text = render_as(secretive(), diagnosis, &brief, format);

            check(tells_nothing(text), "%s: the brief report has no fact as %s", ngd_cause(cause)->slug,
                  ngd_format_content_type(format));
            check(says(text, ngd_cause(cause)->slug), "but names the cause");
        }
    }
}

static void test_full_tells_them(void)
{
    const char *text = render_as(secretive(), wrong_key(), &everything, NGD_FORMAT_JSON);

    check(says(text, SECRET) && says(text, "7654321") && says(text, "2212-"), "the full report has all of these");
}

static void test_brief_has_the_general_form(void)
{
    json_t *document = document_as(secretive(), wrong_key(), &brief);

    check(says(json_string_value(at(document, "cause.explanation")),
               "The keytab has HTTP/HOST@REALM with key version N"),
          "the explanation speaks of services in general");
    check(says(item_text(document, "cause.fix", 3, "command"), "-k http.keytab HTTP/HOST@REALM"),
          "so do commands");
    check(says(item_text(document, "cause.fix", 4, "command"), "klist -k /etc/apache2/http.keytab |"),
          "and those that have the keytab's path");
    check_text(dump(document, "decision"), "null", "the decision does not show");
    check_text(dump(document, "authentication.user"), "null", "nor does the user");
    check(json_array_size(at(document, "checks")) == NGD_CHECKS, "the checklist does");
    json_decref(document);
}

static void test_off_is_the_reference_alone(void)
{
    static const expectation_t wants[] = {
        { "attempt.id", "\"K7QF-3M2X\"" }, { "attempt.outcome", "\"refused\"" },
        { "authentication", "null" }, { "cause", "null" }, { "also", "[]" }, { "token", "null" },
        { "ticket", "null" }, { "keytab", "null" }, { "clock", "null" }, { "connection", "null" },
        { "decision", "null" }, { "checks", "[]" }, { "contact", "\"helpdesk@example.test\"" },
    };
    json_t *document = document_as(secretive(), wrong_key(), &off);

    for (size_t i = 0; i < COUNT(wants); i++) {
        check_text(dump(document, wants[i].path), wants[i].want, "off: %s", wants[i].path);
    }
    json_decref(document);
    check_text(render_as(refused(), wrong_key(), &off, NGD_FORMAT_TEXT),
               "You are not signed in.\n"
               "Tell the help desk: K7QF-3M2X, 2026-11-23 15:02 +01:00, helpdesk@example.test\n",
               "as text it is two lines");
}

static void test_off_hides_whatever_the_outcome(void)
{
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        const char *page = render_as(outcomes[i].make(), wrong_key(), &off, NGD_FORMAT_HTML);

        check(says(page, "<h1>You are not signed in") && says(page, "K7QF-3M2X"), "%s: off has a page",
              outcomes[i].outcome);
        check(!says(page, "alice") && !says(page, "wrong-key"), "which names neither user nor cause");
    }
}

static void test_keytab_is_for_those_who_may_see_it(void)
{
    ngd_evidence_t evidence = accepted();
    json_t *document = document_as(evidence, usual_diagnosis(&evidence), &no_keytab);

    check(!says(render_as(refused(), wrong_key(), &no_keytab, NGD_FORMAT_TEXT), "/etc/httpd"),
          "no text says where the keytab is");
    check_text(dump(document, "keytab.path"), "null", "without the right to see it the keytab has no path");
    check_text(dump(document, "keytab.entries"), "[]", "nor entries");
    check_text(dump(document, "keytab.state"), "null", "nor a state");
    check_text(dump(document, "keytab.matched.principal"), "\"HTTP/web.example.test@EXAMPLE.TEST\"",
              "the entry that opened the ticket shows all the same");
    json_decref(document);
    for (ngd_format_t format = 0; format < NGD_FORMATS; format++) {
        const char *text = render_as(evidence, usual_diagnosis(&evidence), &no_keytab, format);

        check(!says(text, "/etc/httpd") && !says(text, "host/web"),
              "nothing of the keytab is in %s", ngd_format_content_type(format));
    }
}

static void test_ticket_only_where_it_was_opened(void)
{
    ngd_evidence_t evidence = accepted();
    const char *text;

    evidence.ticket.opened = false;
    text = text_of(evidence);
    check(says(text, "Claimed service"), "what stands outside an unopened ticket is called claimed");
    check(!says(text, "Session key"), "an unopened ticket shows no session key");
    check(!says(text_of(accepted()), "Claimed"), "an opened ticket has no claims");
}

/* A captured header comes without the connection that it was sent on. */
static void test_captured(void)
{
    static const expectation_t wants[] = {
        { "authentication", "null" }, { "decision.refusal", "null" }, { "connection.requests", "null" },
        { "connection.tls", "null" }, { "connection.proxied", "null" }, { "connection.same_computer", "null" },
    };
    ngd_evidence_t evidence = accepted();
    json_t *document;

    evidence.connection = (ngd_connection_facts_t){ .host = "web.example.test" };
    evidence.decision.refusal = NGD_REFUSAL_ELSEWHERE;
    check_document("captured", evidence, wants, COUNT(wants));
    evidence.connection.tls = true;
    document = document_of(evidence);
    check(json_is_true(at(document, "connection.tls")), "TLS is known where somebody tells");
    json_decref(document);
}

static void test_all_flags_have_their_words(void)
{
    static const expectation_t wants[] = {
        { "ticket.flags", "[\"reserved\",\"forwardable\",\"forwarded\",\"proxiable\",\"proxy\","
                          "\"may-postdate\",\"postdated\",\"invalid\",\"renewable\",\"initial\","
                          "\"pre-authent\",\"hw-authent\",\"transited-policy-checked\","
                          "\"ok-as-delegate\",\"bit 14\",\"enc-pa-rep\",\"anonymous\","
                          "\"bit 17\"]" },
        { "ticket.session_enctype", "\"enctype -4711\"" },
    };
    ngd_evidence_t evidence = accepted();

    evidence.ticket.flags = 0xffffc000;
    evidence.ticket.session_enctype = -4711;
    check_document("all flags", evidence, wants, COUNT(wants));
}

static void test_times_that_are_none(void)
{
    static const int64_t times[] = { 0, -1, INT64_MIN, INT64_MAX, INT64_C(253402300800) };
    static const expectation_t wants[] = { { "ticket.auth_time", "null" }, { "ticket.renew_till", "null" } };

    for (size_t i = 0; i < COUNT(times); i++) {
        ngd_evidence_t evidence = accepted();

        evidence.ticket.auth_time_secs = evidence.ticket.renew_till_secs = times[i];
        check_document(apr_psprintf(pool, "time %" APR_INT64_T_FMT, times[i]), evidence, wants, COUNT(wants));
    }
}

static void test_skew(void)
{
    static const struct {
        int64_t ahead_usecs;
        const char *secs, *words;
    } skews[] = {
        { 0, "0.0", "Your computer's clock agrees with this server's." },
        { -49400, "-0.049", "Your computer's clock agrees with this server's." },
        { -412345, "-0.412", "Your computer's clock is 0.4 s behind this server's." },
        { 412500, "0.413", "Your computer's clock is 0.4 s ahead of this server's." },
        { 312 * INT64_C(1000000), "312.0", "Your computer's clock is 5 min 12 s ahead of this server's." },
        { -7260 * INT64_C(1000000), "-7260.0", "Your computer's clock is 2 h 1 min behind this server's." },
        { 864000 * INT64_C(1000000), "864000.0",
          "Your computer's clock is 10 d 0 h ahead of this server's." },
    };

    for (size_t i = 0; i < COUNT(skews); i++) {
        ngd_evidence_t evidence = accepted();
        expectation_t want = { "clock.skew_secs", skews[i].secs };

        evidence.clock.client_usecs = NOW_USECS + skews[i].ahead_usecs;
        check_document("skew", evidence, &want, 1);
        check(says(page_of(evidence), skews[i].words), "in words: %s", skews[i].words);
    }
}

static void test_skew_of_an_absurd_clock(void)
{
    static const int64_t clocks[] = { INT64_MIN, -1, 0, INT64_MAX };
    static const expectation_t want = { "clock.skew_secs", "null" };

    for (size_t i = 0; i < COUNT(clocks); i++) {
        ngd_evidence_t evidence = accepted();

        evidence.clock.client_usecs = clocks[i];
        check_document("a clock outside of all years", evidence, &want, 1);
    }
}

int main(void)
{
    begin_test();
    test_every_key_is_there();
    test_accepted_document();
    test_anonymous_document();
    test_ntlm_document();
    test_kerberos_error_document();
    test_half_a_token();
    test_other_schemes_show_nothing();
    test_cause();
    test_cause_is_told_with_its_facts();
    test_iis_status();
    test_checks();
    test_decision();
    test_other_keytab();
    test_texts_are_clean();
    test_brief_tells_no_facts();
    test_full_tells_them();
    test_brief_has_the_general_form();
    test_off_is_the_reference_alone();
    test_off_hides_whatever_the_outcome();
    test_keytab_is_for_those_who_may_see_it();
    test_ticket_only_where_it_was_opened();
    test_captured();
    test_all_flags_have_their_words();
    test_times_that_are_none();
    test_skew();
    test_skew_of_an_absurd_clock();
    return end_test();
}
