/*
 * fuzz-token.c - everything that src/token does with bytes from the network.
 *
 * The input is taken as a header, as base64 text, as a token and as the plain
 * text of an authenticator.  Built with clang -fsanitize=fuzzer it searches; with
 * replay.c as its main it repeats what is in the corpus under any compiler.
 */
#include "invariants.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(const char *broken)
{
    if (broken != NULL) {
        fprintf(stderr, "does not hold: %s\n", broken);
        abort();
    }
}

/* What is written has to be terminated inside the buffer, and valid UTF-8 as far as its lead bytes go. */
static void use_text(ngd_span_t text, ngd_charset_t charset)
{
    char out[TEXT_BYTES];
    size_t len;

    memset(out, 'x', sizeof out);
    ngd_text_utf8(text, charset, out, sizeof out);
    len = strnlen(out, sizeof out);
    insist(len == sizeof out ? "text is terminated" : NULL);
    for (size_t i = 0; i < len; i++) {
        insist((unsigned char)out[i] < 0x20 || (unsigned char)out[i] == 0x7f
               ? "no control character is left" : NULL);
    }
}

static void use_name(const ngd_principal_name_t *name)
{
    char out[TEXT_BYTES];

    ngd_principal_text(name, out, sizeof out);
}

static void use_token(ngd_span_t bytes)
{
    char out[NGD_OID_TEXT_MAX];
    ngd_token_t token;

    ngd_token_decode(bytes, &token);
    insist(broken_invariant(bytes, &token));
    for (size_t i = 0; i < token.mechanisms_count; i++) {
        ngd_oid_text(token.mechanisms[i].oid, out, sizeof out);
    }
    use_name(&token.ap_req.sname);
    use_name(&token.krb_error.sname);
    use_text(token.krb_error.text, NGD_CHARSET_OEM);
    use_text(token.ntlm.domain, token.ntlm.charset);
    use_text(token.ntlm.user, token.ntlm.charset);
    use_text(token.ntlm.workstation, token.ntlm.charset);
}

static void use_authenticator(ngd_span_t plain)
{
    ngd_authenticator_t authenticator;
    ngd_stop_t stop = ngd_authenticator_decode(plain, &authenticator);

    insist(broken_authenticator(plain, stop, &authenticator));
    use_name(&authenticator.cname);
}

/* As it comes from the network: scheme, base64, token. */
static void use_header(ngd_span_t bytes)
{
    ngd_header_t header;
    size_t size;
    uint8_t *out;
    size_t len = 0;
    ngd_stop_t stop;

    ngd_header_split((const char *)bytes.data, bytes.len, &header);
    insist(span_inside(header.scheme_text, bytes) && span_inside(header.base64, bytes) ? NULL
           : "the parts of a header lie inside it");
    size = NGD_BASE64_BYTES(header.base64.len);
    out = malloc(size);
    if (out == NULL) {
        return;
    }
    stop = ngd_base64_decode(header.base64, out, size, &len);
    insist(len <= size && stop.offset <= header.base64.len ? NULL : "decoded bytes lie inside their buffer");
    use_token((ngd_span_t){ .data = out, .len = len });
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngd_span_t bytes = { .data = data, .len = size };

    use_header(bytes);
    use_token(bytes);
    use_authenticator(bytes);
    use_text(bytes, NGD_CHARSET_OEM);
    use_text(bytes, NGD_CHARSET_UTF16LE);
    insist(ERR_peek_error() != 0 ? "OpenSSL's error queue stays empty" : NULL);
    return 0;
}
