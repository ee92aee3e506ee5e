#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const gss_OID_desc oid_krb5 = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
const gss_OID_desc oid_iakerb = {6, "\x2b\x06\x01\x05\x02\x05"};
const gss_OID_desc oid_ntlm = {10, "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};
const gss_OID_desc oid_negoex = {10, "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e"};
static const gss_OID_desc oid_spnego = {6, "\x2b\x06\x01\x05\x05\x02"};

void frame_put(frame_t *frame, const void *bytes, size_t len)
{
    if (len > sizeof(frame->space) - frame->len) {
        fputs("the token is too long\n", stderr);
        exit(1);
    }
    frame->len += len;
    memcpy(frame->space + sizeof(frame->space) - frame->len, bytes, len);
}

static void put_byte(frame_t *frame, size_t value)
{
    unsigned char byte = (unsigned char)value;
    frame_put(frame, &byte, 1);
}

void frame_wrap(frame_t *frame, unsigned char tag, size_t after)
{
    size_t len = frame->len - after;
    if (len < 0x80) {
        put_byte(frame, len);
    } else {
        size_t bytes = 0;
        for (size_t rest = len; rest != 0; rest >>= 8, bytes++)
            put_byte(frame, rest & 0xff);
        put_byte(frame, 0x80 | bytes);
    }
    put_byte(frame, tag);
}

gss_buffer_desc frame_bytes(frame_t *frame)
{
    return (gss_buffer_desc){frame->len, frame->space + sizeof(frame->space) - frame->len};
}

static void put_oid(frame_t *frame, const gss_OID_desc *oid)
{
    size_t after = frame->len;
    frame_put(frame, oid->elements, oid->length);
    frame_wrap(frame, DER_OID, after);
}

void frame_mechanism(frame_t *frame, const gss_OID_desc *mechanism, const char *id)
{
    frame_put(frame, id, 2);
    put_oid(frame, mechanism);
    frame_wrap(frame, DER_APPLICATION_0, 0);
}

void frame_offer(frame_t *frame, const gss_OID_desc *mechanism)
{
    frame_wrap(frame, DER_OCTET_STRING, 0);
    frame_wrap(frame, DER_CONTEXT_2, 0);
    size_t after = frame->len;
    put_oid(frame, mechanism);
    frame_wrap(frame, DER_SEQUENCE, after);
    frame_wrap(frame, DER_CONTEXT_0, after);
    frame_wrap(frame, DER_SEQUENCE, 0);
    frame_wrap(frame, DER_CONTEXT_0, 0);
    put_oid(frame, &oid_spnego);
    frame_wrap(frame, DER_APPLICATION_0, 0);
}

void frame_response(frame_t *frame)
{
    static const char mic[28] = "\x04\x04\x04\xff\xff\xff\xff\xff"; /* RFC 4121 section 4.2.6.1 */
    static const char accept_completed[] = {'\x0a', '\x01', '\x00'};
    frame_put(frame, mic, sizeof(mic));
    frame_wrap(frame, DER_OCTET_STRING, 0);
    frame_wrap(frame, DER_CONTEXT_3, 0);
    size_t after = frame->len;
    frame_put(frame, accept_completed, sizeof(accept_completed));
    frame_wrap(frame, DER_CONTEXT_0, after);
    frame_wrap(frame, DER_SEQUENCE, 0);
    frame_wrap(frame, DER_CONTEXT_1, 0);
}

void frame_ntlm(frame_t *frame)
{
    /* Signature, type 1, flags, no domain, no workstation, version of Windows 10 (MS-NLMP section 2.2.1.1). */
    static const char message[] = "NTLMSSP\0\1\0\0\0\x97\x82\x08\xe2"
                                  "\0\0\0\0\0\0\0\0"
                                  "\0\0\0\0\0\0\0\0"
                                  "\x0a\0\x61\x4a\0\0\0\x0f";
    frame_put(frame, message, sizeof(message) - 1);
}

void frame_negoex(frame_t *frame)
{
    /*
     * MESSAGE_HEADER (signature, type, sequence, lengths of header and message,
     * conversation), random bytes, version, offset and count of the schemes and
     * of the extensions, the scheme (MS-NEGOEX section 2.2.6).
     */
    static const char message[] = "NEGOEXTS\0\0\0\0\0\0\0\0\x60\0\0\0\x70\0\0\0"
                                  "conversation id."
                                  "thirty-two bytes that are random"
                                  "\0\0\0\0\0\0\0\0"
                                  "\x60\0\0\0\1\0\0\0"
                                  "\x70\0\0\0\0\0\0\0"
                                  "\x5c\x33\x53\x0d\xea\xf9\x0d\x4d\xb2\xec\x4a\xe3\x78\x6e\xc3\x08";
    frame_put(frame, message, sizeof(message) - 1);
}
