/*
 * base64.c - standard base64 (RFC 4648 section 4), decoded by OpenSSL.
 *
 * EVP_DecodeBlock forgives blanks around the text, wants a length of whole
 * groups and does not say where it failed.  So the alphabet is looked at first,
 * which gives the place of damage, and only what is known to be good is decoded.
 */
#include "token.h"

#include <openssl/evp.h>

#include <limits.h>

enum { GROUP_TEXT = 4, GROUP_BYTES = 3, PADDING_MAX = 2 };

/* A whole number of groups, and few enough for EVP_DecodeBlock's int. */
enum { PIECE_TEXT = INT_MAX / GROUP_TEXT * GROUP_TEXT };

/* Not isalnum, which asks the locale. */
static bool in_alphabet(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/*
 * The length of the text that is good: letters, then padding that completes a
 * group.  Where that is not all, *stop says why.
 */
static size_t good_text(ngd_span_t text, size_t *padding, ngd_stop_t *stop)
{
    size_t good = 0;

    *padding = 0;
    while (good < text.len && in_alphabet(text.data[good])) {
        good++;
    }
    while (good < text.len && *padding < PADDING_MAX && text.data[good] == '='
           && good % GROUP_TEXT >= GROUP_TEXT - PADDING_MAX) {
        good++;
        ++*padding;
    }
    if (good < text.len) {
        const char *expected = *padding > 0 ? "the end of the base64 text" : "a base64 letter";

        *stop = (ngd_stop_t){ NGD_STOP_MALFORMED, good, expected };
    } else if (good % GROUP_TEXT != 0) {
        *stop = (ngd_stop_t){ NGD_STOP_TRUNCATED, good, "a whole group of four base64 letters" };
    }
    return good;
}

/* Decodes whole groups; returns the number of bytes, padding not taken off. */
static size_t decode_groups(const uint8_t *text, size_t len, uint8_t *out)
{
    size_t done = 0;

    while (done < len) {
        size_t piece = len - done < PIECE_TEXT ? len - done : PIECE_TEXT;

        EVP_DecodeBlock(out + done / GROUP_TEXT * GROUP_BYTES, text + done, (int)piece);
        done += piece;
    }
    return len / GROUP_TEXT * GROUP_BYTES;
}

ngd_stop_t ngd_base64_decode(ngd_span_t text, uint8_t *out, size_t size, size_t *out_bytes)
{
    ngd_stop_t stop = { .reason = NGD_STOP_NONE };
    size_t padding;
    size_t good = good_text(text, &padding, &stop);
    size_t groups = good / GROUP_TEXT;

    if (good % GROUP_TEXT != 0) {
        padding = 0;    /* it stands in the group that is not whole */
    }
    if (groups > size / GROUP_BYTES) {
        groups = size / GROUP_BYTES;
        padding = 0;
        stop = (ngd_stop_t){ NGD_STOP_MALFORMED, groups * GROUP_TEXT, "no more text than there is room for" };
    }
    *out_bytes = decode_groups(text.data, groups * GROUP_TEXT, out) - padding;
    return stop;
}
