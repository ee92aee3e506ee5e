/*
 * text.c - text from the wire as UTF-8 that is safe to hand to an escaper.
 */
#include "token.h"

#include <string.h>

/* Out of the caller's buffer, always terminated; the first thing that does not fit ends it. */
typedef struct {
    char *out;
    size_t len;
    size_t room;    /* without the terminator */
} writer_t;

typedef uint32_t (*next_character_t)(ngd_span_t *text);

enum { REPLACEMENT = 0xfffd, UTF8_BYTES_MAX = 4 };

static writer_t writer(char *out, size_t size)
{
    out[0] = '\0';
    return (writer_t){ .out = out, .room = size - 1 };
}

static void put_bytes(writer_t *to, const char *bytes, size_t len)
{
    if (len > to->room) {
        to->room = 0;
        return;
    }
    memcpy(to->out + to->len, bytes, len);
    to->len += len;
    to->room -= len;
    to->out[to->len] = '\0';
}

/* C0, DEL and C1, and what reorders or breaks a line of text as they do. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0)
        || c == 0x061c || c == 0x200e || c == 0x200f            /* marks of direction */
        || (c >= 0x2028 && c <= 0x202e)                         /* separators, embeddings, overrides */
        || (c >= 0x2066 && c <= 0x2069);                        /* isolates */
}

/* UTF-8 (RFC 3629), behind a backslash if escaped; both or nothing. */
static void put_character(writer_t *to, uint32_t c, bool escaped)
{
    static const uint8_t lead[] = { 0x00, 0xc0, 0xe0, 0xf0 };
    char bytes[1 + UTF8_BYTES_MAX];
    size_t len = 0;
    unsigned more;

    if (is_control(c)) {
        c = REPLACEMENT;
    }
    more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    if (escaped) {
        bytes[len++] = '\\';
    }
    bytes[len++] = (char)(lead[more] | c >> (6 * more));
    while (more > 0) {
        more--;
        bytes[len++] = (char)(0x80 | (c >> (6 * more) & 0x3f));
    }
    put_bytes(to, bytes, len);
}

static void skip(ngd_span_t *text, size_t bytes)
{
    text->data += bytes;
    text->len -= bytes;
}

/* What a lead byte announces (RFC 3629 section 3). */
typedef struct {
    uint8_t first, last;    /* of the lead bytes of this length */
    uint8_t mask;           /* of the character's bits in them */
    size_t more;            /* bytes that follow */
    uint32_t least;         /* character that needs so many */
} utf8_form_t;

static const utf8_form_t utf8_forms[] = {
    { .first = 0x00, .last = 0x7f, .mask = 0x7f, .more = 0, .least = 0 },
    { .first = 0xc2, .last = 0xdf, .mask = 0x1f, .more = 1, .least = 0x80 },
    { .first = 0xe0, .last = 0xef, .mask = 0x0f, .more = 2, .least = 0x800 },
    { .first = 0xf0, .last = 0xf4, .mask = 0x07, .more = 3, .least = 0x10000 },
};

static const utf8_form_t *utf8_form(uint8_t lead)
{
    for (size_t i = 0; i < sizeof utf8_forms / sizeof utf8_forms[0]; i++) {
        if (lead >= utf8_forms[i].first && lead <= utf8_forms[i].last) {
            return &utf8_forms[i];
        }
    }
    return NULL;
}

/* The character at the beginning of the text; false if what stands there is none. */
static bool utf8_character(ngd_span_t text, const utf8_form_t *form, uint32_t *c)
{
    if (form == NULL || form->more >= text.len) {
        return false;
    }
    *c = text.data[0] & form->mask;
    for (size_t i = 1; i <= form->more; i++) {
        if ((text.data[i] & 0xc0) != 0x80) {
            return false;
        }
        *c = *c << 6 | (text.data[i] & 0x3fu);
    }
    return *c >= form->least && *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff);
}

/*
 * Nobody says which code page "OEM" is.  Kerberos strings are UTF-8 in
 * practice, ASCII is the same everywhere, and more than that is not guessed.
 */
static uint32_t next_utf8(ngd_span_t *text)
{
    const utf8_form_t *form = utf8_form(text->data[0]);
    uint32_t c;

    if (!utf8_character(*text, form, &c)) {
        skip(text, 1);
        return REPLACEMENT;
    }
    skip(text, 1 + form->more);
    return c;
}

static uint32_t le16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t next_utf16le(ngd_span_t *text)
{
    uint32_t high;
    uint32_t low;

    if (text->len < 2) {
        skip(text, text->len);
        return REPLACEMENT;
    }
    high = le16(text->data);
    low = text->len < 4 ? 0 : le16(text->data + 2);
    skip(text, 2);
    if (high < 0xd800 || high > 0xdfff) {
        return high;
    }
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) {    /* half of a surrogate pair */
        return REPLACEMENT;
    }
    skip(text, 2);
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

const char *ngd_text_utf8(ngd_span_t text, ngd_charset_t charset, char *out, size_t size)
{
    next_character_t next = charset == NGD_CHARSET_UTF16LE ? next_utf16le : next_utf8;
    writer_t to;

    if (size == 0) {
        return "";
    }
    to = writer(out, size);
    while (text.len > 0 && to.room > 0) {
        put_character(&to, next(&text), false);
    }
    return out;
}

static void put_part(writer_t *to, ngd_span_t part)
{
    while (part.len > 0 && to->room > 0) {
        uint32_t c = next_utf8(&part);

        put_character(to, c, c == '/' || c == '@' || c == '\\');
    }
}

const char *ngd_principal_text(const ngd_principal_name_t *name, char *out, size_t size)
{
    writer_t to;

    if (size == 0) {
        return "";
    }
    to = writer(out, size);
    for (size_t i = 0; i < name->parts; i++) {
        if (i > 0) {
            put_bytes(&to, "/", 1);
        }
        put_part(&to, name->part[i]);
    }
    if (name->parts_total > name->parts) {
        put_bytes(&to, "/...", 4);  /* the name of another principal otherwise */
    }
    return out;
}
