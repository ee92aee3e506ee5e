/*
 * test-report-notices.c - the bodies that are the same for everybody, the policy of all pages, and reports
 * and notices as a whole.
 *
 * What stands in t/unit/golden is read as it is; with NGD_GOLDEN_WRITE set it is written anew, to be looked
 * at before it is kept.
 */
#include <openssl/evp.h>
#include <stdio.h>

#include "test-report.h"

#define BOX " If a password box appears, cancel it."

/* ---- notices ------------------------------------------------------------- */

static void test_notices_have_each_slot_once(void)
{
    for (ngd_notice_t notice = 0; notice < NGD_NOTICES; notice++) {
        for (ngd_format_t format = 0; format < NGD_FORMATS; format++) {
            unsigned seen[NGD_SLOT_CONTACT + 1] = { 0 };
            ngd_template_t template;

            ngd_notice_render(notice, format, pool, &template);
            for (size_t i = 0; i < template.count; i++) {
                seen[template.piece[i].slot]++;
            }
            check(seen[NGD_SLOT_REFERENCE] == 1 && seen[NGD_SLOT_TIME] == 1 && seen[NGD_SLOT_CONTACT] == 1,
                  "notice %d has each slot once", (int)notice);
        }
    }
}

static void test_notice_openings(void)
{
    static const struct {
        unsigned notice;
        const char *headline, *relief, *slug;
    } notices[] = {
        { NGD_CAUSE_NO_TOKEN, "You are not signed in: your browser did not send a Kerberos ticket.",
          "You may be able to mend this yourself, on this computer; otherwise those who look after it can." BOX,
          "no-token, " },
        { NGD_CAUSE_WRONG_KEY, "You are not signed in: this server could not open your Kerberos ticket.",
          "You cannot mend this; the web server's administrators can." BOX, "wrong-key, " },
        { NGD_CAUSE_SPN_ON_OTHER_ACCOUNT,
          "You are not signed in: this site's name belongs to another account in the directory.",
          "You cannot mend this; those who run your organisation's directory can." BOX, "spn-on-other-account, " },
        { NGD_CAUSE_REPLAY, "You are not signed in: your browser sent the same sign-on message twice.",
          "Load the page again: that makes a new one. If it happens again and again, the web server's "
          "administrators can mend it." BOX, "replay, " },
        { NGD_CAUSE_TLS_REQUIRED, "You are not signed in: this address is only served over https.",
          "You can mend this: open the same address with https:// instead of http://.", "tls-required, " },
        { NGD_CAUSE_NOT_AUTHORIZED, "You are signed in, but you are not allowed to see this page.",
          "Signing in again does not help; the site's owner can give you access." BOX, "not-authorized, " },
        { NGD_NOTICE_CONTINUE, "You are not signed in yet: the sign-on needs another step.",
          "Nothing has failed so far. You only see this page if your browser stopped half-way." BOX, "" },
    };

    for (size_t i = 0; i < COUNT(notices); i++) {
        const char *text = filled_notice((ngd_notice_t)notices[i].notice, NGD_FORMAT_TEXT);
        const char *page = filled_notice((ngd_notice_t)notices[i].notice, NGD_FORMAT_HTML);
        const char *desk = apr_pstrcat(pool, notices[i].slug, "2026-11-23 15:02 +01:00, help", NULL);

        check(begins(text, apr_pstrcat(pool, notices[i].headline, "\n", notices[i].relief,
                                       "\nTell the help desk: K7QF-3M2X, ", desk, "\n", NULL)),
              "text opens with three lines: %s", notices[i].headline);
        check(says(page, "<h1>") && says(page, "<p class=\"desk\">Tell the help desk: <samp><b>K7QF-3M2X</b>, ")
              && says(page, apr_pstrcat(pool, desk, "</samp>", NULL)), "the page does as well");
    }
}

static void test_off_gives_the_reference_alone(void)
{
    check_text(filled_notice(NGD_NOTICE_REFERENCE, NGD_FORMAT_TEXT),
               "You are not signed in.\nTell the help desk: K7QF-3M2X, 2026-11-23 15:02 +01:00, help\n",
               "off is two lines");
    check(occurrences(filled_notice(NGD_NOTICE_REFERENCE, NGD_FORMAT_HTML), "</p>") == 1, "and a page of as much");
    check_text(filled_notice(NGD_NOTICE_DENIED, NGD_FORMAT_TEXT),
               "You are signed in, but this page is not for you.\nTell the help desk: K7QF-3M2X, 2026-11-23 15:02 +01:00, help\n",
               "who is signed in is not told that he is not");
}

