/*
 * mechanism.h - the GSSAPI mechanisms that this acceptor knows.
 */
#ifndef NGD_MECHANISM_H
#define NGD_MECHANISM_H

#include <gssapi/gssapi.h>

/* 1.3.6.1.5.5.2 (RFC 4178); gssapi_krb5.h has Kerberos's, and none has this one */
extern const gss_OID_desc *const ngd_mech_spnego;

#endif
