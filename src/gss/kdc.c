#include "kdc.h"

#include <errno.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

struct ngd_kdc {
    krb5_context krb5;
    krb5_keytab keytab;
    krb5_ccache tickets;        /* in memory; NULL until somebody has signed on */
    krb5_principal client;
    char *client_name;
};

/* ---- errors ------------------------------------------------------------------------ */

static const struct {
    krb5_error_code error;
    ngd_kdc_outcome_t outcome;
} outcomes[] = {
    { KRB5_KDC_UNREACH, NGD_KDC_UNREACHABLE },
    { KRB5_REALM_UNKNOWN, NGD_KDC_UNREACHABLE },
    { KRB5_REALM_CANT_RESOLVE, NGD_KDC_UNREACHABLE },
    { KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, NGD_KDC_CLIENT_UNKNOWN },
    { KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, NGD_KDC_SERVER_UNKNOWN },
    { KRB5KDC_ERR_PRINCIPAL_NOT_UNIQUE, NGD_KDC_SERVER_UNKNOWN },
    { KRB5KDC_ERR_PREAUTH_FAILED, NGD_KDC_KEY_REFUSED },
    { KRB5_PREAUTH_FAILED, NGD_KDC_KEY_REFUSED },
    /* Without pre-authentication it is the answer that a wrong key does not open. */
    { KRB5KRB_AP_ERR_BAD_INTEGRITY, NGD_KDC_KEY_REFUSED },
    { KRB5KDC_ERR_CLIENT_REVOKED, NGD_KDC_ACCOUNT_UNUSABLE },
    { KRB5KDC_ERR_KEY_EXP, NGD_KDC_ACCOUNT_UNUSABLE },
    { KRB5KDC_ERR_NAME_EXP, NGD_KDC_ACCOUNT_UNUSABLE },
    { KRB5KDC_ERR_ETYPE_NOSUPP, NGD_KDC_NO_COMMON_ENCTYPE },
    { KRB5KRB_AP_ERR_SKEW, NGD_KDC_CLOCK },
    { KRB5_KDCREP_SKEW, NGD_KDC_CLOCK },
    { KRB5_KT_NOTFOUND, NGD_KDC_NO_KEY },
};

static ngd_kdc_outcome_t outcome_of(krb5_error_code error)
{
    if (error == 0) {
        return NGD_KDC_FINE;
    }
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        if (outcomes[i].error == error) {
            return outcomes[i].outcome;
        }
    }
    return NGD_KDC_OTHER;
}

static void set_answer(krb5_context krb5, krb5_error_code error, ngd_kdc_answer_t *answer)
{
    const char *words;

    *answer = (ngd_kdc_answer_t){ .outcome = outcome_of(error), .error = error };
    if (error == 0) {
        return;
    }
    answer->code = ngd_fault_code(error);
    words = krb5_get_error_message(krb5, error);
    snprintf(answer->words, sizeof answer->words, "%s", words);
    krb5_free_error_message(krb5, words);
}

/* ---- life ---------------------------------------------------------------------------- */

static krb5_error_code resolve_keytab(ngd_kdc_t *kdc, const char *path)
{
    krb5_error_code error;
    char *name;

    if (asprintf(&name, "FILE:%s", path) < 0) {
        return ENOMEM;
    }
    error = krb5_kt_resolve(kdc->krb5, name, &kdc->keytab);
    free(name);
    return error;
}

ngd_kdc_t *ngd_kdc_open(const char *keytab, ngd_kdc_answer_t *answer)
{
    ngd_kdc_t *kdc = calloc(1, sizeof *kdc);
    krb5_error_code error = kdc ? krb5_init_context(&kdc->krb5) : ENOMEM;

    if (!error) {
        error = resolve_keytab(kdc, keytab);
    }
    set_answer(kdc ? kdc->krb5 : NULL, error, answer);
    if (error) {
        ngd_kdc_close(kdc);
        return NULL;
    }
    return kdc;
}

static void forget_client(ngd_kdc_t *kdc)
{
    if (kdc->tickets) {
        krb5_cc_destroy(kdc->krb5, kdc->tickets);
    }
    krb5_free_principal(kdc->krb5, kdc->client);
    free(kdc->client_name);
    kdc->tickets = NULL;
    kdc->client = NULL;
    kdc->client_name = NULL;
}

void ngd_kdc_close(ngd_kdc_t *kdc)
{
    if (!kdc) {
        return;
    }
    if (kdc->krb5) {
        forget_client(kdc);
        if (kdc->keytab) {
            krb5_kt_close(kdc->krb5, kdc->keytab);
        }
        krb5_free_context(kdc->krb5);
    }
    free(kdc);
}

