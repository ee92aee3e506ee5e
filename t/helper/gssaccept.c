/*
 * gssaccept [--why] KEYTAB [NAME]
 *
 * What bare GSSAPI says about tokens: reads them in base64, one per line, each
 * as the first of a context of its own, and prints per line "accept CLIENT",
 * "continue" or "refuse" (also for what is no base64).  There is no replay cache, so the same token may be
 * asked about again.  NAME restricts the keytab's entries, as "HTTP" or
 * "HTTP@host" does; without it any entry may open a ticket.
 *
 *   --why           prints "refuse CODE" or "continue CODE" where Kerberos says why:
 *                   its error code (RFC 4120 section 7.5.9, MIT's own from 128
 *                   on).  SPNEGO hides it: only a bare Kerberos token brings it out.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <krb5/krb5.h>

#include "base64.h"

static gss_name_t import_name(const char *text)
{
    OM_uint32 minor;
    gss_name_t name = GSS_C_NO_NAME;
    gss_buffer_desc buffer = {strlen(text), (void *)(uintptr_t)text};
    if (GSS_ERROR(gss_import_name(&minor, &buffer, GSS_C_NT_HOSTBASED_SERVICE, &name))) {
        fprintf(stderr, "gssaccept: %s is no name\n", text);
        exit(1);
    }
    return name;
}

static gss_cred_id_t acquire(const char *keytab, gss_name_t name)
{
    OM_uint32 minor;
    gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
    gss_key_value_element_desc elements[] = {
        {.key = "keytab", .value = keytab},
        {.key = "rcache", .value = "none:"},
    };
    gss_key_value_set_desc store = {.count = 2, .elements = elements};
    if (GSS_ERROR(gss_acquire_cred_from(&minor, name, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_ACCEPT, &store,
                                        &credential, NULL, NULL))) {
        fprintf(stderr, "gssaccept: no credential in %s\n", keytab);
        exit(1);
    }
    return credential;
}

static void print_accepted(gss_name_t client)
{
    OM_uint32 minor;
    gss_buffer_desc name = GSS_C_EMPTY_BUFFER;
    gss_display_name(&minor, client, &name, NULL);
    printf("accept %.*s\n", (int)name.length, (char *)name.value);
    gss_release_buffer(&minor, &name);
}

static void print_verdict(const char *verdict, OM_uint32 minor, bool why)
{
    long code = (krb5_error_code)minor - ERROR_TABLE_BASE_krb5;
    if (why && code >= 0 && code <= 255)
        printf("%s %ld\n", verdict, code);
    else
        puts(verdict);
}

static void judge(gss_cred_id_t credential, gss_buffer_t token, bool why)
{
    OM_uint32 minor;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_name_t client = GSS_C_NO_NAME;
    gss_buffer_desc answer = GSS_C_EMPTY_BUFFER;
    OM_uint32 major = gss_accept_sec_context(&minor, &context, credential, token, GSS_C_NO_CHANNEL_BINDINGS, &client,
                                             NULL, &answer, NULL, NULL, NULL);
    if (GSS_ERROR(major))
        print_verdict("refuse", minor, why);
    else if (major == GSS_S_CONTINUE_NEEDED)
        print_verdict("continue", minor, why);
    else
        print_accepted(client);
    gss_release_buffer(&minor, &answer);
    gss_release_name(&minor, &client);
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"why", no_argument, NULL, 'w'}, {NULL, 0, NULL, 0}};
    OM_uint32 minor;
    bool why = false, usable = true;
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        why = letter == 'w';
        usable = usable && why;
    }
    int rest = argc - optind;
    if (!usable || rest < 1 || rest > 2) {
        fputs("usage: gssaccept [--why] KEYTAB [NAME]\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    gss_name_t name = rest == 2 ? import_name(argv[optind + 1]) : GSS_C_NO_NAME;
    gss_cred_id_t credential = acquire(argv[optind], name);
    gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
    while (read_base64(stdin, &token)) {
        if (token.value == NULL)
            puts("refuse");
        else
            judge(credential, &token, why);
        free(token.value);
    }
    gss_release_cred(&minor, &credential);
    gss_release_name(&minor, &name);
    return 0;
}
