#include "fault.h"

#include <stdio.h>
#include <string.h>

enum { STATUS_MESSAGES_MAX = 4 };

/* Appends all messages of one status code, separated by "; ". */
static void append_status(OM_uint32 code, int type, gss_OID mech, char *out, size_t size)
{
    OM_uint32 context = 0, minor;
    gss_buffer_desc message;

    for (int i = 0; i < STATUS_MESSAGES_MAX && (i == 0 || context != 0); i++) {
        size_t used = strlen(out);
        if (gss_display_status(&minor, code, type, mech, &context, &message) != GSS_S_COMPLETE) {
            return;
        }
        snprintf(out + used, size - used, "%s%.*s", i ? "; " : "", (int)message.length, (const char *)message.value);
        gss_release_buffer(&minor, &message);
    }
}

/* krb5's error table has the codes of RFC 4120 first, then its own. */
int32_t ngd_fault_code(krb5_error_code error)
{
    enum { CODES = 128 };
    int64_t code = (int64_t)error - ERROR_TABLE_BASE_krb5;

    return code > 0 && code < CODES ? (int32_t)code : 0;
}

void ngd_fault_text(OM_uint32 major, OM_uint32 minor, gss_OID mech, char *out, size_t size)
{
    out[0] = '\0';
    /* GSS_S_FAILURE says no more than to look at the minor status. */
    if (minor == 0 || GSS_ROUTINE_ERROR(major) != GSS_S_FAILURE) {
        append_status(major, GSS_C_GSS_CODE, GSS_C_NO_OID, out, size);
    }
    if (minor != 0) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s", used ? ": " : "");
        append_status(minor, GSS_C_MECH_CODE, mech, out, size);
    }
}
