/*
 * header.c - the Authorization header: scheme and base64 text, not decoded.
 */
#include "token.h"

#include <string.h>
#include <strings.h>

static const char *const scheme_names[] = {
    [NGD_SCHEME_NONE] = "none",
    [NGD_SCHEME_NEGOTIATE] = "Negotiate",
    [NGD_SCHEME_KERBEROS] = "Kerberos",
    [NGD_SCHEME_NTLM] = "NTLM",
    [NGD_SCHEME_BASIC] = "Basic",
    [NGD_SCHEME_DIGEST] = "Digest",
    [NGD_SCHEME_BEARER] = "Bearer",
    [NGD_SCHEME_OTHER] = "other",
};

const char *ngd_scheme_name(ngd_scheme_t scheme)
{
    return (size_t)scheme <= NGD_SCHEME_OTHER ? scheme_names[scheme] : scheme_names[NGD_SCHEME_OTHER];
}

/* "none" and "other" are words of ours, not schemes that a client could name. */
static ngd_scheme_t scheme_of(ngd_span_t text)
{
    for (size_t i = NGD_SCHEME_NONE + 1; i < NGD_SCHEME_OTHER; i++) {
        const char *name = scheme_names[i];

        /* The lengths first: a NUL from the wire would end the comparison early. */
        if (strlen(name) == text.len && strncasecmp((const char *)text.data, name, text.len) == 0) {
            return (ngd_scheme_t)i;
        }
    }
    return NGD_SCHEME_OTHER;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static ngd_span_t trimmed(ngd_span_t text)
{
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.data[text.len - 1])) {
        text.len--;
    }
    if (text.len == 0) {
        text.data = NULL;
    }
    return text;
}

void ngd_header_split(const char *value, size_t len, ngd_header_t *header)
{
    ngd_span_t text = trimmed((ngd_span_t){ .data = (const uint8_t *)value, .len = value ? len : 0 });
    size_t scheme_bytes = 0;

    *header = (ngd_header_t){ .scheme = NGD_SCHEME_NONE };
    if (value == NULL) {
        return;
    }
    header->header_bytes = len;
    while (scheme_bytes < text.len && !is_blank(text.data[scheme_bytes])) {
        scheme_bytes++;
    }
    header->scheme = NGD_SCHEME_OTHER;
    if (scheme_bytes > 0) {
        header->scheme_text = (ngd_span_t){ .data = text.data, .len = scheme_bytes };
        header->scheme = scheme_of(header->scheme_text);
        text.data += scheme_bytes;
        text.len -= scheme_bytes;
        header->base64 = trimmed(text);
    }
}
