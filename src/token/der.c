/*
 * der.c - DER elements under a cursor: OpenSSL reads tag and length, this file
 * keeps it inside the input and names what was expected.
 */
#include "der.h"

#include <openssl/crypto.h>

#include <limits.h>
#include <time.h>

/* One element: its identifier octet and its contents as far as they are visible. */
typedef struct {
    int identifier;
    ngd_cursor_t contents;
} element_t;

typedef enum { HEADER_WHOLE, HEADER_CUT, HEADER_BAD } header_shape_t;

/*
 * ASN1_get_object fails for damaged and for incomplete headers, and failing
 * raises an error.  It is therefore called only for headers of a shape that
 * cannot fail: all octets present, low tag, definite length, few length octets.
 */
static header_shape_t header_shape(const ngd_cursor_t *in)
{
    size_t left = ngd_cursor_left(in);
    size_t length_octets;

    if (left > 0 && (in->at[0] & V_ASN1_PRIMITIVE_TAG) == V_ASN1_PRIMITIVE_TAG) {
        return HEADER_BAD;
    }
    if (left < 2) {
        return HEADER_CUT;
    }
    if (in->at[1] < 0x80) {
        return HEADER_WHOLE;
    }
    length_octets = in->at[1] & 0x7fu;
    if (length_octets == 0 || length_octets > NGD_DER_LENGTH_OCTETS_MAX) {
        return HEADER_BAD;
    }
    return left - 2 < length_octets ? HEADER_CUT : HEADER_WHOLE;
}

/*
 * Reads the header at in, whose shape is HEADER_WHOLE.  With LONG_MAX as what is
 * left, "too long" is never raised either: the comparison with what really is
 * left happens here.  False if the element overruns an element that is whole.
 */
static bool element_at(const ngd_cursor_t *in, element_t *element)
{
    const unsigned char *contents = in->at;
    long length = 0;
    int tag = 0;
    int class = 0;
    int constructed = ASN1_get_object(&contents, &length, &tag, &class, LONG_MAX) & V_ASN1_CONSTRUCTED;
    size_t visible = contents == in->end ? 0 : (size_t)(in->end - contents);

    element->identifier = class | constructed | tag;
    element->contents = *in;
    element->contents.at = contents;
    element->contents.cut = (size_t)length > visible;
    element->contents.end = element->contents.cut ? in->end : contents + length;
    return !element->contents.cut || in->cut;
}

/* The next element of whatever kind; keeps a stop and returns false if there is none. */
static bool take(ngd_cursor_t *in, element_t *element, const char *expected)
{
    if (ngd_cursor_stopped(in)) {
        return false;
    }
    switch (header_shape(in)) {
    case HEADER_CUT:
        ngd_cursor_missing(in, expected);
        return false;
    case HEADER_BAD:
        ngd_cursor_malformed(in, in->at, expected);
        return false;
    case HEADER_WHOLE:
        break;
    }
    if (!element_at(in, element)) {
        ngd_cursor_malformed(in, in->at, expected);
        return false;
    }
    return true;
}

/* What a function returns that could not enter: a cursor over nothing. */
static ngd_cursor_t nothing(const ngd_cursor_t *in)
{
    return (ngd_cursor_t){ .token = in->token, .stop = in->stop };
}

bool ngd_der_next_is(const ngd_cursor_t *in, int identifier)
{
    return !ngd_cursor_stopped(in) && ngd_cursor_left(in) > 0 && in->at[0] == identifier;
}

bool ngd_der_more(ngd_cursor_t *list, const char *expected)
{
    if (ngd_cursor_left(list) == 0 && list->cut) {
        ngd_cursor_missing(list, expected);
    }
    return !ngd_cursor_stopped(list) && ngd_cursor_left(list) > 0;
}

