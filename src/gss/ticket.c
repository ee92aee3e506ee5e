#include "ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

enum { USECS_PER_SEC = 1000000, MEMORY_NAME_SIZE = 64 };

krb5_data ngd_ticket_data(ngd_span_t span)
{
    return (krb5_data){ .magic = KV5M_DATA, .length = (unsigned int)span.len, .data = (char *)span.data };
}

const char *ngd_inspection_keep(ngd_inspection_t *inspection, char *text)
{
    if (text && inspection->count < NGD_INSPECTION_TEXTS_MAX) {
        inspection->text[inspection->count++] = text;
        return text;
    }
    free(text);
    return NULL;
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

static bool opens(krb5_context krb5, const krb5_keytab_entry *entry, const krb5_enc_data *cipher, ngd_tries_t *tries)
{
    krb5_boolean similar;
    krb5_keyblock key = entry->key;
    krb5_data plain;

    if (krb5_c_enctype_compare(krb5, key.enctype, cipher->enctype, &similar) != 0 || !similar) {
        return false;
    }
    if (tries->left == 0) {
        tries->ran_out = true;
        return false;
    }
    tries->left--;
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

/* One walk through the keytab: only over the entries of the ticket's own name, or over the others. */
static const ngd_keytab_entry_t *match_among(krb5_context krb5, const ngd_keyset_t *keys, krb5_keytab keytab,
                                             const krb5_ticket *ticket, bool named, ngd_tries_t *tries)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    const ngd_keytab_entry_t *found = NULL;

    if (krb5_kt_start_seq_get(krb5, keytab, &cursor) != 0) {
        return NULL;
    }
    while (!found && krb5_kt_next_entry(krb5, keytab, &entry, &cursor) == 0) {
        bool same_name = krb5_principal_compare(krb5, entry.principal, ticket->server);
        if (same_name == named && opens(krb5, &entry, &ticket->enc_part, tries)) {
            found = index_of(krb5, keys, &entry);
        }
        krb5_free_keytab_entry_contents(krb5, &entry);
    }
    krb5_kt_end_seq_get(krb5, keytab, &cursor);
    return found;
}

const ngd_keytab_entry_t *ngd_ticket_match(krb5_context krb5, const ngd_keyset_t *keys, const char *keytab,
                                           const krb5_ticket *ticket, ngd_tries_t *tries)
{
    const ngd_keytab_entry_t *found;
    krb5_keytab handle;

    if (krb5_kt_resolve(krb5, keytab, &handle) != 0) {
        return NULL;
    }
    found = match_among(krb5, keys, handle, ticket, true, tries);
    if (!found) {
        found = match_among(krb5, keys, handle, ticket, false, tries);
    }
    krb5_kt_close(krb5, handle);
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

static void read_part(krb5_context krb5, const krb5_enc_tkt_part *part, const ngd_keytab_entry_t *entry,
                      ngd_ticket_facts_t *facts, ngd_inspection_t *inspection)
{
    facts->opened = true;
    facts->client = ngd_inspection_keep(inspection, principal_name(krb5, part->client));
    facts->server = ngd_inspection_keep(inspection, strdup(entry->principal));
    facts->flags = (uint32_t)part->flags;
    facts->auth_time_secs = as_secs(part->times.authtime);
    facts->start_time_secs = as_secs(part->times.starttime);
    facts->end_time_secs = as_secs(part->times.endtime);
    facts->renew_till_secs = as_secs(part->times.renew_till);
    facts->session_enctype = part->session ? part->session->enctype : 0;
}

/* The server's signature of the PAC (MS-PAC section 2.8); the KDC's own cannot be verified here. */
static ngd_pac_t verify_pac(krb5_context krb5, const krb5_enc_tkt_part *part, const krb5_keyblock *key)
{
    krb5_authdata **found = NULL;
    krb5_pac pac;
    ngd_pac_t state = NGD_PAC_NONE;

    if (krb5_find_authdata(krb5, part->authorization_data, NULL, KRB5_AUTHDATA_WIN2K_PAC, &found) != 0 || !found) {
        return NGD_PAC_NONE;
    }
    if (found[0]) {
        state = NGD_PAC_UNVERIFIED;
        if (krb5_pac_parse(krb5, found[0]->contents, found[0]->length, &pac) == 0) {
            if (krb5_pac_verify(krb5, pac, part->times.authtime, part->client, key, NULL) == 0) {
                state = NGD_PAC_VERIFIED;
            }
            krb5_pac_free(krb5, pac);
        }
    }
    krb5_free_authdata(krb5, found);
    return state;
}

static void take_authenticator(const ngd_authenticator_t *authenticator, ngd_evidence_t *evidence,
                               ngd_inspection_t *inspection)
{
    char client[NGD_PRINCIPAL_TEXT_SIZE];

    evidence->ticket.authenticator_opened = true;
    if (ngd_principal_with_realm(&authenticator->cname, authenticator->realm, client, sizeof client)) {
        evidence->ticket.authenticator_client = ngd_inspection_keep(inspection, strdup(client));
    }
    evidence->clock.has_client = true;
    evidence->clock.client_usecs =
        authenticator->client_time_secs * USECS_PER_SEC + authenticator->client_time_usecs;
}

static void read_authenticator(krb5_context krb5, const krb5_keyblock *session, ngd_evidence_t *evidence,
                               ngd_inspection_t *inspection)
{
    const ngd_encrypted_t *encrypted = &evidence->token.ap_req.authenticator;
    krb5_enc_data cipher = {
        .magic = KV5M_ENC_DATA,
        .enctype = encrypted->enctype,
        .ciphertext = ngd_ticket_data(encrypted->cipher),
    };
    ngd_authenticator_t authenticator;
    krb5_data plain;

    if (!encrypted->present || !decrypts(krb5, session, KRB5_KEYUSAGE_AP_REQ_AUTH, &cipher, &plain)) {
        return;
    }
    ngd_span_t bytes = { (const uint8_t *)plain.data, plain.length };
    if (ngd_authenticator_decode(bytes, &authenticator).reason == NGD_STOP_NONE) {
        take_authenticator(&authenticator, evidence, inspection);
    }
    wipe(&plain, cipher.ciphertext.length);
}

/* The entry with its key, which opens the ticket; released with krb5_free_keytab_entry_contents(). */
static bool find_entry(krb5_context krb5, krb5_keytab keytab, const ngd_keytab_entry_t *entry,
                       const krb5_ticket *ticket, krb5_keytab_entry *out)
{
    krb5_principal principal;
    krb5_kt_cursor cursor;
    ngd_tries_t tries = NGD_TRIES_ALL;
    bool found = false;

    if (krb5_parse_name(krb5, entry->principal, &principal) != 0) {
        return false;
    }
    if (krb5_kt_start_seq_get(krb5, keytab, &cursor) == 0) {
        while (!found && krb5_kt_next_entry(krb5, keytab, out, &cursor) == 0) {
            found = out->vno == entry->kvno && out->key.enctype == entry->enctype
                    && krb5_principal_compare(krb5, out->principal, principal)
                    && opens(krb5, out, &ticket->enc_part, &tries);
            if (!found) {
                krb5_free_keytab_entry_contents(krb5, out);
            }
        }
        krb5_kt_end_seq_get(krb5, keytab, &cursor);
    }
    krb5_free_principal(krb5, principal);
    return found;
}

/*
 * krb5 opens nothing of an encryption type that its configuration does not permit.  Of a ticket that is marked invalid, or
 * came on a path that is not trusted, it only says so after it has opened it; it would then go on to the next key, and
 * lose what it has, so it is given this one alone.
 */
static bool decrypt_ticket(krb5_context krb5, krb5_keytab_entry *entry, krb5_ticket *ticket)
{
    char name[MEMORY_NAME_SIZE];
    krb5_keytab one;

    snprintf(name, sizeof name, "MEMORY:negotiate-diag-ticket-%p", (void *)ticket);
    if (krb5_kt_resolve(krb5, name, &one) != 0) {
        return false;
    }
    entry->key.enctype = ticket->enc_part.enctype;
    if (krb5_kt_add_entry(krb5, one, entry) == 0) {
        krb5_server_decrypt_ticket_keytab(krb5, one, ticket);
    }
    krb5_kt_close(krb5, one);
    return ticket->enc_part2 != NULL;
}

static void read_opened(krb5_context krb5, const ngd_keytab_entry_t *entry, const krb5_keyblock *key,
                        const krb5_enc_tkt_part *part, ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    read_part(krb5, part, entry, &evidence->ticket, inspection);
    evidence->ticket.pac = verify_pac(krb5, part, key);
    if (part->session) {
        read_authenticator(krb5, part->session, evidence, inspection);
    }
}

void ngd_ticket_read(krb5_context krb5, const ngd_keyset_t *keys, const ngd_keytab_entry_t *entry, krb5_ticket *ticket,
                     ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    krb5_keytab keytab;
    krb5_keytab_entry with_key;

    if (krb5_kt_resolve(krb5, ngd_keyset_name(keys), &keytab) != 0) {
        return;
    }
    if (find_entry(krb5, keytab, entry, ticket, &with_key)) {
        if (decrypt_ticket(krb5, &with_key, ticket)) {
            read_opened(krb5, entry, &with_key.key, ticket->enc_part2, evidence, inspection);
        }
        krb5_free_keytab_entry_contents(krb5, &with_key);
    }
    krb5_kt_close(krb5, keytab);
}
