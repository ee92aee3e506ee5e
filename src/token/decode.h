/*
 * decode.h - the decoders behind ngd_token_decode, private to src/token.
 *
 * Each is given a cursor that stands before what it decodes, fills in what it
 * can and leaves its first error in the cursor's stop.
 */
#ifndef NGD_DECODE_H
#define NGD_DECODE_H

#include "der.h"

/* NTLMSSP messages begin with this, its terminator included (MS-NLMP section 2.2.1). */
#define NGD_NTLM_SIGNATURE "NTLMSSP"

/* The mechanism of an OID's DER contents. */
ngd_mech_t ngd_mech_of_oid(ngd_span_t oid);

/* Kerberos proper, under either of its two OIDs. */
bool ngd_mech_is_kerberos(ngd_mech_t mech);

/* What SPNEGO wraps: the cursor over it, empty if there is none, and the mechanism it was sent for. */
typedef struct {
    ngd_cursor_t in;
    ngd_mech_t sent_for;
} ngd_wrapped_t;

/* NegotiationToken: NegTokenInit, NegTokenInit2 or NegTokenResp. */
ngd_wrapped_t ngd_spnego_decode(ngd_cursor_t *in, ngd_token_t *token);

/* Whether a Kerberos message begins here without the framing of RFC 2743. */
bool ngd_kerberos_begins(const ngd_cursor_t *in);

/* A token of RFC 4121 section 4.1 behind its OID: TOK_ID and message. */
void ngd_kerberos_decode(ngd_cursor_t *in, ngd_token_t *token);

/* The message alone. */
void ngd_kerberos_message(ngd_cursor_t *in, ngd_token_t *token);

/* Whether what stands here is the beginning of an NTLMSSP message, or of its signature if that is cut. */
bool ngd_ntlm_begins(const ngd_cursor_t *in);
void ngd_ntlm_decode(ngd_cursor_t *in, ngd_ntlm_t *ntlm);

#endif
