/* Text from the wire, principal names, and the names of numbers. */
#include "check.h"
#include "token.h"

#include <stdlib.h>

#define SPAN(literal) { .data = (const uint8_t *)(literal), .len = sizeof(literal) - 1 }
#define FFFD "\xef\xbf\xbd"

static const struct {
    const char *name;
    ngd_span_t text;
    ngd_charset_t charset;
    size_t size;                /* 0: enough */
    const char *want;
} cases[] = {
    { .name = "ASCII stays", .text = SPAN("EXAMPLE.TEST"), .want = "EXAMPLE.TEST" },
    { .name = "no bytes are an empty text", .text = { .data = NULL }, .want = "" },
    { .name = "valid UTF-8 stays", .text = SPAN("J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x90\x95"),
      .want = "J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x90\x95" },
    { .name = "a byte of a code page is replaced", .text = SPAN("J\xfcrgen"), .want = "J" FFFD "rgen" },
    { .name = "NUL is replaced", .text = SPAN("a\0b"), .want = "a" FFFD "b" },
    { .name = "control characters are replaced", .text = SPAN("\x1b[2J\r\n\x7f"),
      .want = FFFD "[2J" FFFD FFFD FFFD },
    { .name = "C1 control characters are replaced", .text = SPAN("a\xc2\x85z"), .want = "a" FFFD "z" },
    { .name = "a reversed direction is replaced", .text = SPAN("a\xe2\x80\xaez"), .want = "a" FFFD "z" },
    { .name = "a line separator is replaced", .text = SPAN("a\xe2\x80\xa8z"), .want = "a" FFFD "z" },
    { .name = "an overlong form is replaced", .text = SPAN("\xc0\xaf\xe0\x80\xaf"),
      .want = FFFD FFFD FFFD FFFD FFFD },
    { .name = "a surrogate in UTF-8 is replaced", .text = SPAN("\xed\xa0\x80"), .want = FFFD FFFD FFFD },
    { .name = "a character beyond Unicode is replaced", .text = SPAN("\xf4\x90\x80\x80"),
      .want = FFFD FFFD FFFD FFFD },
    { .name = "a character that is cut is replaced", .text = SPAN("a\xe2\x82"), .want = "a" FFFD FFFD },
    { .name = "UTF-16 becomes UTF-8", .charset = NGD_CHARSET_UTF16LE,
      .text = SPAN("J\0\xfc\0\xac\x20"), .want = "J\xc3\xbc\xe2\x82\xac" },
    { .name = "a surrogate pair is one character", .charset = NGD_CHARSET_UTF16LE,
      .text = SPAN("\x3d\xd8\x15\xdc"), .want = "\xf0\x9f\x90\x95" },
    { .name = "half a surrogate pair is replaced", .charset = NGD_CHARSET_UTF16LE,
      .text = SPAN("\x3d\xd8" "a\0"), .want = FFFD "a" },
    { .name = "the second half alone is replaced", .charset = NGD_CHARSET_UTF16LE,
      .text = SPAN("\x15\xdc" "a\0"), .want = FFFD "a" },
    { .name = "half a surrogate pair at the end is replaced", .charset = NGD_CHARSET_UTF16LE,
      .text = SPAN("a\0\x3d\xd8"), .want = "a" FFFD },
    { .name = "an odd last byte is replaced", .charset = NGD_CHARSET_UTF16LE,
      .text = SPAN("a\0b"), .want = "a" FFFD },
    { .name = "a NUL in UTF-16 is replaced", .charset = NGD_CHARSET_UTF16LE,
      .text = SPAN("a\0\0\0b\0"), .want = "a" FFFD "b" },
    { .name = "text that fits exactly is whole", .text = SPAN("abc"), .size = 4, .want = "abc" },
    { .name = "text is cut where the room ends", .text = SPAN("abcd"), .size = 4, .want = "abc" },
    { .name = "text is cut at the border of a character", .text = SPAN("a\xe2\x82\xac" "b"), .size = 4,
      .want = "a" },
    { .name = "nothing follows a cut, even if it would fit", .text = SPAN("ab\xe2\x82\xac" "c"), .size = 5,
      .want = "ab" },
    { .name = "room for the terminator alone holds no text", .text = SPAN("abc"), .size = 1, .want = "" },
};

/* From memory of exactly its size, so that AddressSanitizer and valgrind see a byte too many being read. */
static const char *text_exactly(ngd_span_t text, ngd_charset_t charset, char *out, size_t size)
{
    uint8_t *exact = malloc(text.len > 0 ? text.len : 1);

    if (exact == NULL) {
        return NULL;
    }
    if (text.len > 0) {
        memcpy(exact, text.data, text.len);
    }
    ngd_text_utf8((ngd_span_t){ .data = exact, .len = text.len }, charset, out, size);
    free(exact);
    return out;
}

