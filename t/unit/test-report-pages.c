/*
 * test-report-pages.c - reports as people read them: openings, words, and what hostile text does to them.
 */
#include "test-report.h"
#include "render.h"

/* ---- how reports open ---------------------------------------------------- */

static void test_text_openings(void)
{
    static const struct {
        const char *what;
        ngd_evidence_t (*make)(void);
        const char *opening;
    } openings[] = {
        { "Kerberos", accepted, "Authentication Method : NEGOTIATE\nProtocol : Kerberos\n" },
        { "NTLM", ntlm, "Authentication Method : NEGOTIATE\nProtocol : NTLM\n" },
        { "nobody", anonymous, "Authentication Method : \nProtocol : Anonymous\n" },
        { "a refusal", refused,
          "You are not signed in: this server could not open your Kerberos ticket.\n"
          "You cannot mend this; the web server's administrators can. If a password box appears, cancel it.\n"
          "Tell the help desk: K7QF-3M2X, wrong-key, 2026-11-23 15:02 +01:00, helpdesk@example.test\n\n" },
        { "half a negotiation", another_leg,
          "You are not signed in yet: the sign-on needs another step.\nNothing has failed so far. You only see this "
          "page if your browser stopped half-way. If a password box appears, cancel it.\n"
          "Tell the help desk: K7QF-3M2X, 2026-11-23 15:02 +01:00, helpdesk@example.test\n\n" },
    };

    for (size_t i = 0; i < COUNT(openings); i++) {
        check(begins(text_of(openings[i].make()), openings[i].opening),
              "the text of %s opens as it should", openings[i].what);
    }
}

static void test_html_openings(void)
{
    static const struct {
        const char *what;
        ngd_evidence_t (*make)(void);
        const char *opening;
    } openings[] = {
        { "Kerberos", accepted,
          "<pre class=\"hero\">Authentication Method : NEGOTIATE\nProtocol : Kerberos</pre>" },
        { "nobody", anonymous, "<pre class=\"hero\">Authentication Method : \nProtocol : Anonymous</pre>" },
        { "a refusal", refused, 
          "<h1>You are not signed in: this server could not open your Kerberos ticket.</h1>\n"
          "<p class=\"lead\">You cannot mend this; the web server's" },
    };

    for (size_t i = 0; i < COUNT(openings); i++) {
        const char *main_part = strstr(page_of(openings[i].make()), "</svg>\n");

        check(main_part != NULL && begins(main_part + strlen("</svg>\n"), openings[i].opening),
              "the page of %s opens as it should", openings[i].what);
    }
}

static void test_refusals_tell_the_help_desk(void)
{
    ngd_evidence_t evidence = refused();

    check(says(page_of(evidence), "<samp><b>K7QF-3M2X</b>, wrong-key, 2026-11-23 15:02 +01:00, "
                                  "<a href=\"mailto:helpdesk@example.test\">"),
          "a page names reference, cause, time and contact");
    evidence.contact = NULL;
    check(says(text_of(evidence), "15:02 +01:00\n"), "no contact leaves no comma behind");
}

/* A challenge that is shown is a refusal; a page that asks nobody is none. */
static void test_anonymous_with_a_cause(void)
{
    const char *text = render_as(anonymous(), diagnosis_of_cause(NGD_CAUSE_NO_TOKEN), &everything, NGD_FORMAT_TEXT);

    check(begins(text, "You are not signed in: your browser did not send a Kerberos ticket.\n"),
          "where a sign-on was asked for, a request without a token opens as a refusal");
    check(says(text, "\nTell the help desk: K7QF-3M2X, no-token, "), "with its cause");
}

static void test_not_authorized(void)
{
    ngd_evidence_t evidence = accepted();
    const char *text, *page;

    evidence.attempt.outcome = NGD_OUTCOME_REFUSED;
    evidence.decision.refusal = NGD_REFUSAL_AUTHORIZATION;
    text = render_as(evidence, diagnosis_of_cause(NGD_CAUSE_NOT_AUTHORIZED), &everything, NGD_FORMAT_TEXT);
    page = render_as(evidence, diagnosis_of_cause(NGD_CAUSE_NOT_AUTHORIZED), &everything, NGD_FORMAT_HTML);
    check(begins(text, "You are signed in, but you are not allowed to see this page.\n"),
          "who is not authorized is signed in");
    check(says(text, "this is alice@EXAMPLE.TEST.") && says(text, "Require user alice@EXAMPLE.TEST\n"),
          "the report says as whom");
    check(occurrences(text, "password box") == 1, "and speaks of password boxes once");
    check(says(page, "<path d=\"M24 7 7 37h34z\"/>"), "the emblem is whole");
}