/* ---- signing on ------------------------------------------------------------------------ */

static krb5_error_code set_client(ngd_kdc_t *kdc, krb5_const_principal client)
{
    char *name;
    krb5_error_code error = krb5_copy_principal(kdc->krb5, client, &kdc->client);

    if (!error) {
        error = krb5_unparse_name(kdc->krb5, client, &name);
    }
    if (!error) {
        kdc->client_name = strdup(name);
        krb5_free_unparsed_name(kdc->krb5, name);
        error = kdc->client_name ? krb5_cc_new_unique(kdc->krb5, "MEMORY", NULL, &kdc->tickets) : ENOMEM;
    }
    return error ? error : krb5_cc_initialize(kdc->krb5, kdc->tickets, kdc->client);
}

static krb5_error_code get_initial_ticket(ngd_kdc_t *kdc, krb5_principal client, krb5_creds *ticket)
{
    enum { LIFE_SECS = 300 };   /* it is needed for a moment */
    krb5_get_init_creds_opt *options;
    krb5_error_code error = krb5_get_init_creds_opt_alloc(kdc->krb5, &options);

    if (error) {
        return error;
    }
    krb5_get_init_creds_opt_set_tkt_life(options, LIFE_SECS);
    krb5_get_init_creds_opt_set_forwardable(options, 0);
    krb5_get_init_creds_opt_set_proxiable(options, 0);
    error = krb5_get_init_creds_keytab(kdc->krb5, ticket, client, kdc->keytab, 0, NULL, options);
    krb5_get_init_creds_opt_free(kdc->krb5, options);
    return error;
}

static krb5_error_code sign_on(ngd_kdc_t *kdc, krb5_principal client)
{
    krb5_creds ticket;
    krb5_error_code error;

    memset(&ticket, 0, sizeof ticket);
    error = get_initial_ticket(kdc, client, &ticket);
    if (error) {
        return error;
    }
    error = set_client(kdc, client);
    if (!error) {
        error = krb5_cc_store_cred(kdc->krb5, kdc->tickets, &ticket);
    }
    krb5_free_cred_contents(kdc->krb5, &ticket);
    return error;
}

void ngd_kdc_sign_on(ngd_kdc_t *kdc, const char *principal, ngd_kdc_answer_t *answer)
{
    krb5_principal client;
    krb5_error_code error = krb5_parse_name(kdc->krb5, principal, &client);

    forget_client(kdc);
    if (!error) {
        error = sign_on(kdc, client);
        krb5_free_principal(kdc->krb5, client);
    }
    set_answer(kdc->krb5, error, answer);
    if (error) {
        forget_client(kdc);
    }
}

/* ---- the caller's tickets ------------------------------------------------------------------ */

static bool grants_tickets(const krb5_creds *ticket)
{
    krb5_const_principal server = ticket->server;

    return server->length == 2 && krb5_princ_component(NULL, server, 0)->length == strlen(KRB5_TGS_NAME)
           && memcmp(krb5_princ_component(NULL, server, 0)->data, KRB5_TGS_NAME, strlen(KRB5_TGS_NAME)) == 0;
}

/* Service tickets stay behind: one that was got before the last new key would be taken for the KDC's answer. */
static krb5_error_code copy_granting_tickets(ngd_kdc_t *kdc, krb5_ccache from)
{
    krb5_cc_cursor cursor;
    krb5_creds ticket;
    krb5_error_code error = krb5_cc_start_seq_get(kdc->krb5, from, &cursor);

    if (error) {
        return error;
    }
    while (!error && krb5_cc_next_cred(kdc->krb5, from, &cursor, &ticket) == 0) {
        if (grants_tickets(&ticket)) {
            error = krb5_cc_store_cred(kdc->krb5, kdc->tickets, &ticket);
        }
        krb5_free_cred_contents(kdc->krb5, &ticket);
    }
    krb5_cc_end_seq_get(kdc->krb5, from, &cursor);
    return error;
}

static krb5_error_code take_tickets(ngd_kdc_t *kdc, krb5_ccache from)
{
    krb5_principal client;
    krb5_error_code error = krb5_cc_get_principal(kdc->krb5, from, &client);

    if (error) {
        return error;
    }
    error = set_client(kdc, client);
    krb5_free_principal(kdc->krb5, client);
    return error ? error : copy_granting_tickets(kdc, from);
}

