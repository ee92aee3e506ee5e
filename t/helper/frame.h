/*
 * frame.h - GSSAPI's and SPNEGO's frames around a token, and tokens of other
 * mechanisms than Kerberos.
 */
#ifndef NGD_TEST_FRAME_H
#define NGD_TEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include <gssapi/gssapi.h>

enum {
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_SEQUENCE = 0x30,
    DER_APPLICATION_0 = 0x60,
    DER_CONTEXT_0 = 0xa0,
    DER_CONTEXT_1 = 0xa1,
    DER_CONTEXT_2 = 0xa2,
    DER_CONTEXT_3 = 0xa3,
};

/* A token that grows to the front: what is put comes before what is there. */
typedef struct {
    unsigned char space[65536];
    size_t len;
} frame_t;

void frame_put(frame_t *frame, const void *bytes, size_t len);

/* Tag and length in front of all but the last `after` bytes. */
void frame_wrap(frame_t *frame, unsigned char tag, size_t after);

/* The bytes so far; they stay the frame's. */
gss_buffer_desc frame_bytes(frame_t *frame);

/* A mechanism's first token: two bytes of token id, then what is there (RFC 4121 section 4.1). */
void frame_mechanism(frame_t *frame, const gss_OID_desc *mechanism, const char *id);

/* SPNEGO's first token, which offers this mechanism alone; what is there is the mechToken. */
void frame_offer(frame_t *frame, const gss_OID_desc *mechanism);

/* A NegTokenResp as a client ends a negotiation with. */
void frame_response(frame_t *frame);

/* A bare NTLMSSP NEGOTIATE_MESSAGE. */
void frame_ntlm(frame_t *frame);

/* A NegoEx INITIATOR_NEGO message with one authentication scheme. */
void frame_negoex(frame_t *frame);

extern const gss_OID_desc oid_krb5, oid_iakerb, oid_ntlm, oid_negoex;

#endif