/* A notice and the brief report of a cause open alike. */
static void test_notices_open_as_reports_do(void)
{
    for (ngd_cause_id_t cause = 0; cause < NGD_CAUSES; cause++) {
        ngd_evidence_t evidence = refused();
        const char *notice = filled_notice((ngd_notice_t)cause, NGD_FORMAT_TEXT), *report;

        evidence.contact = "help";
        report = render_as(evidence, diagnosis_of_cause(cause), &brief, NGD_FORMAT_TEXT);
        check(strncmp(notice, report, (size_t)(strstr(report, ", help\n") - report)) == 0,
              "%s: notice and report open alike", ngd_cause(cause)->slug);
    }
}

static void test_notices_name_only_placeholders(void)
{
    for (ngd_cause_id_t cause = 0; cause < NGD_CAUSES; cause++) {
        const char *text = filled_notice((ngd_notice_t)cause, NGD_FORMAT_TEXT);
        const char *page = filled_notice((ngd_notice_t)cause, NGD_FORMAT_HTML);
        const char *command = apr_pstrcat(pool, "negotiate-diag causes ", ngd_cause(cause)->slug, NULL);

        for (size_t i = 0; ngd_placeholder_name(i) != NULL; i++) {
            const char *name = apr_pstrcat(pool, "{", ngd_placeholder_name(i), "}", NULL);

            check(!says(text, name) && !says(page, name), "%s: %s is replaced", ngd_cause(cause)->slug, name);
        }
        check(says(text, command) && says(page, command), "administrators are told where to read on");
    }
}

static void test_what_the_reader_can_do(void)
{
    const char *text = filled_notice((ngd_notice_t)NGD_CAUSE_TICKET_EXPIRED, NGD_FORMAT_TEXT);

    check(says(text, "\nWhat you can do\n   On Windows lock the screen") && says(text, "\n       kinit\n"),
          "steps for the user are in the notice");
    check(!says(text, "k5start"), "those for administrators are not");
    check(!says(filled_notice((ngd_notice_t)NGD_CAUSE_WRONG_KEY, NGD_FORMAT_TEXT), "What you can do"),
          "where the user can do nothing, nothing is asked of him");
}

static void test_the_guide_stands_where_browsers_matter(void)
{
    for (ngd_cause_id_t cause = 0; cause < NGD_CAUSES; cause++) {
        bool has = says(filled_notice((ngd_notice_t)cause, NGD_FORMAT_HTML), "<h2>3. Your browser</h2>");

        check(has == ngd_cause(cause)->browser_guide, "%s: the guide to browsers is %s", ngd_cause(cause)->slug,
              ngd_cause(cause)->browser_guide ? "there" : "not there");
    }
}

/* Behind the three lines, which are never wrapped. */
static const char *behind_opening(const char *text)
{
    const char *desk = strstr(text, "Tell the help desk: ");

    return desk + strcspn(desk, "\n");
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        longest = len > longest ? len : longest;
        text += len + (text[len] == '\n');
    }
    return longest;
}

static void test_notices_are_small_and_tidy(void)
{
    for (ngd_notice_t notice = 0; notice < NGD_NOTICES; notice++) {
        const char *text = filled_notice(notice, NGD_FORMAT_TEXT);
        const char *page = filled_notice(notice, NGD_FORMAT_HTML);

        check(longest_line(behind_opening(text)) <= 78, "no line of a notice is longer than 78 columns");
        check(strlen(page) <= 8192, "a notice as a page is no larger than 8 kB");
        check(is_clean_text(text) && is_clean_text(page), "no mark of a slot is left behind");
        check(strchr(text, '`') == NULL && strchr(page, '`') == NULL, "no backtick is left behind");
        check(occurrences(page, "<details>") == occurrences(page, "</details>")
              && occurrences(page, "<code") == occurrences(page, "</code>"), "what is opened is closed");
    }
}

static void test_no_token_names_every_browser(void)
{
    static const char *const words[] = {
        "klist get HTTP/", "Local intranet", "AuthServerAllowlist", "edge://policy", "chrome://policy",
        "/etc/opt/chrome/policies/managed", "/etc/chromium/policies/managed",
        "defaults write com.google.Chrome",
        "network.negotiate-auth.trusted-uris", "Safari", "curl --negotiate -u : URL", "kinit", "password box",
    };

    for (size_t i = 0; i < COUNT(words); i++) {
        check(says(filled_notice((ngd_notice_t)NGD_CAUSE_NO_TOKEN, NGD_FORMAT_TEXT), words[i])
              && says(filled_notice((ngd_notice_t)NGD_CAUSE_NO_TOKEN, NGD_FORMAT_HTML), words[i]),
              "the page without a token speaks of %s", words[i]);
    }
}

/* ---- security policy ----------------------------------------------------- */

