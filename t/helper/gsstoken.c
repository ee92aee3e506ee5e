/*
 * gsstoken SPN [--mech spnego|krb5] [--ntlm-first] [--no-mutual] [--delegate] [--count N] [--dialog]
 *
 * Prints the first token of a client of the service SPN ("HTTP/host" or
 * "HTTP@host") in base64, with the credentials that the environment names.
 *
 *   --mech krb5     a bare Kerberos token instead of SPNEGO
 *   --ntlm-first    SPNEGO that prefers NTLM and offers Kerberos too; needs a
 *                   GSSAPI mechanism for NTLM (GSS_MECH_CONFIG, NTLM_USER_FILE)
 *   --count N       N tokens, each of a context of its own
 *   --dialog        then reads the server's tokens, a line each, and prints the
 *                   answers; an empty line says that the client has no more to send
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include "base64.h"

static gss_OID_desc spnego = {6, "\x2b\x06\x01\x05\x05\x02"};
static gss_OID_desc krb5 = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
static gss_OID_desc ntlm = {10, "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};

typedef struct {
    const char *spn;
    gss_OID mechanism;
    bool ntlm_first;
    bool dialog;
    OM_uint32 flags;
    long count;
} options_t;

static void complain(const char *what, OM_uint32 status, int type)
{
    OM_uint32 minor, more = 0;
    do {
        gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
        if (GSS_ERROR(gss_display_status(&minor, status, type, GSS_C_NO_OID, &more, &text)))
            return;
        fprintf(stderr, "gsstoken: %s: %.*s\n", what, (int)text.length, (char *)text.value);
        gss_release_buffer(&minor, &text);
    } while (more != 0);
}

static void need(const char *what, OM_uint32 major, OM_uint32 minor)
{
    if (!GSS_ERROR(major))
        return;
    complain(what, major, GSS_C_GSS_CODE);
    complain(what, minor, GSS_C_MECH_CODE);
    exit(1);
}

static gss_name_t import_spn(const char *spn)
{
    OM_uint32 major, minor;
    gss_name_t name = GSS_C_NO_NAME;
    gss_buffer_desc text = {strlen(spn), (void *)(uintptr_t)spn};
    gss_OID type = strchr(spn, '/') != NULL ? (gss_OID)GSS_KRB5_NT_PRINCIPAL_NAME : GSS_C_NT_HOSTBASED_SERVICE;
    major = gss_import_name(&minor, &text, type, &name);
    need(spn, major, minor);
    return name;
}

static gss_cred_id_t acquire(const options_t *options)
{
    OM_uint32 major, minor;
    gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
    gss_OID_desc both[] = {ntlm, krb5};
    gss_OID_set_desc one = {1, options->mechanism}, order = {2, both};
    major = gss_acquire_cred(&minor, GSS_C_NO_NAME, 0, &one, GSS_C_INITIATE, &credential, NULL, NULL);
    need("credential", major, minor);
    if (options->ntlm_first) {
        major = gss_set_neg_mechs(&minor, credential, &order);
        need("order of mechanisms", major, minor);
    }
    return credential;
}

/* One leg; true while the server has to answer. */
static bool leg(const options_t *options, gss_cred_id_t credential, gss_name_t name, gss_ctx_id_t *context,
                gss_buffer_t input)
{
    OM_uint32 minor;
    gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
    OM_uint32 major = gss_init_sec_context(&minor, credential, context, name, options->mechanism, options->flags, 0,
                                           GSS_C_NO_CHANNEL_BINDINGS, input, NULL, &output, NULL, NULL);
    need("context", major, minor);
    print_base64(stdout, &output);
    gss_release_buffer(&minor, &output);
    return major == GSS_S_CONTINUE_NEEDED;
}

static void converse(const options_t *options, gss_cred_id_t credential, gss_name_t name)
{
    OM_uint32 minor;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc input = GSS_C_EMPTY_BUFFER;
    bool more = leg(options, credential, name, &context, GSS_C_NO_BUFFER);
    while (more && options->dialog && read_base64(stdin, &input)) {
        more = leg(options, credential, name, &context, &input);
        free(input.value);
    }
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
}

static gss_OID mechanism_by_name(const char *name)
{
    if (strcmp(name, "spnego") == 0)
        return &spnego;
    if (strcmp(name, "krb5") == 0)
        return &krb5;
    return GSS_C_NO_OID;
}

static bool parse(int argc, char **argv, options_t *options)
{
    static const struct option known[] = {
        {"mech", required_argument, NULL, 'm'},
        {"ntlm-first", no_argument, NULL, 'n'},
        {"no-mutual", no_argument, NULL, 'u'},
        {"delegate", no_argument, NULL, 'd'},
        {"count", required_argument, NULL, 'c'},
        {"dialog", no_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    int letter;
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (letter) {
        case 'm':
            options->mechanism = mechanism_by_name(optarg);
            break;
        case 'n':
            options->ntlm_first = true;
            break;
        case 'u':
            options->flags &= ~(OM_uint32)GSS_C_MUTUAL_FLAG;
            break;
        case 'd':
            options->flags |= GSS_C_DELEG_FLAG;
            break;
        case 'c':
            options->count = strtol(optarg, NULL, 10);
            break;
        case 't':
            options->dialog = true;
            break;
        default:
            return false;
        }
    }
    options->spn = argv[optind];
    return argc == optind + 1 && options->mechanism != GSS_C_NO_OID;
}

int main(int argc, char **argv)
{
    OM_uint32 minor;
    options_t options = {.mechanism = &spnego, .flags = GSS_C_MUTUAL_FLAG, .count = 1};
    if (!parse(argc, argv, &options)) {
        fputs("usage: gsstoken SPN [--mech spnego|krb5] [--ntlm-first] [--no-mutual] [--delegate] [--count N] "
              "[--dialog]\n",
              stderr);
        return 2;
    }
    gss_name_t name = import_spn(options.spn);
    gss_cred_id_t credential = acquire(&options);
    for (long done = 0; done < options.count; done++)
        converse(&options, credential, name);
    gss_release_cred(&minor, &credential);
    gss_release_name(&minor, &name);
    return 0;
}
