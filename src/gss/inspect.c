#include "inspect.h"

#include <stdlib.h>
#include <string.h>

#include "thread.h"

enum { USECS_PER_SEC = 1000000 };

static krb5_data as_data(ngd_span_t span)
{
    return (krb5_data){ .magic = KV5M_DATA, .length = (unsigned int)span.len, .data = (char *)span.data };
}

/*
 * Decrypts with one key; the plain text is the caller's.  krb5's encryption
 * types carry an integrity check, so success means that this is the key.
 */
static bool decrypts(krb5_context krb5, const krb5_keyblock *key, krb5_keyusage usage, const krb5_enc_data *cipher,
                     krb5_data *plain)
{
    plain->magic = KV5M_DATA;
    plain->length = cipher->ciphertext.length;
    plain->data = malloc(plain->length ? plain->length : 1);
    if (plain->data && krb5_c_decrypt(krb5, key, usage, NULL, cipher, plain) == 0) {
        return true;
    }
    free(plain->data);
    plain->data = NULL;
    return false;
}

static void wipe(krb5_data *plain, unsigned int allocated)
{
    if (plain->data) {
        explicit_bzero(plain->data, allocated);
        free(plain->data);
        plain->data = NULL;
    }
}

/* ---- which key -------------------------------------------------------------------------------- */

static bool opens(krb5_context krb5, const krb5_keytab_entry *entry, const krb5_enc_data *cipher)
{
    krb5_boolean similar;
    krb5_keyblock key = entry->key;
    krb5_data plain;

    if (krb5_c_enctype_compare(krb5, key.enctype, cipher->enctype, &similar) != 0 || !similar) {
        return false;
    }
    key.enctype = cipher->enctype;
    if (!decrypts(krb5, &key, KRB5_KEYUSAGE_KDC_REP_TICKET, cipher, &plain)) {
        return false;
    }
    wipe(&plain, cipher->ciphertext.length);
    return true;
}

static const ngd_keytab_entry_t *index_of(krb5_context krb5, const ngd_keyset_t *keys, const krb5_keytab_entry *entry)
{
    const ngd_keytab_entry_t *found = NULL;
    size_t count;
    const ngd_keytab_entry_t *entries = ngd_keyset_entries(keys, &count);
    char *name;

    if (krb5_unparse_name(krb5, entry->principal, &name) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < count && !found; i++) {
        if (entries[i].kvno == entry->vno && entries[i].enctype == entry->key.enctype
            && strcmp(entries[i].principal, name) == 0) {
            found = &entries[i];
        }
    }
    krb5_free_unparsed_name(krb5, name);
    return found;
}

/* The entry whose key opens the ticket; of several (aliases of one account) that of the name in the ticket. */
static const ngd_keytab_entry_t *match(krb5_context krb5, const ngd_keyset_t *keys, krb5_keytab keytab,
                                       const krb5_ticket *ticket)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    const ngd_keytab_entry_t *found = NULL;
    bool exact = false;

    if (krb5_kt_start_seq_get(krb5, keytab, &cursor) != 0) {
        return NULL;
    }
    while (!exact && krb5_kt_next_entry(krb5, keytab, &entry, &cursor) == 0) {
        bool named = krb5_principal_compare(krb5, entry.principal, ticket->server)
                     && entry.vno == ticket->enc_part.kvno;
        if ((named || !found) && opens(krb5, &entry, &ticket->enc_part)) {
            found = index_of(krb5, keys, &entry);
            exact = named;
        }
        krb5_free_keytab_entry_contents(krb5, &entry);
    }
    krb5_kt_end_seq_get(krb5, keytab, &cursor);
    return found;
}

/* ---- what it shows ---------------------------------------------------------------------------- */

static char *principal_name(krb5_context krb5, krb5_const_principal principal)
{
    char *name, *copy;

    if (!principal || krb5_unparse_name(krb5, principal, &name) != 0) {
        return NULL;
    }
    copy = strdup(name);
    krb5_free_unparsed_name(krb5, name);
    return copy;
}

/* Kerberos time is 32 bits; krb5 reads it as unsigned, which lasts until 2106. */
static int64_t as_secs(krb5_timestamp time)
{
    return (int64_t)(uint32_t)time;
}

static void read_ticket(krb5_context krb5, const krb5_ticket *ticket, ngd_inspection_t *inspection)
{
    const krb5_enc_tkt_part *part = ticket->enc_part2;

    inspection->ticket = (ngd_ticket_facts_t){
        .opened = true,
        .client = principal_name(krb5, part->client),
        .server = inspection->matched ? strdup(inspection->matched->principal) : NULL,
        .flags = (uint32_t)part->flags,
        .auth_time_secs = as_secs(part->times.authtime),
        .start_time_secs = as_secs(part->times.starttime),
        .end_time_secs = as_secs(part->times.endtime),
        .renew_till_secs = as_secs(part->times.renew_till),
        .session_enctype = part->session ? part->session->enctype : 0,
    };
}

static void read_authenticator(krb5_context krb5, const krb5_keyblock *session, const ngd_encrypted_t *encrypted,
                               ngd_inspection_t *inspection)
{
    krb5_enc_data cipher = {
        .magic = KV5M_ENC_DATA,
        .enctype = encrypted->enctype,
        .ciphertext = as_data(encrypted->cipher),
    };
    ngd_authenticator_t authenticator;
    krb5_data plain;

    if (!decrypts(krb5, session, KRB5_KEYUSAGE_AP_REQ_AUTH, &cipher, &plain)) {
        return;
    }
    ngd_span_t bytes = { (const uint8_t *)plain.data, plain.length };
    if (ngd_authenticator_decode(bytes, &authenticator).reason == NGD_STOP_NONE) {
        inspection->has_client_time = true;
        inspection->client_usecs =
            authenticator.client_time_secs * USECS_PER_SEC + authenticator.client_time_usecs;
    }
    wipe(&plain, cipher.ciphertext.length);
}

static void inspect_ticket(krb5_context krb5, ngd_keyset_t *keys, krb5_ticket *ticket,
                           const ngd_encrypted_t *authenticator, ngd_inspection_t *inspection)
{
    krb5_keytab keytab;

    if (krb5_kt_resolve(krb5, ngd_keyset_name(keys), &keytab) != 0) {
        return;
    }
    inspection->matched = match(krb5, keys, keytab, ticket);
    if (inspection->matched && krb5_server_decrypt_ticket_keytab(krb5, keytab, ticket) == 0) {
        read_ticket(krb5, ticket, inspection);
        if (authenticator->present && ticket->enc_part2->session) {
            read_authenticator(krb5, ticket->enc_part2->session, authenticator, inspection);
        }
    }
    krb5_kt_close(krb5, keytab);
}

void ngd_inspect(ngd_keyset_t *keys, const ngd_ap_req_t *ap_req, ngd_inspection_t *inspection)
{
    krb5_context krb5 = ngd_thread_krb5();
    krb5_data der = as_data(ap_req->ticket_der);
    krb5_ticket *ticket;

    memset(inspection, 0, sizeof *inspection);
    if (!krb5 || der.length == 0 || krb5_decode_ticket(&der, &ticket) != 0) {
        return;
    }
    inspect_ticket(krb5, keys, ticket, &ap_req->authenticator, inspection);
    krb5_free_ticket(krb5, ticket);
}

void ngd_inspection_release(ngd_inspection_t *inspection)
{
    free((char *)inspection->ticket.client);
    free((char *)inspection->ticket.server);
    memset(inspection, 0, sizeof *inspection);
}
