/* The Authorization header: scheme and text, split without decoding. */
#include "check.h"
#include "token.h"

static const struct {
    const char *name;
    const char *value;
    ngd_scheme_t scheme;
    const char *scheme_text;    /* NULL: no bytes */
    const char *base64;         /* NULL: no bytes */
} cases[] = {
    { .name = "Negotiate with a token is split at the blank",
      .value = "Negotiate YIIB", .scheme = NGD_SCHEME_NEGOTIATE, .scheme_text = "Negotiate",
      .base64 = "YIIB" },
    { .name = "the case of the scheme does not matter, and its spelling is kept",
      .value = "nEGOTIATE YIIB", .scheme = NGD_SCHEME_NEGOTIATE, .scheme_text = "nEGOTIATE",
      .base64 = "YIIB" },
    { .name = "a scheme alone has no token",
      .value = "Negotiate", .scheme = NGD_SCHEME_NEGOTIATE, .scheme_text = "Negotiate" },
    { .name = "a scheme and blanks have no token",
      .value = "Negotiate  \t ", .scheme = NGD_SCHEME_NEGOTIATE, .scheme_text = "Negotiate" },
    { .name = "blanks around scheme and token do not count",
      .value = " \tNegotiate \t YIIB \t", .scheme = NGD_SCHEME_NEGOTIATE, .scheme_text = "Negotiate",
      .base64 = "YIIB" },
    { .name = "blanks inside the token are left for the decoder to complain about",
      .value = "Negotiate YI IB", .scheme = NGD_SCHEME_NEGOTIATE, .scheme_text = "Negotiate",
      .base64 = "YI IB" },
    { .name = "the bare Kerberos scheme is known",
      .value = "Kerberos YIIB", .scheme = NGD_SCHEME_KERBEROS, .scheme_text = "Kerberos", .base64 = "YIIB" },
    { .name = "the NTLM scheme is known",
      .value = "NTLM TlRMTVNTUAAB", .scheme = NGD_SCHEME_NTLM, .scheme_text = "NTLM",
      .base64 = "TlRMTVNTUAAB" },
    { .name = "the Basic scheme is known",
      .value = "basic YTpi", .scheme = NGD_SCHEME_BASIC, .scheme_text = "basic", .base64 = "YTpi" },
    { .name = "the Digest scheme is known",
      .value = "Digest username=\"a\"", .scheme = NGD_SCHEME_DIGEST, .scheme_text = "Digest",
      .base64 = "username=\"a\"" },
    { .name = "the Bearer scheme is known",
      .value = "Bearer abc", .scheme = NGD_SCHEME_BEARER, .scheme_text = "Bearer", .base64 = "abc" },
    { .name = "a longer word is another scheme",
      .value = "NegotiateX YIIB", .scheme = NGD_SCHEME_OTHER, .scheme_text = "NegotiateX", .base64 = "YIIB" },
    { .name = "a shorter word is another scheme",
      .value = "Nego YIIB", .scheme = NGD_SCHEME_OTHER, .scheme_text = "Nego", .base64 = "YIIB" },
    { .name = "the words for no scheme cannot be sent as one",
      .value = "none YIIB", .scheme = NGD_SCHEME_OTHER, .scheme_text = "none", .base64 = "YIIB" },
    { .name = "an empty header is present, but no known scheme", .value = "", .scheme = NGD_SCHEME_OTHER },
    { .name = "no header is no scheme", .value = NULL, .scheme = NGD_SCHEME_NONE },
};

static bool same(ngd_span_t span, const char *text)
{
    if (text == NULL) {
        return span.data == NULL && span.len == 0;
    }
    return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

static void splits(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = cases[i].value != NULL ? strlen(cases[i].value) : 0;
        ngd_header_t header;

        ngd_header_split(cases[i].value, len, &header);
        check(header.scheme == cases[i].scheme && same(header.scheme_text, cases[i].scheme_text)
              && same(header.base64, cases[i].base64) && header.header_bytes == len, "%s", cases[i].name);
    }
}

static void bounds(void)
{
    ngd_header_t header;

    ngd_header_split("Negotiate YIIB", 9, &header);
    check(header.scheme == NGD_SCHEME_NEGOTIATE && header.base64.len == 0,
          "nothing behind the given length is read");
    ngd_header_split("Negotiate\0YIIB", 14, &header);
    check(header.scheme == NGD_SCHEME_OTHER && header.scheme_text.len == 14, "a NUL ends no scheme");
    ngd_header_split("NTLM\0NTLM\0NTLM\0NTLM\0NTLM\0NTLM\0NTLM\0NTLM\0", 40, &header);
    check(header.scheme == NGD_SCHEME_OTHER, "a known scheme before a NUL is another one");
    ngd_header_split(NULL, 5, &header);
    check(header.scheme == NGD_SCHEME_NONE && header.header_bytes == 0, "no header has no bytes");
}

int main(void)
{
    splits();
    bounds();
    check_text(ngd_scheme_name(NGD_SCHEME_NEGOTIATE), "Negotiate", "a scheme has its registered name");
    check_text(ngd_scheme_name(NGD_SCHEME_NONE), "none", "no scheme has a word");
    check_text(ngd_scheme_name((ngd_scheme_t)99), "other", "a scheme out of range is another one");
    return check_done();
}
