/*
 * fault.h - what GSSAPI and krb5 say of a failure, for people.
 *
 * Texts of other libraries, in no fixed wording: they go into the log and are
 * never taken for facts.
 */
#ifndef NGD_FAULT_H
#define NGD_FAULT_H

#include <gssapi/gssapi.h>
#include <stddef.h>

/*
 * Writes "major text: minor text", NUL-terminated; without the minor where it is
 * 0, without the major where it only points to the minor.  mech may be NULL.
 */
void ngd_fault_text(OM_uint32 major, OM_uint32 minor, gss_OID mech, char *out, size_t size);

#endif
