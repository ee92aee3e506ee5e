/* rows.c - the sections of a report: what is shown, in which order, under which name. */
#include <apr_strings.h>
#include <string.h>

#include "words.h"

static const ngd_row_t sign_on_rows[] = {
    { "Local name", "authentication.local_name", ngd_words_text, NGD_LOOK_CODE },
    { "Proved by", "authentication.source", ngd_words_source, NGD_LOOK_WORDS },
    { "Holds for", "authentication.persist", ngd_words_persist, NGD_LOOK_WORDS },
    { "Ended with", "attempt.leg", ngd_words_later_leg, NGD_LOOK_WORDS },
};

static const ngd_row_t refusal_rows[] = {
    { "Cause", "cause.slug", ngd_words_text, NGD_LOOK_CODE },
    { "Decided by", "decision.refusal", ngd_words_refusal, NGD_LOOK_WORDS },
    { "GSSAPI answered", "decision.reply", ngd_words_numbered, NGD_LOOK_CODE },
    { "Asked again, krb5 says", "decision.asked", ngd_words_asked, NGD_LOOK_CODE },
    { "In Kerberos", "cause.kerberos", ngd_words_numbered, NGD_LOOK_CODE },
    { "In IIS", "cause.iis", ngd_words_iis, NGD_LOOK_CODE },
};

static const ngd_row_t ticket_rows[] = {
    { "Client", "ticket.client", ngd_words_text, NGD_LOOK_CODE },
    { "Authenticator's client", "ticket.authenticator_client", ngd_words_other_client, NGD_LOOK_CODE },
    { "Service", "ticket.server", ngd_words_text, NGD_LOOK_CODE },
    { "Signed on at", "ticket.auth_time", ngd_words_time, NGD_LOOK_WORDS },
    { "Valid from", "ticket.start_time", ngd_words_time, NGD_LOOK_WORDS },
    { "Valid until", "ticket.end_time", ngd_words_end_time, NGD_LOOK_WORDS },
    { "Renewable until", "ticket.renew_till", ngd_words_time, NGD_LOOK_WORDS },
    { "Session key", "ticket.session_enctype", ngd_words_text, NGD_LOOK_CODE },
    { "Flags", "ticket.flags", ngd_words_ticket_flags, NGD_LOOK_CODE },
    { "Group list (PAC)", "ticket.pac", ngd_words_pac, NGD_LOOK_WORDS },
};

static const ngd_row_t claimed_ticket_rows[] = {
    { "Claimed service", "token.ticket.sname", ngd_words_text, NGD_LOOK_CODE },
    { "Claimed realm", "token.ticket.realm", ngd_words_text, NGD_LOOK_CODE },
    { "Claimed key version", "token.ticket.kvno", ngd_words_text, NGD_LOOK_CODE },
    { "Claimed encryption", "token.ticket.enctype", ngd_words_text, NGD_LOOK_CODE },
};

static const ngd_row_t key_rows[] = {
    { "Principal", "keytab.matched.principal", ngd_words_text, NGD_LOOK_CODE },
    { "Key version", "keytab.matched.kvno", ngd_words_text, NGD_LOOK_CODE },
    { "Encryption", "keytab.matched.enctype", ngd_words_text, NGD_LOOK_CODE },
    { "In the keytab since", "keytab.matched.time", ngd_words_time, NGD_LOOK_WORDS },
};

static const ngd_row_t keytab_rows[] = {
    { "File", "keytab.path", ngd_words_text, NGD_LOOK_CODE },
    { "State", "keytab.state", ngd_words_text, NGD_LOOK_WORDS },
    { "Entries", "keytab.entries", ngd_words_entries, NGD_LOOK_CODE },
    { "Another that opens it", "keytab.other", ngd_words_other_keytab, NGD_LOOK_CODE },
};

static const ngd_row_t clock_rows[] = {
    { "Difference", "clock.skew_secs", ngd_words_skew, NGD_LOOK_WORDS },
    { "Your computer", "clock.client", ngd_words_time, NGD_LOOK_WORDS },
    { "This server", "clock.server", ngd_words_time, NGD_LOOK_WORDS },
};