ngd_cursor_t ngd_der_enter(ngd_cursor_t *in, int identifier, const char *expected)
{
    element_t element;

    if (!take(in, &element, expected)) {
        return nothing(in);
    }
    if (element.identifier != identifier) {
        ngd_cursor_malformed(in, in->at, expected);
        return nothing(in);
    }
    in->at = element.contents.end;
    return element.contents;
}

/* What was entered must fill the wrapper around it; a cut one does, as far as can be seen. */
static ngd_cursor_t filling(ngd_cursor_t *wrapper, ngd_cursor_t entered, const char *expected)
{
    if (!entered.cut) {
        ngd_cursor_end(wrapper, expected);
    }
    return entered;
}

ngd_cursor_t ngd_der_only(ngd_cursor_t *wrapper, int identifier, const char *expected)
{
    return filling(wrapper, ngd_der_enter(wrapper, identifier, expected), expected);
}

ngd_cursor_t ngd_der_leaf(ngd_cursor_t *in, int identifier, const char *expected)
{
    ngd_cursor_t leaf = ngd_der_enter(in, identifier, expected);

    if (leaf.cut) {
        ngd_cursor_missing(&leaf, expected);
    }
    return leaf;
}

ngd_span_t ngd_der_leaf_bytes(ngd_cursor_t leaf)
{
    if (leaf.cut && ngd_cursor_left(&leaf) == 0) {
        return (ngd_span_t){ .data = NULL };
    }
    return ngd_cursor_rest(&leaf);
}

ngd_span_t ngd_der_bytes(ngd_cursor_t *in, int identifier, const char *expected)
{
    return ngd_der_leaf_bytes(ngd_der_leaf(in, identifier, expected));
}

ngd_cursor_t ngd_der_message(ngd_cursor_t *in, int number, const char *expected)
{
    ngd_cursor_t message = ngd_der_enter(in, NGD_DER_APPLICATION(number), expected);

    return ngd_der_only(&message, NGD_DER_SEQUENCE, expected);
}

void ngd_der_finish(ngd_cursor_t *sequence, const char *expected)
{
    element_t unknown;

    while (ngd_der_more(sequence, expected) && take(sequence, &unknown, expected)) {
        sequence->at = unknown.contents.end;
    }
}

bool ngd_der_has(const ngd_cursor_t *sequence, int number)
{
    return ngd_der_next_is(sequence, NGD_DER_CONTEXT(number));
}

ngd_cursor_t ngd_der_field(ngd_cursor_t *sequence, int number, const char *expected)
{
    return ngd_der_enter(sequence, NGD_DER_CONTEXT(number), expected);
}

ngd_cursor_t ngd_der_field_sequence(ngd_cursor_t *sequence, int number, const char *expected)
{
    ngd_cursor_t field = ngd_der_field(sequence, number, expected);

    return ngd_der_only(&field, NGD_DER_SEQUENCE, expected);
}

ngd_cursor_t ngd_der_field_leaf(ngd_cursor_t *sequence, int number, int identifier, const char *expected)
{
    ngd_cursor_t field = ngd_der_field(sequence, number, expected);

    return filling(&field, ngd_der_leaf(&field, identifier, expected), expected);
}

ngd_span_t ngd_der_field_bytes(ngd_cursor_t *sequence, int number, int identifier, const char *expected)
{
    return ngd_der_leaf_bytes(ngd_der_field_leaf(sequence, number, identifier, expected));
}

/* Two's complement, most significant octet first; what does not fit [min, max] is damage. */
static int64_t field_integer(ngd_cursor_t *sequence, int number, int identifier, int64_t min, int64_t max,
                             const char *expected)
{
    enum { OCTETS_MAX = 5 };    /* 32 bits without a sign */
    ngd_span_t octets = ngd_der_field_bytes(sequence, number, identifier, expected);
    int64_t value;

    if (ngd_cursor_stopped(sequence)) {
        return 0;
    }
    if (octets.len == 0 || octets.len > OCTETS_MAX) {
        ngd_cursor_malformed(sequence, octets.data, expected);
        return 0;
    }
    value = octets.data[0] & 0x80u ? -1 : 0;
    for (size_t i = 0; i < octets.len; i++) {
        value = value * 256 + octets.data[i];
    }
    if (value < min || value > max) {
        ngd_cursor_malformed(sequence, octets.data, expected);
        return 0;
    }
    return value;
}

