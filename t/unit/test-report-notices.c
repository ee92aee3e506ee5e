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
        const char *headline, *desk;
    } notices[NGD_NOTICES] = {
        [NGD_NOTICE_NO_TOKEN] = { "You are not signed in: your browser did not send a Kerberos ticket.",
                                  "K7QF-3M2X, no-token, 2026-11-23 15:02 +01:00, help" },
        [NGD_NOTICE_REFUSED] = { "You are not signed in: this server did not accept what your browser sent.",
                                 "K7QF-3M2X, 2026-11-23 15:02 +01:00, help" },
        [NGD_NOTICE_TLS_REQUIRED] = { "You are not signed in: this address is only served over https.",
                                      "K7QF-3M2X, tls-required, 2026-11-23 15:02 +01:00, help" },
    };

    for (ngd_notice_t notice = 0; notice < NGD_NOTICES; notice++) {
        const char *text = filled_notice(notice, NGD_FORMAT_TEXT);
        const char *page = filled_notice(notice, NGD_FORMAT_HTML);

        check(begins(text, apr_pstrcat(pool, notices[notice].headline, "\n", NULL)), "text opens with: %s",
              notices[notice].headline);
        check(says(text, apr_pstrcat(pool, "\nTell the help desk: ", notices[notice].desk, "\n", NULL)),
              "the text tells the help desk what it needs");
        check(says(page, apr_pstrcat(pool, "<h1>", notices[notice].headline, "</h1>", NULL))
              && says(page, "<b>K7QF-3M2X</b>, ") && says(page, notices[notice].desk + strlen("K7QF-3M2X")),
              "so does the page");
    }
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

        check(longest_line(text) <= 78, "no line of a notice is longer than 78 columns");
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
        check(says(filled_notice(NGD_NOTICE_NO_TOKEN, NGD_FORMAT_TEXT), words[i])
              && says(filled_notice(NGD_NOTICE_NO_TOKEN, NGD_FORMAT_HTML), words[i]),
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
    const char *notice = style_source(filled_notice(NGD_NOTICE_REFUSED, NGD_FORMAT_HTML));

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
              && !says(filled_notice(NGD_NOTICE_NO_TOKEN, NGD_FORMAT_HTML), forbidden[i]),
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

static void test_golden(void)
{
    check_golden("report-accepted.json", render(accepted(), NGD_FORMAT_JSON));
    check_golden("report-accepted.txt", text_of(accepted()));
    check_golden("report-anonymous.txt", text_of(anonymous()));
    check_golden("report-ntlm.txt", text_of(ntlm()));
    check_golden("report-refused.txt", text_of(refused()));
    check_golden("notice-no-token.txt", filled_notice(NGD_NOTICE_NO_TOKEN, NGD_FORMAT_TEXT));
    check_golden("notice-refused.txt", filled_notice(NGD_NOTICE_REFUSED, NGD_FORMAT_TEXT));
    check_golden("notice-tls-required.txt", filled_notice(NGD_NOTICE_TLS_REQUIRED, NGD_FORMAT_TEXT));
}

int main(void)
{
    begin_test();
    test_notices_have_each_slot_once();
    test_notice_openings();
    test_notices_are_small_and_tidy();
    test_no_token_names_every_browser();
    test_policy_allows_the_styles_alone();
    test_pages_keep_to_the_policy();
    test_golden();
    return end_test();
}