/* ---- findings ------------------------------------------------------------ */

static void test_findings(void)
{
    static const char *const texts[] = {
        "\nWhy\n  The keytab's key does not open the ticket.\n",
        "\n  - The usual reasons are: the SPN was moved",
        "\nHow to mend it\n  - With Active Directory: In a command prompt, see which account has the SPN",
        "\n        setspn -Q HTTP/web.example.test\n",
        "\nAlso noticed\n",
        "\n  This is likely, not certain: ",
        "\n  negotiate-diag causes clock-skew says how to mend it.\n",
        "\nThe checklist\n",
    };
    static const char *const markup[] = {
        "<h2>Why</h2>", "<h3>The keytab's key does not open the ticket</h3>",
        "<p>The keytab has <code>HTTP/web.example.test@EXAMPLE.TEST</code> with key version 3",
        "<small>With Active Directory</small>\n<p>In a command prompt, see which account has the SPN",
        "<pre class=\"cmd\">setspn -Q HTTP/web.example.test</pre>",
        "<h2>Also noticed</h2>", "<h2>The checklist</h2>",
        "<div class=\"check problem\"><b><span aria-hidden=\"true\">\xe2\x9c\x97</span> Problem</b>",
    };
    const char *text = text_of(refused()), *page = page_of(refused());
    const char *last = text;

    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *found = strstr(last, texts[i]);

        check(found != NULL, "the text goes on with: %s", texts[i]);
        last = found == NULL ? last : found;
    }
    for (size_t i = 0; i < COUNT(markup); i++) {
        check(says(page, markup[i]), "the page has: %s", markup[i]);
    }
    check(says(page_of(anonymous()), "<details><summary>How to see it</summary>"),
          "what the server cannot see is told how to see");
}

static void test_commands_of_several_lines(void)
{
    ngd_diagnosis_t diagnosis = diagnosis_of_cause(NGD_CAUSE_NEGOTIATION_INTERRUPTED);

    check(says(render_as(refused(), diagnosis, &everything, NGD_FORMAT_TEXT),
               "\n        <Location \"/\">\n            NegotiateKeytab /etc/httpd/web.keytab\n        </Location>\n"),
          "each line of a command is set in");
    check(says(render_as(refused(), diagnosis, &everything, NGD_FORMAT_HTML),
               "&lt;Location &quot;/&quot;&gt;\n    NegotiateKeytab /etc/httpd/web.keytab\n&lt;/Location&gt;</pre>"),
          "the page keeps its lines");
    check(says(render_as(refused(), diagnosis, &everything, NGD_FORMAT_JSON),
               "<Location \\\"/\\\">\\n    NegotiateKeytab /etc/httpd/web.keytab\\n</Location>\""),
          "so does the document");
}

static void test_prose_that_was_cut(void)
{
    check_text(ngd_prose_html("a `b` & `c", pool), "a <code>b</code> &amp; <code>c</code>", "what is opened is closed");
}

static void test_whoami_has_the_checklist(void)
{
    ngd_diagnosis_t noted = { .also = { { .cause = NGD_CAUSE_PAC_UNVERIFIED } }, .also_count = 1 };
    const char *text = render_as(accepted(), noted, &everything, NGD_FORMAT_TEXT);

    check(begins(text, "Authentication Method : NEGOTIATE\nProtocol : Kerberos\n"), "a note does not make a refusal");
    check(says(text, "\nAlso noticed\n") && says(text, "negotiate-diag causes pac-unverified"), "but it is told");
    check(says(text, "\nThe checklist\n"), "and the checklist is there");
    check(!says(text, "\nWhy\n") && !says(text, "The refusal in numbers"), "what is about refusals is not");
}

