/*
 * fault.h - what GSSAPI and krb5 say of a failure: the code, and words for people.
 *
 * The words are texts of other libraries, in no fixed wording: they go into the log
 * and are never taken for facts.
 */
#ifndef NGD_FAULT_H
#define NGD_FAULT_H

#include <gssapi/gssapi.h>
#include <krb5.h>
#include <stddef.h>
#include <stdint.h>

/* The code of RFC 4120 section 7.5.9 that a krb5 error stands for; 0 for krb5's own and the system's errors. */
int32_t ngd_fault_code(krb5_error_code error);

/*
 * Writes "major text: minor text", NUL-terminated; without the minor where it is
 * 0, without the major where it only points to the minor.  mech may be NULL.
 */
void ngd_fault_text(OM_uint32 major, OM_uint32 minor, gss_OID mech, char *out, size_t size);

#endif
