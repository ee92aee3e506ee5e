/* Base64: what is decoded, and where it stops. */
#include "check.h"
#include "token.h"

#include <stdlib.h>

static const struct {
    const char *name;
    const char *text;
    const char *bytes;
    ngd_stop_reason_t reason;
    size_t offset;
} cases[] = {
    { .name = "whole groups are decoded", .text = "bm8gcGFk", .bytes = "no pad" },
    { .name = "one padding character takes one byte off", .text = "b25lIHA=", .bytes = "one p" },
    { .name = "two padding characters take two bytes off", .text = "dHdvIA==", .bytes = "two " },
    { .name = "plus and slash are letters", .text = "+/+/", .bytes = "\xfb\xff\xbf" },
    { .name = "no text is no bytes", .text = "", .bytes = "" },
    { .name = "a blank inside is damage at its place", .text = "bm8g cGFk", .bytes = "no ",
      .reason = NGD_STOP_MALFORMED, .offset = 4 },
    { .name = "a blank in front is damage", .text = " bm8g", .bytes = "", .reason = NGD_STOP_MALFORMED },
    { .name = "a newline at the end is damage", .text = "bm8g\n", .bytes = "no ",
      .reason = NGD_STOP_MALFORMED, .offset = 4 },
    { .name = "a letter of the URL alphabet is damage", .text = "bm8gc-Fk", .bytes = "no ",
      .reason = NGD_STOP_MALFORMED, .offset = 5 },
    { .name = "a byte over 127 is damage", .text = "bm8g\xc3\xa9", .bytes = "no ",
      .reason = NGD_STOP_MALFORMED, .offset = 4 },
    { .name = "a comma after the token is damage at the comma", .text = "b25lIHA=,", .bytes = "one p",
      .reason = NGD_STOP_MALFORMED, .offset = 8 },
    { .name = "a text that ends inside a group is truncated there", .text = "bm8gcG", .bytes = "no ",
      .reason = NGD_STOP_TRUNCATED, .offset = 6 },
    { .name = "one letter of a group gives nothing", .text = "b", .bytes = "",
      .reason = NGD_STOP_TRUNCATED, .offset = 1 },
    { .name = "a padding that is cut is truncated", .text = "dHdvIA=", .bytes = "two",
      .reason = NGD_STOP_TRUNCATED, .offset = 7 },
    { .name = "letters behind the padding are damage", .text = "dHdvIA==bm8g", .bytes = "two ",
      .reason = NGD_STOP_MALFORMED, .offset = 8 },
    { .name = "a letter inside the padding is damage", .text = "dHdvIA=g", .bytes = "two",
      .reason = NGD_STOP_MALFORMED, .offset = 7 },
    { .name = "padding after one letter is damage", .text = "bm8gc===", .bytes = "no ",
      .reason = NGD_STOP_MALFORMED, .offset = 5 },
    { .name = "a group of padding is damage", .text = "bm8g====", .bytes = "no ",
      .reason = NGD_STOP_MALFORMED, .offset = 4 },
    { .name = "three padding characters are damage at the third", .text = "bm8gcG===", .bytes = "no p",
      .reason = NGD_STOP_MALFORMED, .offset = 8 },
};

static ngd_span_t span_of(const char *text)
{
    return (ngd_span_t){ .data = (const uint8_t *)text, .len = strlen(text) };
}

static void decodes(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t out[64];
        size_t len = 99;
        ngd_stop_t stop = ngd_base64_decode(span_of(cases[i].text), out, sizeof out, &len);

        check(len == strlen(cases[i].bytes) && memcmp(out, cases[i].bytes, len) == 0, "%s: bytes",
              cases[i].name);
        check(stop.reason == cases[i].reason && stop.offset == cases[i].offset
              && (stop.expected == NULL) == (stop.reason == NGD_STOP_NONE), "%s: stop", cases[i].name);
    }
}

/* In a buffer of exactly the given size: AddressSanitizer and valgrind see a byte too many. */
static bool stays_inside(const char *text, size_t size)
{
    uint8_t *out = malloc(size + 1);
    size_t len = 0;
    bool good;

    if (out == NULL) {
        return false;
    }
    out[size] = 0x5a;
    ngd_base64_decode(span_of(text), out, size, &len);
    good = len <= size && out[size] == 0x5a;
    free(out);
    return good;
}

static void sizes(void)
{
    const char *text = "bm8gcGFkbm8gcGFkdHdvIA==";
    uint8_t out[6];
    size_t len = 0;
    bool good = true;
    ngd_stop_t stop;

    for (size_t size = 0; size <= NGD_BASE64_BYTES(strlen(text)); size++) {
        good = good && stays_inside(text, size);
    }
    check(good, "nothing is written beyond the buffer, whatever its size");
    stop = ngd_base64_decode(span_of(text), out, sizeof out, &len);
    check(stop.reason == NGD_STOP_MALFORMED && stop.offset == 8 && len == 6 && memcmp(out, "no pad", 6) == 0,
          "a buffer that is too small holds whole groups, and the stop says where the room ended");
    check(NGD_BASE64_BYTES((size_t)24) >= 18, "the macro gives enough room");
}

int main(void)
{
    decodes();
    sizes();
    return check_done();
}