static const char *style_source(const char *page)
{
    const char *style = strstr(page, "<style>") + strlen("<style>");
    size_t len = (size_t)(strstr(style, "</style>") - style);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char base64[2 * EVP_MAX_MD_SIZE];
    unsigned int digest_len;

    EVP_Digest(style, len, digest, &digest_len, EVP_sha256(), NULL);
    EVP_EncodeBlock(base64, digest, (int)digest_len);
    return apr_pstrcat(pool, "'sha256-", (const char *)base64, "'", NULL);
}

static void test_policy_allows_the_styles_alone(void)
{
    const char *report = style_source(page_of(accepted()));
    const char *notice = style_source(filled_notice(NGD_NOTICE_CONTINUE, NGD_FORMAT_HTML));

    check_text(ngd_page_csp(), apr_pstrcat(pool, "default-src 'none'; style-src ", report, " ", notice,
                                          "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                                          NULL),
              "the policy names the hashes of the two styles and allows nothing else");
}

static void test_pages_keep_to_the_policy(void)
{
    static const char *const forbidden[] = {
        " style=", "<script", " onclick", "<img", "<link", "@import", "url("
    };

    for (size_t i = 0; i < COUNT(forbidden); i++) {
        check(!says(page_of(accepted()), forbidden[i])
              && !says(page_of(anonymous()), forbidden[i])
              && !says(page_of(refused()), forbidden[i])
              && !says(filled_notice((ngd_notice_t)NGD_CAUSE_NO_TOKEN, NGD_FORMAT_HTML), forbidden[i]),
              "no page has %s", forbidden[i]);
    }
}

/* ---- golden reports ------------------------------------------------------ */

static const char *golden_path(const char *name)
{
    const char *source = getenv("srcdir");

    return apr_pstrcat(pool, source == NULL ? "." : source, "/t/unit/golden/", name, NULL);
}

static const char *read_golden(const char *path)
{
    enum { GOLDEN_MAX = 65536 };
    char *text = apr_pcalloc(pool, GOLDEN_MAX);
    FILE *file = fopen(path, "rb");

    if (file != NULL) {
        text[fread(text, 1, GOLDEN_MAX - 1, file)] = '\0';
        fclose(file);
    }
    return text;
}

static void check_golden(const char *name, const char *text)
{
    const char *path = golden_path(name);

    if (getenv("NGD_GOLDEN_WRITE") != NULL) {
        FILE *file = fopen(path, "wb");

        fputs(text, file);
        fclose(file);
    }
    check_text(text, read_golden(path), "reads as %s", name);
}

/* The checklist's words are the business of its own tests. */
static const char *without_checklist(const char *text)
{
    const char *begin = strstr(text, "\nThe checklist\n"), *end;

    if (begin == NULL) {
        return text;
    }
    end = strstr(begin, "\n\n");
    return apr_pstrcat(pool, apr_pstrmemdup(pool, text, (size_t)(begin - text)), end == NULL ? "" : end + 1, NULL);
}

static const char *json_without_checks(ngd_evidence_t evidence, const ngd_view_t *view)
{
    json_t *document = document_as(evidence, usual_diagnosis(&evidence), view);
    char *dumped;
    const char *text;

    json_array_clear(json_object_get(document, "checks"));
    dumped = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    text = apr_pstrcat(pool, dumped, "\n", NULL);
    free(dumped);
    json_decref(document);
    return text;
}

static void test_golden(void)
{
    check_golden("report-accepted.json", json_without_checks(accepted(), &everything));
    check_golden("report-accepted.txt", without_checklist(text_of(accepted())));
    check_golden("report-anonymous.txt", without_checklist(text_of(anonymous())));
    check_golden("report-ntlm.txt", without_checklist(text_of(ntlm())));
    check_golden("report-refused.txt", without_checklist(text_of(refused())));
    check_golden("report-refused-brief.json", json_without_checks(refused(), &brief));
    check_golden("notice-no-token.txt", filled_notice((ngd_notice_t)NGD_CAUSE_NO_TOKEN, NGD_FORMAT_TEXT));
    check_golden("notice-wrong-key.txt", filled_notice((ngd_notice_t)NGD_CAUSE_WRONG_KEY, NGD_FORMAT_TEXT));
    check_golden("notice-tls-required.txt", filled_notice((ngd_notice_t)NGD_CAUSE_TLS_REQUIRED, NGD_FORMAT_TEXT));
}

int main(void)
{
    begin_test();
    test_notices_have_each_slot_once();
    test_notice_openings();
    test_off_gives_the_reference_alone();
    test_notices_open_as_reports_do();
    test_notices_name_only_placeholders();
    test_what_the_reader_can_do();
    test_the_guide_stands_where_browsers_matter();
    test_notices_are_small_and_tidy();
    test_no_token_names_every_browser();
    test_policy_allows_the_styles_alone();
    test_pages_keep_to_the_policy();
    test_golden();
    return end_test();
}
