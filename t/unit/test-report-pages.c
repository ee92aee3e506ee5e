/*
 * test-report-pages.c - reports as people read them: openings, words, and what hostile text does to them.
 */
#include "test-report.h"

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
          "You are not signed in: this server did not accept what your browser sent.\nSee that the address has" },
        { "half a negotiation", another_leg, "You are not signed in yet: " },
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
        { "a refusal", refused, "<h1>You are not signed in: this server did not accept what your browser " },
    };

    for (size_t i = 0; i < COUNT(openings); i++) {
        const char *main_part = strstr(page_of(openings[i].make()), "</svg>\n");

        check(main_part != NULL && begins(main_part + strlen("</svg>\n"), openings[i].opening),
              "the page of %s opens as it should", openings[i].what);
    }
}

static void test_refusals_tell_the_help_desk(void)
{
    static const char line[] =
        "\nTell the help desk: K7QF-3M2X, 2026-11-23 15:02 +01:00, helpdesk@example.test\n";
    ngd_evidence_t evidence = refused();

    check(says(text_of(evidence), line), "a refusal names reference, time and contact");
    evidence.contact = NULL;
    check(says(text_of(evidence), "15:02 +01:00\n"), "no contact leaves no comma behind");
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

typedef ngd_evidence_t filler_t(const char *text, size_t len);

static void check_harmless(filler_t *fill, const char *text, size_t len, const char *name)
{
    const char *plain = page_of(fill("plain", 5));
    const char *page = page_of(fill(text, len));
    const char *lines = text_of(fill(text, len));
    json_t *document = json_loads(render(fill(text, len), NGD_FORMAT_JSON), JSON_REJECT_DUPLICATES, NULL);

    check(occurrences(page, "<") == occurrences(plain, "<")
          && occurrences(page, ">") == occurrences(plain, ">")
          && occurrences(page, "\"") == occurrences(plain, "\""),
          "%s adds no markup to a page", name);
    check(is_clean_text(page) && is_clean_text(lines), "%s leaves clean UTF-8", name);
    check(occurrences(lines, "\n") == occurrences(text_of(fill("plain", 5)), "\n"),
          "%s adds no line to a text", name);
    check(document != NULL, "%s leaves the JSON valid", name);
    json_decref(document);
}

static void test_hostile_text(void)
{
    static filler_t *const fillers[] = { filled_with, filled_ntlm, filled_unopened };

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
    check(strlen(page_of(filled_with(text, LONG))) < 20000, "100 kB of text are cut");
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
    test_sources_are_explained();
    test_lifetimes();
    test_header_meter();
    test_links();
    test_hostile_text();
    test_very_long_text();
    test_text_that_just_fits();
    return end_test();
}