static void test_a_foreign_authenticator_shows(void)
{
    ngd_evidence_t evidence = accepted();

    check(!says(text_of(evidence), "Authenticator's client"),
          "an authenticator of the ticket's client goes without saying");
    evidence.ticket.authenticator_client = "mallory@EXAMPLE.TEST";
    check(says(text_of(evidence), "Authenticator's client  mallory@EXAMPLE.TEST\n"), "another one is shown");
}

static void test_sources_are_explained(void)
{
    static const struct {
        ngd_source_t source;
        const char *words;
    } sources[] = {
        { NGD_SOURCE_REQUEST, "This request brought its own Kerberos ticket" },
        { NGD_SOURCE_CONNECTION, "An earlier request on this same connection proved who you are." },
        { NGD_SOURCE_SESSION, "a sealed session cookie speaks for you" },
        { NGD_SOURCE_NONE, "This server let the request in." },
    };

    for (size_t i = 0; i < COUNT(sources); i++) {
        ngd_evidence_t evidence = accepted();

        evidence.authentication.source = sources[i].source;
        check(says(page_of(evidence), sources[i].words), "in words: %s", sources[i].words);
    }
}

static void test_lifetimes(void)
{
    ngd_evidence_t evidence = accepted();

    check(says(text_of(evidence), "+01:00 (ends in 9 h 58 min)\n"),
          "a ticket ends in so many hours");
    evidence.ticket.end_time_secs = NOW_SECS - 61;
    check(says(text_of(evidence), "(ended 1 min 1 s ago)\n"), "an old ticket has ended");
}

static void test_header_meter(void)
{
    ngd_evidence_t evidence = accepted();

    check(says(page_of(evidence), "<rect width=\"38\""), "the meter shows the share");
    check(says(text_of(evidence), "3,144 bytes (38 % of the 8,190 bytes"),
          "the text says the share");
    evidence.header.header_bytes = 1234567;
    check(says(page_of(evidence), "<rect width=\"100\""), "more than the limit is all of it");
    evidence.connection.header_limit_bytes = 0;
    check(!says(page_of(evidence), "<rect"), "without a limit there is no meter");
    check(says(text_of(evidence), "1,234,567 bytes\n"), "but still the size");
}

/* The links would ask somebody else's address where a refusal is the body of an error. */
static void test_links(void)
{
    check(says(page_of(accepted()), "<a href=\"?format=json\">"), "our page links to JSON");
    check(!says(page_of(refused()), "?format="), "a refusal has no such links");
}

/* ---- hostile text -------------------------------------------------------- */

static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=\"alert(1)\">",
    "' onmouseover='alert(1)",
    "</title></style><!-- ]]> &lt; &#60;",
    "\xff\xfe\xc3(\xed\xa0\x80\xf5",
    "line\nbreak\r\n\x1b[31m\x7f\xc2\x9b[31m",
    "`a` `b",
    "{\"json\": true}\\",
    "\xe2\x80\xaetxet\xe2\x81\xa6",
    "$(reboot); `reboot` && reboot | reboot > /dev/sda",
    "{principal} {{ }}",
};

/* The same text at every place that somebody outside may fill. */
static ngd_evidence_t filled_with(const char *text, size_t len)
{
    ngd_evidence_t evidence = accepted();
    ngd_span_t span = { (const uint8_t *)text, len };

    evidence.authentication.user = evidence.authentication.local_name = text;
    evidence.ticket.client = text;
    evidence.connection.host = evidence.connection.user_agent = evidence.connection.client = text;
    evidence.token.ap_req.realm = evidence.token.ap_req.sname.part[1] = span;
    return evidence;
}

static ngd_evidence_t filled_ntlm(const char *text, size_t len)
{
    ngd_evidence_t evidence = ntlm();
    ngd_span_t span = { (const uint8_t *)text, len };

    evidence.token.ntlm.charset = NGD_CHARSET_OEM;
    evidence.token.ntlm.user = evidence.token.ntlm.domain = evidence.token.ntlm.workstation = span;
    return evidence;
}

static ngd_evidence_t filled_unopened(const char *text, size_t len)
{
    ngd_evidence_t evidence = filled_with(text, len);

    evidence.ticket.opened = false;
    evidence.contact = text;
    return evidence;
}

/* Where the texts of a cause have them. */
static ngd_evidence_t filled_refusal(const char *text, size_t len)
{
    ngd_evidence_t evidence = filled_with(text, len);

    evidence.attempt.outcome = NGD_OUTCOME_REFUSED;
    evidence.ticket.authenticator_client = text;
    return evidence;
}

