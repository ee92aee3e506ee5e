/* test-report-formats.c - which format is asked for, and how contact and time read in it. */
#include "test-report.h"

/* ---- formats ------------------------------------------------------------- */

static void test_accept(void)
{
    static const struct {
        const char *accept;
        ngd_format_t format;
    } table[] = {
        { NULL, NGD_FORMAT_TEXT },
        { "", NGD_FORMAT_TEXT },
        { "*/*", NGD_FORMAT_TEXT },
        { "text/*", NGD_FORMAT_TEXT },
        { "text/html", NGD_FORMAT_HTML },
        { "TEXT/HTML", NGD_FORMAT_HTML },
        { "text/htmlx", NGD_FORMAT_TEXT },
        { "application/xhtml+xml", NGD_FORMAT_HTML },
        { "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", NGD_FORMAT_HTML },
        { "application/json", NGD_FORMAT_JSON },
        { "application/json, text/plain, */*", NGD_FORMAT_JSON },
        { "application/json, text/html", NGD_FORMAT_HTML },
        { "text/html;q=0.5, application/json;q=0.6", NGD_FORMAT_JSON },
        { "text/html ; level=1 ; q=0.2,application/json ; q=0.1", NGD_FORMAT_HTML },
        { "text/html;q=0.001", NGD_FORMAT_HTML },
        { "text/html;q=0", NGD_FORMAT_TEXT },
        { "text/html;q=0.000, application/json;Q=0.1", NGD_FORMAT_JSON },
        { "text/plain, text/html;q=0.5", NGD_FORMAT_TEXT },
        { "text/plain;q=0.5, text/html;q=0.5", NGD_FORMAT_HTML },
        { "text/html;q=1.001", NGD_FORMAT_TEXT },
        { "text/html;q=0.5001", NGD_FORMAT_TEXT },
        { "text/html;q=high", NGD_FORMAT_TEXT },
        { "text/html;q=", NGD_FORMAT_TEXT },
        { "text/x;a=\"text/html,application/json\", text/plain", NGD_FORMAT_TEXT },
        { "text/x;a=\"\\\",application/json\", text/html", NGD_FORMAT_HTML },
        { "text/x;a=\"unclosed, text/html", NGD_FORMAT_TEXT },
        { " ,, \t,application/json", NGD_FORMAT_JSON },
    };

    for (size_t i = 0; i < COUNT(table); i++) {
        check(ngd_format_of_accept(table[i].accept) == table[i].format,
              "Accept: %s", table[i].accept == NULL ? "(none)" : table[i].accept);
    }
}

static void test_format_names(void)
{
    ngd_format_t format = NGD_FORMATS;

    check(ngd_format_by_name("html", &format) && format == NGD_FORMAT_HTML, "html is a format");
    check(ngd_format_by_name("json", &format) && format == NGD_FORMAT_JSON, "json is a format");
    check(ngd_format_by_name("text", &format) && format == NGD_FORMAT_TEXT, "text is a format");
    check(!ngd_format_by_name("xml", &format) && !ngd_format_by_name("", &format)
          && !ngd_format_by_name(NULL, &format) && format == NGD_FORMAT_TEXT, "nothing else is");
    check_text(ngd_format_content_type(NGD_FORMAT_HTML), "text/html; charset=utf-8", "HTML says its charset");
    check_text(ngd_format_content_type(NGD_FORMAT_JSON), "application/json", "JSON needs none");
    check_text(ngd_format_content_type(NGD_FORMAT_TEXT), "text/plain; charset=utf-8",
               "text says its charset");
}

static void test_contact(void)
{
    static const struct {
        const char *contact, *html, *text;
    } table[] = {
        { NULL, "", "" },
        { "", "", "" },
        { "Room 12 & phone 34", ", Room 12 &amp; phone 34", ", Room 12 & phone 34" },
        { "help@example.test", ", <a href=\"mailto:help@example.test\">help@example.test</a>",
          ", help@example.test" },
        { "mailto:help@example.test", ", <a href=\"mailto:help@example.test\">help@example.test</a>",
          ", help@example.test" },
        { "https://help.example.test/?a=1&b=\"",
          ", <a href=\"https://help.example.test/?a=1&amp;b=&quot;\">"
          "https://help.example.test/?a=1&amp;b=&quot;</a>",
          ", https://help.example.test/?a=1&b=\"" },
        { "HTTP://help.example.test", ", <a href=\"HTTP://help.example.test\">HTTP://help.example.test</a>",
          ", HTTP://help.example.test" },
        { "help@example.test, room 12", ", help@example.test, room 12", ", help@example.test, room 12" },
        { "help@example.test?bcc=x@y", ", help@example.test?bcc=x@y", ", help@example.test?bcc=x@y" },
        { "help@", ", help@", ", help@" },
        { "@example.test", ", @example.test", ", @example.test" },
        { "javascript:alert(1)", ", javascript:alert(1)", ", javascript:alert(1)" },
        { "JavaScript://x@example.test/", ", JavaScript://x@example.test/",
          ", JavaScript://x@example.test/" },
        { " javascript:alert(1)", ",  javascript:alert(1)", ",  javascript:alert(1)" },
        { "data:text/html,<b>", ", data:text/html,&lt;b&gt;", ", data:text/html,<b>" },
        { "https://example.test/ javascript:", ", https://example.test/ javascript:",
          ", https://example.test/ javascript:" },
        { "java\nscript:x", ", java\xef\xbf\xbdscript:x", ", java\xef\xbf\xbdscript:x" },
    };

    for (size_t i = 0; i < COUNT(table); i++) {
        check_text(ngd_contact_render(table[i].contact, NGD_FORMAT_HTML, pool), table[i].html,
                  "contact %d in HTML", (int)i);
        check_text(ngd_contact_render(table[i].contact, NGD_FORMAT_TEXT, pool), table[i].text,
                  "contact %d in text", (int)i);
    }
}

static void test_time(void)
{
    check_text(ngd_time_render(NOW_USECS, pool), "2026-11-23 15:02 +01:00", "a time as people write it down");
    check_text(ngd_time_render(0, pool), "", "no time is no text");
}

int main(void)
{
    begin_test();
    test_accept();
    test_format_names();
    test_contact();
    test_time();
    return end_test();
}
