/*
 * der.h - a bounded cursor over untrusted DER (X.690), private to src/token.
 *
 * A cursor stands in one element's contents and never leaves the part of them
 * that the input holds.  An element that announces more than there is gives its
 * visible part and is called cut; whatever is read from it is cut likewise, so
 * that a token which ends in the middle still shows everything before.
 *
 * All cursors of one reading share one ngd_stop_t.  The first error is kept
 * there and sticks: from then on every function returns nothing and moves
 * nowhere, so parsers are straight-line code that reads like the RFC's schema
 * and look at no error in between.
 *
 * Tags and lengths are read by OpenSSL's ASN1_get_object; der.c says how it is
 * kept from ever raising an error (which would allocate, and leave an entry in
 * the thread's error queue for somebody else's TLS code to find).
 */
#ifndef NGD_DER_H
#define NGD_DER_H

#include "token.h"

#include <openssl/asn1.h>

/* Identifier octets.  Low tag numbers only: no format here has others. */
#define NGD_DER_CONTEXT(number) (V_ASN1_CONTEXT_SPECIFIC | V_ASN1_CONSTRUCTED | (number))
#define NGD_DER_APPLICATION(number) (V_ASN1_APPLICATION | V_ASN1_CONSTRUCTED | (number))
#define NGD_DER_SEQUENCE (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED)

/* Longer lengths are damage: 3 octets already say 16 MB, and no header holds that. */
enum { NGD_DER_LENGTH_OCTETS_MAX = 3 };

typedef struct {
    const uint8_t *token;   /* where offsets count from */
    const uint8_t *at;      /* what is read next */
    const uint8_t *end;     /* of the visible part */
    bool cut;               /* the element goes on where the input has ended */
    ngd_stop_t *stop;       /* shared by all cursors of one reading */
} ngd_cursor_t;

/* A cursor over the whole input; resets *stop.  The input's end is nobody's announced end: cut. */
ngd_cursor_t ngd_cursor_over(ngd_span_t input, ngd_stop_t *stop);

size_t ngd_cursor_left(const ngd_cursor_t *in);
bool ngd_cursor_stopped(const ngd_cursor_t *in);

/* What is left of the visible part; the cursor moves to its end. */
ngd_span_t ngd_cursor_rest(ngd_cursor_t *in);

/* The next size bytes as they stand, NULL if they are not all there. */
const uint8_t *ngd_cursor_raw(ngd_cursor_t *in, size_t size, const char *expected);

/* Keep a stop, if it is the first: at where, or, for bytes that are missing, at the cursor's end. */
void ngd_cursor_malformed(const ngd_cursor_t *in, const uint8_t *where, const char *expected);
void ngd_cursor_missing(const ngd_cursor_t *in, const char *expected);

/* The cursor has to be at its element's end: nothing may follow, nothing may be missing. */
void ngd_cursor_end(ngd_cursor_t *in, const char *expected);

/* ---- elements ------------------------------------------------------------- */

/* Whether an element with this identifier octet is next.  Keeps no stop: for OPTIONAL and CHOICE. */
bool ngd_der_next_is(const ngd_cursor_t *in, int identifier);

/* Whether a SEQUENCE OF has another element; keeps a stop if the list is cut here. */
bool ngd_der_more(ngd_cursor_t *list, const char *expected);

/* The contents of the next element, which must have this identifier octet; moves behind it. */
ngd_cursor_t ngd_der_enter(ngd_cursor_t *in, int identifier, const char *expected);

/* The same for the only element in a wrapper: nothing may follow it there. */
ngd_cursor_t ngd_der_only(ngd_cursor_t *wrapper, int identifier, const char *expected);

/* The same for a primitive element: being cut is a stop at once, but the visible part is returned. */
ngd_cursor_t ngd_der_leaf(ngd_cursor_t *in, int identifier, const char *expected);

/* A leaf as bytes; data is NULL also where a cut one shows none of them. */
ngd_span_t ngd_der_leaf_bytes(ngd_cursor_t leaf);
ngd_span_t ngd_der_bytes(ngd_cursor_t *in, int identifier, const char *expected);

/* [APPLICATION number] SEQUENCE, as every Kerberos message is (RFC 4120 section 5). */
ngd_cursor_t ngd_der_message(ngd_cursor_t *in, int number, const char *expected);

/* Ends the reading of a SEQUENCE: skips fields that are not known here (RFC 4120 section 1.5.1). */
void ngd_der_finish(ngd_cursor_t *sequence, const char *expected);

/* ---- fields: [number] EXPLICIT TYPE --------------------------------------- */

bool ngd_der_has(const ngd_cursor_t *sequence, int number);
ngd_cursor_t ngd_der_field(ngd_cursor_t *sequence, int number, const char *expected);
ngd_cursor_t ngd_der_field_sequence(ngd_cursor_t *sequence, int number, const char *expected);
ngd_cursor_t ngd_der_field_leaf(ngd_cursor_t *sequence, int number, int identifier, const char *expected);
ngd_span_t ngd_der_field_bytes(ngd_cursor_t *sequence, int number, int identifier, const char *expected);

/* Int32 and UInt32 of RFC 4120 section 5.2.4; 0 after a stop. */
int32_t ngd_der_field_int32(ngd_cursor_t *sequence, int number, const char *expected);
uint32_t ngd_der_field_uint32(ngd_cursor_t *sequence, int number, const char *expected);

/* An INTEGER that has only one right value. */
void ngd_der_field_constant(ngd_cursor_t *sequence, int number, int32_t value, const char *expected);

/* ENUMERATED. */
int32_t ngd_der_field_enumerated(ngd_cursor_t *sequence, int number, const char *expected);

/* A BIT STRING's first 32 bits, bit 0 the highest; missing bits are 0 (RFC 4120 section 5.2.8). */
uint32_t ngd_der_field_flags(ngd_cursor_t *sequence, int number, const char *expected);

/* KerberosTime, in seconds since 1970 (RFC 4120 section 5.2.3). */
int64_t ngd_der_field_time(ngd_cursor_t *sequence, int number, const char *expected);

#endif