typedef ngd_evidence_t filler_t(const char *text, size_t len);

/* Wrapped prose is set in, so what begins a line here is ours, or broke out. */
static size_t lines_at_margin(const char *text)
{
    size_t lines = 0;

    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        lines += at[1] != ' ';
    }
    return lines;
}

/* The checklist answers otherwise for another name, and then has more or less of its own markup. */
static const char *page_without_checklist(ngd_evidence_t evidence)
{
    const char *page = page_of(evidence);
    const char *begin = strstr(page, "<h2>The checklist</h2>");
    const char *end = begin == NULL ? NULL : strstr(begin, "</section>");

    check(end != NULL, "the page has a checklist");
    return end == NULL ? page : apr_pstrcat(pool, apr_pstrndup(pool, page, (size_t)(begin - page)), end, NULL);
}

static void check_harmless(filler_t *fill, const char *text, size_t len, const char *name)
{
    const char *plain = page_without_checklist(fill("plain", 5));
    const char *page = page_without_checklist(fill(text, len));
    const char *lines = text_of(fill(text, len));
    json_t *document = json_loads(render(fill(text, len), NGD_FORMAT_JSON), JSON_REJECT_DUPLICATES, NULL);

    check(occurrences(page, "<") == occurrences(plain, "<")
          && occurrences(page, ">") == occurrences(plain, ">")
          && occurrences(page, "\"") == occurrences(plain, "\""),
          "%s adds no markup to a page", name);
    check(is_clean_text(page) && is_clean_text(lines), "%s leaves clean UTF-8", name);
    check(lines_at_margin(lines) == lines_at_margin(text_of(fill("plain", 5))),
          "%s adds no line to a text", name);
    check(document != NULL, "%s leaves the JSON valid", name);
    json_decref(document);
}

static void test_hostile_text(void)
{
    static filler_t *const fillers[] = { filled_with, filled_ntlm, filled_unopened, filled_refusal };

    for (size_t f = 0; f < COUNT(fillers); f++) {
        for (size_t i = 0; i < COUNT(hostile); i++) {
            check_harmless(fillers[f], hostile[i], strlen(hostile[i]),
                           apr_psprintf(pool, "hostile text %d at places %d", (int)i, (int)f));
        }
        check_harmless(fillers[f], "a\0b", 3, "text with NUL");
    }
}

static void test_very_long_text(void)
{
    enum { LONG = 100000 };
    char *text = apr_palloc(pool, LONG + 1);

    for (size_t i = 0; i < LONG; i++) {
        text[i] = "\xc3\xa9"[i % 2];
    }
    text[LONG] = '\0';
    check_harmless(filled_with, text, LONG, "100 kB of text");
    check_harmless(filled_ntlm, text, LONG, "100 kB of NTLM names");
    check(strlen(page_of(filled_with(text, LONG))) < strlen(page_of(filled_with("x", 1))) + LONG / 4,
          "100 kB of text are cut");
    check(says(text_of(filled_with(text, LONG)), "\xc3\xa9\xe2\x80\xa6\n"),
          "cut text ends with a whole character and an ellipsis");
}

static void test_text_that_just_fits(void)
{
    enum { FITS = 1024 };
    char *text = apr_palloc(pool, FITS + 2);

    memset(text, 'x', FITS + 1);
    text[FITS + 1] = text[FITS] = '\0';
    check(!says(text_of(filled_with(text, FITS)), "\xe2\x80\xa6"), "text that fits is whole");
    text[FITS] = 'x';
    check(says(text_of(filled_with(text, FITS + 1)), "x\xe2\x80\xa6\n"),
          "text that is one byte too long is cut");
}

int main(void)
{
    begin_test();
    test_text_openings();
    test_html_openings();
    test_refusals_tell_the_help_desk();
    test_anonymous_with_a_cause();
    test_not_authorized();
    test_findings();
    test_commands_of_several_lines();
    test_prose_that_was_cut();
    test_whoami_has_the_checklist();
    test_a_foreign_authenticator_shows();
    test_sources_are_explained();
    test_lifetimes();
    test_header_meter();
    test_links();
    test_hostile_text();
    test_very_long_text();
    test_text_that_just_fits();
    return end_test();
}