int32_t ngd_der_field_int32(ngd_cursor_t *sequence, int number, const char *expected)
{
    return (int32_t)field_integer(sequence, number, V_ASN1_INTEGER, INT32_MIN, INT32_MAX, expected);
}

uint32_t ngd_der_field_uint32(ngd_cursor_t *sequence, int number, const char *expected)
{
    /* MIT krb5 writes large values, such as the kvno of a read-only domain controller, as negative ones. */
    return (uint32_t)field_integer(sequence, number, V_ASN1_INTEGER, INT32_MIN, UINT32_MAX, expected);
}

void ngd_der_field_constant(ngd_cursor_t *sequence, int number, int32_t value, const char *expected)
{
    field_integer(sequence, number, V_ASN1_INTEGER, value, value, expected);
}

int32_t ngd_der_field_enumerated(ngd_cursor_t *sequence, int number, const char *expected)
{
    return (int32_t)field_integer(sequence, number, V_ASN1_ENUMERATED, INT32_MIN, INT32_MAX, expected);
}

uint32_t ngd_der_field_flags(ngd_cursor_t *sequence, int number, const char *expected)
{
    ngd_span_t octets = ngd_der_field_bytes(sequence, number, V_ASN1_BIT_STRING, expected);
    uint32_t flags = 0;

    if (ngd_cursor_stopped(sequence)) {
        return 0;
    }
    if (octets.len == 0 || octets.data[0] > 7) {    /* the count of unused bits */
        ngd_cursor_malformed(sequence, octets.data, expected);
        return 0;
    }
    for (size_t i = 1; i <= sizeof flags; i++) {
        flags = flags << 8 | (i < octets.len ? octets.data[i] : 0u);
    }
    return flags;
}

/* Two digits, or -1. */
static int two_digits(const uint8_t *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return -1;
    }
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* "19700101000000Z" and nothing looser (RFC 4120 section 5.2.3). */
static bool time_fields(ngd_span_t text, struct tm *fields)
{
    enum { CHARACTERS = 15, PAIRS = 7 };
    static const int least[PAIRS] = { 0, 0, 1, 1, 0, 0, 0 };
    static const int most[PAIRS] = { 99, 99, 12, 31, 23, 59, 60 };
    int pair[PAIRS];

    if (text.len != CHARACTERS || text.data[CHARACTERS - 1] != 'Z') {
        return false;
    }
    for (size_t i = 0; i < PAIRS; i++) {
        pair[i] = two_digits(text.data + 2 * i);
        if (pair[i] < least[i] || pair[i] > most[i]) {
            return false;
        }
    }
    *fields = (struct tm){
        .tm_year = pair[0] * 100 + pair[1] - 1900, .tm_mon = pair[2] - 1, .tm_mday = pair[3],
        .tm_hour = pair[4], .tm_min = pair[5], .tm_sec = pair[6],
    };
    return true;
}

int64_t ngd_der_field_time(ngd_cursor_t *sequence, int number, const char *expected)
{
    static const struct tm epoch = { .tm_year = 70, .tm_mday = 1 };
    ngd_span_t text = ngd_der_field_bytes(sequence, number, V_ASN1_GENERALIZEDTIME, expected);
    struct tm fields;
    int days = 0;
    int secs = 0;

    if (ngd_cursor_stopped(sequence)) {
        return 0;
    }
    /* OpenSSL's calendar needs neither a time zone nor the process environment, as mktime would. */
    if (!time_fields(text, &fields) || !OPENSSL_gmtime_diff(&days, &secs, &epoch, &fields)) {
        ngd_cursor_malformed(sequence, text.data, expected);
        return 0;
    }
    return (int64_t)days * 86400 + secs;
}