static const ngd_row_t token_rows[] = {
    { "Header", "token.header_bytes", ngd_words_header_bytes, NGD_LOOK_METER },
    { "Token", "token.token_bytes", ngd_words_bytes, NGD_LOOK_WORDS },
    { "Scheme", "token.scheme", ngd_words_text, NGD_LOOK_WORDS },
    { "Form", "token.kind", ngd_words_kind, NGD_LOOK_WORDS },
    { "Offers", "token.mechanisms", ngd_words_mechanisms, NGD_LOOK_WORDS },
    { "Sent", "token.mechanism", ngd_words_text, NGD_LOOK_WORDS },
    { "State", "token.neg_state", ngd_words_text, NGD_LOOK_WORDS },
    { "Options", "token.ticket.ap_options", ngd_words_ap_options, NGD_LOOK_CODE },
    { "Not read", "token.stopped", ngd_words_stopped, NGD_LOOK_WORDS },
    { "NTLM message", "token.ntlm.type", ngd_words_ntlm_type, NGD_LOOK_WORDS },
    { "Claimed domain", "token.ntlm.domain", ngd_words_text, NGD_LOOK_CODE },
    { "Claimed user", "token.ntlm.user", ngd_words_text, NGD_LOOK_CODE },
    { "Claimed workstation", "token.ntlm.workstation", ngd_words_text, NGD_LOOK_CODE },
    { "Claimed Windows", "token.ntlm.version", ngd_words_text, NGD_LOOK_CODE },
    { "NTLM flags", "token.ntlm.flags", ngd_words_text, NGD_LOOK_CODE },
    { "Kerberos error", "token.kerberos_error.code", ngd_words_text, NGD_LOOK_CODE },
    { "Its text", "token.kerberos_error.text", ngd_words_text, NGD_LOOK_CODE },
};

static const ngd_row_t connection_rows[] = {
    { "Address asked for", "connection.host", ngd_words_text, NGD_LOOK_CODE },
    { "Browser", "connection.user_agent", ngd_words_text, NGD_LOOK_CODE },
    { "Your address", "connection.client", ngd_words_text, NGD_LOOK_CODE },
    { "On this server itself", "connection.same_computer", ngd_words_yes_no, NGD_LOOK_WORDS },
    { "HTTP", "connection.protocol", ngd_words_text, NGD_LOOK_CODE },
    { "Encrypted (TLS)", "connection.tls", ngd_words_yes_no, NGD_LOOK_WORDS },
    { "Through a proxy", "connection.proxied", ngd_words_yes_no, NGD_LOOK_WORDS },
    { "Requests so far", "connection.requests", ngd_words_text, NGD_LOOK_WORDS },
    { "Connection", "connection.id", ngd_words_text, NGD_LOOK_CODE },
};

#define ROWS(rows) rows, sizeof(rows) / sizeof(rows)[0]

const ngd_section_t ngd_sections[] = {
    { "The refusal in numbers", "As the logs of this and other systems name it.", NULL, ROWS(refusal_rows) },
    { "Sign-on", NULL, NULL, ROWS(sign_on_rows) },
    { "Ticket", "Read after opening it with this server's own key.", NULL, ROWS(ticket_rows) },
    { "Ticket, as claimed", "Not opened: this stands on its outside, where anybody could have written it.",
      "ticket", ROWS(claimed_ticket_rows) },
    { "Key", "The entry of this server's keytab that opened the ticket.", NULL, ROWS(key_rows) },
    { "Keytab", NULL, NULL, ROWS(keytab_rows) },
    { "Clocks", NULL, NULL, ROWS(clock_rows) },
    { "What your browser sent", NULL, NULL, ROWS(token_rows) },
    { "Connection", NULL, NULL, ROWS(connection_rows) },
};

const size_t ngd_sections_count = sizeof ngd_sections / sizeof ngd_sections[0];

const json_t *ngd_document_at(const json_t *document, const char *path)
{
    const json_t *value = document;

    while (value != NULL) {
        size_t len = strcspn(path, ".");
        char key[32];

        apr_cpystrn(key, path, len < sizeof key ? len + 1 : sizeof key);
        value = json_object_get(value, key);
        if (path[len] == '\0') {
            return json_is_null(value) ? NULL : value;
        }
        path += len + 1;
    }
    return NULL;
}

const char *ngd_document_text(const json_t *document, const char *path)
{
    return json_string_value(ngd_document_at(document, path));
}

apr_array_header_t *ngd_row_cells(const ngd_row_t *row, const json_t *document, apr_pool_t *pool)
{
    apr_array_header_t *cells = apr_array_make(pool, 2, sizeof(ngd_cell_t));
    const json_t *value = ngd_document_at(document, row->path);

    if (value != NULL) {
        row->format(document, value, cells);
    }
    return cells;
}

bool ngd_section_shows(const ngd_section_t *section, const json_t *document, apr_pool_t *pool)
{
    if (section->unless != NULL && ngd_document_at(document, section->unless) != NULL) {
        return false;
    }
    for (size_t i = 0; i < section->rows_count; i++) {
        if (ngd_row_cells(&section->rows[i], document, pool)->nelts > 0) {
            return true;
        }
    }
    return false;
}