static void texts(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64];
        size_t size = cases[i].size > 0 ? cases[i].size : sizeof out;

        memset(out, 'x', sizeof out);
        check_text(text_exactly(cases[i].text, cases[i].charset, out, size), cases[i].want, "%s",
                   cases[i].name);
    }
    check_text(ngd_text_utf8((ngd_span_t)SPAN("abc"), NGD_CHARSET_OEM, NULL, 0), "",
               "no room at all is survived");
}

static void principals(void)
{
    const ngd_principal_name_t http = { .part = { SPAN("HTTP"), SPAN("web.example.test") }, .parts = 2,
                                        .parts_total = 2 };
    const ngd_principal_name_t odd = { .part = { SPAN("a/b"), SPAN("c@d\\e"), SPAN("\n") }, .parts = 3,
                                       .parts_total = 3 };
    const ngd_principal_name_t long_name = { .part = { SPAN("a"), SPAN("b") }, .parts = 2,
                                             .parts_total = 10 };
    const ngd_principal_name_t none = { .parts = 0 };
    char out[64];

    check_text(ngd_principal_text(&http, out, sizeof out), "HTTP/web.example.test",
               "parts are joined by slashes");
    check_text(ngd_principal_text(&odd, out, sizeof out), "a\\/b/c\\@d\\\\e/" FFFD,
               "what separates names is escaped inside a part, and a control character is replaced");
    check_text(ngd_principal_text(&long_name, out, sizeof out), "a/b/...", "parts that were not kept show");
    check_text(ngd_principal_text(&none, out, sizeof out), "", "a name without parts is empty");
    check_text(ngd_principal_text(&http, out, 9), "HTTP/web", "a name is cut where the room ends");
    check_text(ngd_principal_text(&odd, out, 3), "a", "an escape is not cut in two");
    check_text(ngd_principal_text(&http, NULL, 0), "", "no room at all is survived for a name");
}

static const struct {
    const char *name;
    ngd_span_t oid;
    size_t size;
    const char *want;
} oids[] = {
    { .name = "an OID has a dotted form", .oid = SPAN("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"), .size = 64,
      .want = "1.2.840.113554.1.2.2" },
    { .name = "an OID under 2 may begin with a big number", .oid = SPAN("\x88\x37"), .size = 64,
      .want = "2.999" },
    { .name = "an OID under 0 is written so", .oid = SPAN("\x27"), .size = 64, .want = "0.39" },
    { .name = "64 bits fit", .oid = SPAN("\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), .size = 64,
      .want = "1.2.18446744073709551615" },
    { .name = "65 bits are damage", .oid = SPAN("\x2a\x83\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), .size = 64,
      .want = "?" },
    { .name = "an OID that ends inside a number is damage", .oid = SPAN("\x2a\x86"), .size = 64,
      .want = "?" },
    { .name = "a padded number is damage", .oid = SPAN("\x2a\x80\x01"), .size = 64, .want = "?" },
    { .name = "an empty OID is damage", .oid = { .data = NULL }, .size = 64, .want = "?" },
    { .name = "an OID that does not fit is not cut", .oid = SPAN("\x2a\x86\x48"), .size = 7, .want = "?" },
    { .name = "an OID that fits exactly is whole", .oid = SPAN("\x2a\x86\x48"), .size = 8,
      .want = "1.2.840" },
};

static void numbers(void)
{
    char out[NGD_OID_TEXT_MAX];

    for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++) {
        check_text(ngd_oid_text(oids[i].oid, out, oids[i].size), oids[i].want, "%s", oids[i].name);
    }
    check_text(ngd_enctype_name(18), "aes256-cts-hmac-sha1-96", "encryption type 18 has its name");
    check_text(ngd_enctype_name(23), "rc4-hmac", "encryption type 23 has its name");
    check(ngd_enctype_name(0) == NULL && ngd_enctype_name(-133) == NULL && ngd_enctype_name(27) == NULL
          && ngd_enctype_name(INT32_MAX) == NULL, "encryption types that are not registered have none");
    check_text(ngd_mech_name(NGD_MECH_KRB5), "Kerberos 5", "a mechanism has a name");
    check_text(ngd_mech_name((ngd_mech_t)99), "unknown mechanism", "a mechanism out of range is unknown");
    check_text(ngd_token_kind_name(NGD_TOKEN_SPNEGO_RESP), "spnego-response", "a kind of token has its word");
    check_text(ngd_token_kind_name((ngd_token_kind_t)99), "unknown", "a kind out of range is unknown");
    check_text(ngd_neg_state_name(NGD_NEG_REQUEST_MIC), "request-mic", "a state has its word");
    check_text(ngd_neg_state_name((ngd_neg_state_t)99), "unknown", "a state out of range is unknown");
}

int main(void)
{
    texts();
    principals();
    numbers();
    return check_done();
}