void ngd_kdc_take_tickets(ngd_kdc_t *kdc, const char *ccache, ngd_kdc_answer_t *answer)
{
    krb5_ccache from;
    krb5_error_code error = ccache ? krb5_cc_resolve(kdc->krb5, ccache, &from) : krb5_cc_default(kdc->krb5, &from);

    forget_client(kdc);
    if (!error) {
        error = take_tickets(kdc, from);
        krb5_cc_close(kdc->krb5, from);
    }
    set_answer(kdc->krb5, error, answer);
    if (error) {
        forget_client(kdc);
    }
}

const char *ngd_kdc_client(const ngd_kdc_t *kdc)
{
    return kdc->client_name;
}

int64_t ngd_kdc_clock_ahead_secs(const ngd_kdc_t *kdc)
{
    krb5_timestamp secs = 0;
    krb5_int32 usecs = 0;

    krb5_get_time_offsets(kdc->krb5, &secs, &usecs);
    return secs;
}

/* ---- asking for a ticket --------------------------------------------------------------------- */

/* A keytab in memory with the entries of one principal alone; NULL where there are none. */
static krb5_keytab own_entries(ngd_kdc_t *kdc, krb5_const_principal principal)
{
    krb5_keytab own = NULL;
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    char name[64];

    snprintf(name, sizeof name, "MEMORY:own-%p", (const void *)principal);
    if (krb5_kt_start_seq_get(kdc->krb5, kdc->keytab, &cursor) != 0) {
        return NULL;
    }
    while (krb5_kt_next_entry(kdc->krb5, kdc->keytab, &entry, &cursor) == 0) {
        if (krb5_principal_compare(kdc->krb5, entry.principal, principal)
            && (own || krb5_kt_resolve(kdc->krb5, name, &own) == 0)) {
            krb5_kt_add_entry(kdc->krb5, own, &entry);
        }
        krb5_free_keytab_entry_contents(kdc->krb5, &entry);
    }
    krb5_kt_end_seq_get(kdc->krb5, kdc->keytab, &cursor);
    return own;
}

/* krb5 puts the name of the entry that opens a ticket in the place of the ticket's own. */
static bool opens(ngd_kdc_t *kdc, krb5_keytab keytab, const krb5_data *der, char **opened_by)
{
    krb5_ticket *ticket;
    char *name;
    bool opened;

    if (krb5_decode_ticket(der, &ticket) != 0) {
        return false;
    }
    opened = krb5_server_decrypt_ticket_keytab(kdc->krb5, keytab, ticket) == 0;
    if (opened && opened_by && krb5_unparse_name(kdc->krb5, ticket->server, &name) == 0) {
        *opened_by = strdup(name);
        krb5_free_unparsed_name(kdc->krb5, name);
    }
    krb5_free_ticket(kdc->krb5, ticket);
    return opened;
}

static krb5_error_code read_ticket(ngd_kdc_t *kdc, const krb5_creds *creds, krb5_const_principal service,
                                   ngd_kdc_ticket_t *facts)
{
    krb5_ticket *ticket;
    krb5_keytab own;
    krb5_error_code error = krb5_decode_ticket(&creds->ticket, &ticket);

    if (error) {
        return error;
    }
    facts->kvno = ticket->enc_part.kvno;
    facts->enctype = ticket->enc_part.enctype;
    facts->session_enctype = creds->keyblock.enctype;
    krb5_free_ticket(kdc->krb5, ticket);
    opens(kdc, kdc->keytab, &creds->ticket, &facts->opened_by);
    own = own_entries(kdc, service);
    if (own) {
        facts->opened_by_own = opens(kdc, own, &creds->ticket, NULL);
        krb5_kt_close(kdc->krb5, own);
    }
    return 0;
}

static krb5_error_code ask(ngd_kdc_t *kdc, krb5_principal service, ngd_kdc_ticket_t *facts)
{
    krb5_creds wanted = { .client = kdc->client, .server = service };
    krb5_creds *got;
    krb5_error_code error = krb5_get_credentials(kdc->krb5, 0, kdc->tickets, &wanted, &got);

    if (error) {
        return error;
    }
    error = read_ticket(kdc, got, service, facts);
    krb5_free_creds(kdc->krb5, got);
    return error;
}

void ngd_kdc_ask(ngd_kdc_t *kdc, const char *spn, ngd_kdc_ticket_t *ticket)
{
    krb5_principal service;
    krb5_error_code error = krb5_parse_name(kdc->krb5, spn, &service);

    memset(ticket, 0, sizeof *ticket);
    if (!error) {
        error = ask(kdc, service, ticket);
        krb5_free_principal(kdc->krb5, service);
    }
    set_answer(kdc->krb5, error, &ticket->answer);
}

void ngd_kdc_ticket_release(ngd_kdc_ticket_t *ticket)
{
    free(ticket->opened_by);
    ticket->opened_by = NULL;
}
