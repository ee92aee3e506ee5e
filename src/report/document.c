/*
 * document.c - the JSON document of the contract, from the evidence.
 *
 * Every function gives one object of the contract; a fact that is not known is
 * null.  Keys are a contract with other people's tools: add freely, never
 * rename.  Nothing here looks behind the spans of a token for its bytes.
 */
#include <string.h>

#include "compare.h"
#include "document.h"
#include "value.h"

static const char *const outcome_words[] = {
    [NGD_OUTCOME_ANONYMOUS] = "anonymous",
    [NGD_OUTCOME_CONTINUE] = "continue",
    [NGD_OUTCOME_REFUSED] = "refused",
    [NGD_OUTCOME_ACCEPTED] = "accepted",
};

static const char *const source_words[] = {
    [NGD_SOURCE_NONE] = NULL,
    [NGD_SOURCE_REQUEST] = "request",
    [NGD_SOURCE_CONNECTION] = "connection",
    [NGD_SOURCE_SESSION] = "session",
};

static const char *const persist_words[] = {
    [NGD_PERSIST_REQUEST] = "request",
    [NGD_PERSIST_CONNECTION] = "connection",
    [NGD_PERSIST_SESSION] = "session",
};

static const char *const stop_words[] = {
    [NGD_STOP_NONE] = NULL,
    [NGD_STOP_TRUNCATED] = "truncated",
    [NGD_STOP_MALFORMED] = "malformed",
};

static const char *const keytab_words[] = {
    [NGD_KEYTAB_UNREAD] = NULL,
    [NGD_KEYTAB_GOOD] = "good",
    [NGD_KEYTAB_MISSING] = "missing",
    [NGD_KEYTAB_UNREADABLE] = "unreadable",
    [NGD_KEYTAB_EMPTY] = "empty",
    [NGD_KEYTAB_CORRUPT] = "corrupt",
    [NGD_KEYTAB_UNLOADABLE] = "unloadable",
};

static const char *const pac_words[] = {
    [NGD_PAC_NONE] = "none",
    [NGD_PAC_VERIFIED] = "verified",
    [NGD_PAC_UNVERIFIED] = "unverified",
};

static const char *const refusal_words[] = {
    [NGD_REFUSAL_NONE] = NULL,
    [NGD_REFUSAL_TLS] = "tls",
    [NGD_REFUSAL_HEADER_SIZE] = "header-size",
    [NGD_REFUSAL_MESSAGE] = "message",
    [NGD_REFUSAL_NO_KEYS] = "no-keys",
    [NGD_REFUSAL_NO_ENTRY] = "no-entry",
    [NGD_REFUSAL_NO_CREDENTIAL] = "no-credential",
    [NGD_REFUSAL_GSS] = "gss",
    [NGD_REFUSAL_ANONYMOUS] = "anonymous",
    [NGD_REFUSAL_INTERNAL] = "internal",
    [NGD_REFUSAL_LEGS] = "legs",
    [NGD_REFUSAL_MOVED] = "moved",
    [NGD_REFUSAL_AUTHORIZATION] = "authorization",
    [NGD_REFUSAL_ELSEWHERE] = "elsewhere",
};

/* APOptions (RFC 4120 section 5.5.1). */
static const char *const ap_option_words[32] = {
    [0] = "reserved", [1] = "use-session-key", [2] = "mutual-required",
};

/* TicketFlags (RFC 4120 section 5.3; 15: RFC 6806, 16: RFC 8062). */
static const char *const ticket_flag_words[32] = {
    [0] = "reserved", [1] = "forwardable", [2] = "forwarded", [3] = "proxiable", [4] = "proxy",
    [5] = "may-postdate", [6] = "postdated", [7] = "invalid", [8] = "renewable", [9] = "initial",
    [10] = "pre-authent", [11] = "hw-authent", [12] = "transited-policy-checked", [13] = "ok-as-delegate",
    [15] = "enc-pa-rep", [16] = "anonymous",
};

static json_t *attempt_value(const ngd_attempt_facts_t *attempt)
{
    return json_pack("{s:o,s:o,s:s,s:I}",
                     "id", ngd_value_text(attempt->reference),
                     "time", ngd_value_time_usecs(attempt->time_usecs),
                     "outcome", outcome_words[attempt->outcome],
                     "leg", (json_int_t)attempt->leg);
}

/* Nobody was signed on by a captured header as far as is known, nor was nobody. */
static json_t *authentication_value(const ngd_evidence_t *evidence)
{
    const ngd_authentication_facts_t *authentication = &evidence->authentication;
    const char *protocol = authentication->protocol;

    if (ngd_is_captured(evidence)) {
        return json_null();
    }
    return json_pack("{s:o,s:o,s:o,s:o,s:s?,s:s}",
                     "method", ngd_value_text(authentication->method),
                     "protocol", ngd_value_text(protocol == NULL ? "Anonymous" : protocol),
                     "user", ngd_value_text(authentication->user),
                     "local_name", ngd_value_text(authentication->local_name),
                     "source", source_words[authentication->source],
                     "persist", persist_words[authentication->persist]);
}

/* ---- token: unauthenticated, every word of it ---------------------------- */

static json_t *mechanism_name(const ngd_offered_mech_t *mechanism)
{
    return mechanism->oid.data == NULL ? json_null() : json_string(ngd_mech_name(mechanism->mech));
}

static json_t *mechanisms_value(const ngd_token_t *token)
{
    json_t *names = json_array();

    for (size_t i = 0; i < token->mechanisms_count; i++) {
        json_array_append_new(names, mechanism_name(&token->mechanisms[i]));
    }
    return names;
}

static json_t *mechanism_oids_value(const ngd_token_t *token)
{
    json_t *oids = json_array();
    char text[NGD_OID_TEXT_MAX];

    for (size_t i = 0; i < token->mechanisms_count; i++) {
        json_array_append_new(oids, json_string(ngd_oid_text(token->mechanisms[i].oid, text, sizeof text)));
    }
    return oids;
}

static json_t *claimed_ticket_value(const ngd_token_t *token)
{
    const ngd_ap_req_t *ap_req = &token->ap_req;
    const ngd_encrypted_t *sealed = &ap_req->ticket;

    if (token->inner != NGD_INNER_AP_REQ) {
        return json_null();
    }
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}",
                     "realm", ngd_value_wire_text(ap_req->realm, NGD_CHARSET_OEM),
                     "sname", ngd_value_principal(&ap_req->sname),
                     "sname_type", ap_req->sname.parts == 0 ? json_null() : json_integer(ap_req->sname.type),
                     "enctype", sealed->present ? ngd_value_enctype(sealed->enctype) : json_null(),
                     "kvno", sealed->has_kvno ? json_integer(sealed->kvno) : json_null(),
                     "ap_options", ngd_value_bits(ap_req->ap_options, ap_option_words));
}

static json_t *kerberos_error_value(const ngd_token_t *token)
{
    const ngd_krb_error_t *error = &token->krb_error;

    if (token->inner != NGD_INNER_KRB_ERROR) {
        return json_null();
    }
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o}",
                     "code", (json_int_t)error->code,
                     "client_time", ngd_value_time_secs(error->has_ctime ? error->client_time_secs : 0),
                     "server_time", ngd_value_time_secs(error->server_time_secs),
                     "realm", ngd_value_wire_text(error->realm, NGD_CHARSET_OEM),
                     "sname", ngd_value_principal(&error->sname),
                     "text", ngd_value_wire_text(error->text, NGD_CHARSET_OEM));
}

static json_t *ntlm_version_value(const ngd_ntlm_t *ntlm)
{
    return ntlm->has_version ? json_sprintf("%u.%u.%u", ntlm->major, ntlm->minor, ntlm->build) : json_null();
}

static json_t *ntlm_value(const ngd_token_t *token)
{
    const ngd_ntlm_t *ntlm = &token->ntlm;

    if (token->inner != NGD_INNER_NTLM) {
        return json_null();
    }
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o}",
                     "type", (json_int_t)ntlm->type,
                     "flags", ntlm->has_flags ? json_sprintf("0x%08x", (unsigned)ntlm->flags) : json_null(),
                     "domain", ngd_value_wire_text(ntlm->domain, ntlm->charset),
                     "user", ngd_value_wire_text(ntlm->user, ntlm->charset),
                     "workstation", ngd_value_wire_text(ntlm->workstation, ntlm->charset),
                     "version", ntlm_version_value(ntlm));
}

/* Where reading ended before the end: in the header's base64, or else in the token's own bytes. */
static json_t *stopped_value(const ngd_stop_t *base64_stop, const ngd_stop_t *token_stop)
{
    bool in_base64 = base64_stop->reason != NGD_STOP_NONE;
    const ngd_stop_t *stop = in_base64 ? base64_stop : token_stop;

    if (stop->reason == NGD_STOP_NONE) {
        return json_null();
    }
    return json_pack("{s:s,s:s,s:I,s:o}",
                     "in", in_base64 ? "base64" : "token",
                     "reason", stop_words[stop->reason],
                     "offset", (json_int_t)stop->offset,
                     "expected", ngd_value_text(stop->expected));
}

/* What SPNEGO says besides the mechanism token. */
static json_t *negotiation_value(const ngd_token_t *token)
{
    static const ngd_offered_mech_t none;
    const ngd_offered_mech_t *preferred = token->mechanisms_count == 0 ? &none : &token->mechanisms[0];

    return json_pack("{s:o,s:o,s:I,s:o,s:s?,s:o,s:b}",
                     "mechanisms", mechanisms_value(token),
                     "mechanism_oids", mechanism_oids_value(token),
                     "mechanisms_total", (json_int_t)token->mechanisms_total,
                     "preferred", mechanism_name(preferred),
                     "neg_state", token->has_neg_state ? ngd_neg_state_name(token->neg_state) : NULL,
                     "supported_mechanism", mechanism_name(&token->supported_mech),
                     "has_mic", token->mech_list_mic.data != NULL);
}

static bool carries_token(ngd_scheme_t scheme)
{
    return scheme == NGD_SCHEME_NEGOTIATE || scheme == NGD_SCHEME_KERBEROS || scheme == NGD_SCHEME_NTLM;
}

/*
 * The scheme is named by our own word, never as the client wrote it: a header
 * without a scheme begins with what should have stayed secret.
 */
static json_t *token_value(const ngd_evidence_t *evidence)
{
    static const ngd_token_t nothing;
    const ngd_header_t *header = &evidence->header;
    bool carried = carries_token(header->scheme);
    const ngd_token_t *token = carried ? &evidence->token : &nothing;
    json_t *value;

    if (header->scheme == NGD_SCHEME_NONE) {
        return json_null();
    }
    value = json_pack("{s:s,s:I,s:I,s:s?,s:s?,s:o,s:o,s:o,s:o}",
                      "scheme", ngd_scheme_name(header->scheme),
                      "header_bytes", (json_int_t)header->header_bytes,
                      "token_bytes", (json_int_t)token->bytes,
                      "kind", carried ? ngd_token_kind_name(token->kind) : NULL,
                      "mechanism", token->inner == NGD_INNER_NONE ? NULL : ngd_mech_name(token->inner_mech),
                      "ticket", claimed_ticket_value(token),
                      "ntlm", ntlm_value(token),
                      "kerberos_error", kerberos_error_value(token),
                      "stopped", stopped_value(&evidence->base64_stop, &token->stop));
    json_object_update_new(value, negotiation_value(token));
    return value;
}

/* ---- what decryption and the server's own side show ---------------------- */

static json_t *ticket_value(const ngd_ticket_facts_t *ticket, const ngd_clock_facts_t *clock)
{
    int64_t now_secs = clock->server_usecs / 1000000;
    bool ends = ticket->end_time_secs > 0 && now_secs > 0;

    if (!ticket->opened) {
        return json_null();
    }
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s}",
                     "client", ngd_value_text(ticket->client),
                     "server", ngd_value_text(ticket->server),
                     "flags", ngd_value_bits(ticket->flags, ticket_flag_words),
                     "auth_time", ngd_value_time_secs(ticket->auth_time_secs),
                     "start_time", ngd_value_time_secs(ticket->start_time_secs),
                     "end_time", ngd_value_time_secs(ticket->end_time_secs),
                     "ends_in_secs", ends ? json_integer(ticket->end_time_secs - now_secs) : json_null(),
                     "renew_till", ngd_value_time_secs(ticket->renew_till_secs),
                     "session_enctype", ngd_value_enctype(ticket->session_enctype),
                     "authenticator_client", ngd_value_text(ticket->authenticator_client),
                     "pac", pac_words[ticket->pac]);
}

static json_t *entry_value(const ngd_keytab_entry_t *entry)
{
    if (entry == NULL) {
        return json_null();
    }
    return json_pack("{s:o,s:I,s:o,s:o}",
                     "principal", ngd_value_text(entry->principal),
                     "kvno", (json_int_t)entry->kvno,
                     "enctype", ngd_value_enctype(entry->enctype),
                     "time", ngd_value_time_secs(entry->time_secs));
}

static json_t *entries_value(const ngd_keytab_facts_t *keytab)
{
    json_t *entries = json_array();

    for (size_t i = 0; i < keytab->entries_count; i++) {
        json_array_append_new(entries, entry_value(&keytab->entries[i]));
    }
    return entries;
}

/* Another keytab of this server whose key opens the ticket. */
static json_t *other_keytab_value(const ngd_keytab_facts_t *keytab)
{
    if (keytab->other_path == NULL) {
        return json_null();
    }
    return json_pack("{s:o,s:o}",
                     "path", ngd_value_text(keytab->other_path),
                     "principal", ngd_value_text(keytab->other_principal));
}

static json_t *keytab_value(const ngd_keytab_facts_t *keytab, const ngd_view_t *view)
{
    return json_pack("{s:o,s:s?,s:o,s:o,s:o}",
                     "path", ngd_value_text(keytab->path),
                     "state", view->keytab ? keytab_words[keytab->state] : NULL,
                     "matched", entry_value(keytab->matched),
                     "entries", view->keytab ? entries_value(keytab) : json_array(),
                     "other", other_keytab_value(keytab));
}

/* Client minus server, to the millisecond; positive where the client's clock is ahead. */
static json_t *skew_value(const ngd_clock_facts_t *clock)
{
    int64_t skew_usecs, skew_msecs;

    if (!clock->has_client || !ngd_time_known(clock->client_usecs) || !ngd_time_known(clock->server_usecs)) {
        return json_null();
    }
    skew_usecs = clock->client_usecs - clock->server_usecs;
    skew_msecs = (skew_usecs + (skew_usecs < 0 ? -500 : 500)) / 1000;
    return json_real((double)skew_msecs / 1000.0);
}

static json_t *clock_value(const ngd_clock_facts_t *clock)
{
    return json_pack("{s:o,s:o,s:o}",
                     "server", ngd_value_time_usecs(clock->server_usecs),
                     "client", clock->has_client ? ngd_value_time_usecs(clock->client_usecs) : json_null(),
                     "skew_secs", skew_value(clock));
}

/* What holds no third value for "not known", of a connection that nobody saw. */
static json_t *seen_value(bool seen, bool value)
{
    return seen ? json_boolean(value) : json_null();
}

static json_t *connection_value(const ngd_evidence_t *evidence)
{
    const ngd_connection_facts_t *connection = &evidence->connection;
    bool seen = !ngd_is_captured(evidence);

    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
                     "id", ngd_value_text(connection->id),
                     "requests", seen ? json_integer(connection->requests) : json_null(),
                     "protocol", ngd_value_text(connection->protocol),
                     "tls", seen_value(seen || connection->tls, connection->tls),
                     "client", ngd_value_text(connection->client),
                     "proxied", seen_value(seen, connection->proxied),
                     "header_limit_bytes", ngd_value_known_size(connection->header_limit_bytes),
                     "host", ngd_value_text(connection->host),
                     "user_agent", ngd_value_text(connection->user_agent),
                     "same_computer", seen_value(seen, connection->same_computer));
}

/* ---- the decision -------------------------------------------------------- */

/* What GSSAPI's own answer says. */
static json_t *reply_value(const ngd_decision_facts_t *decision)
{
    if (decision->reply_code == 0) {
        return json_null();
    }
    return json_pack("{s:I,s:s?}",
                     "code", (json_int_t)decision->reply_code,
                     "name", ngd_kerberos_error_name(decision->reply_code));
}

/* What krb5 says of the same token; its error has a code where RFC 4120 has one for it. */
static json_t *asked_value(const ngd_decision_facts_t *decision)
{
    if (!decision->asked) {
        return json_null();
    }
    return json_pack("{s:b,s:o,s:s?,s:I}",
                     "passes", decision->passes,
                     "code", decision->asked_code == 0 ? json_null() : json_integer(decision->asked_code),
                     "name", ngd_kerberos_error_name(decision->asked_code),
                     "error", (json_int_t)decision->asked_error);
}

/* Who refused a captured header, if anybody did, is not known. */
static json_t *decision_value(const ngd_evidence_t *evidence)
{
    const ngd_decision_facts_t *decision = &evidence->decision;

    return json_pack("{s:s?,s:o,s:o}",
                     "refusal", ngd_is_captured(evidence) ? NULL : refusal_words[decision->refusal],
                     "reply", reply_value(decision),
                     "asked", asked_value(decision));
}

/* ---- the whole ----------------------------------------------------------- */

/* What a refused client is not told; of the decision, its cause has to do. */
static void hide_facts(ngd_evidence_t *evidence)
{
    evidence->authentication.user = evidence->authentication.local_name = NULL;
    evidence->token.inner = NGD_INNER_NONE;
    memset(&evidence->ticket, 0, sizeof evidence->ticket);
    memset(&evidence->keytab, 0, sizeof evidence->keytab);
    memset(&evidence->clock, 0, sizeof evidence->clock);
}

/* Where the keytabs are is part of no text either; entries that a cause is about are. */
static void hide_places(ngd_evidence_t *evidence)
{
    evidence->keytab.path = NULL;
    evidence->keytab.other_path = evidence->keytab.other_principal = NULL;
}

/* What the reader may know. */
static ngd_evidence_t shown_of(const ngd_evidence_t *facts, const ngd_view_t *view)
{
    ngd_evidence_t shown = *facts;

    if (view->explain != NGD_EXPLAIN_FULL) {
        hide_facts(&shown);
    } else if (!view->keytab) {
        hide_places(&shown);
    }
    return shown;
}

/* The reference alone, and whom to tell it. */
static json_t *reference_document(const ngd_evidence_t *evidence)
{
    return json_pack("{s:i,s:o,s:n,s:n,s:[],s:n,s:n,s:n,s:n,s:n,s:n,s:[],s:o}",
                     "version", 1,
                     "attempt", attempt_value(&evidence->attempt),
                     "authentication", "cause", "also", "token", "ticket", "keytab", "clock", "connection",
                     "decision", "checks",
                     "contact", ngd_value_text(evidence->contact));
}

static json_t *whole_document(const ngd_evidence_t *facts, const ngd_diagnosis_t *diagnosis,
                              const ngd_view_t *view, ngd_prose_t prose)
{
    const ngd_evidence_t shown = shown_of(facts, view);
    bool full = view->explain == NGD_EXPLAIN_FULL;
    const ngd_teller_t teller = { full ? &shown : NULL, prose };

    return json_pack("{s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
                     "version", 1,
                     "attempt", attempt_value(&shown.attempt),
                     "authentication", authentication_value(&shown),
                     "cause", ngd_cause_value(diagnosis, &teller),
                     "also", ngd_also_value(diagnosis, &teller),
                     "token", token_value(&shown),
                     "ticket", ticket_value(&shown.ticket, &shown.clock),
                     "keytab", keytab_value(&shown.keytab, view),
                     "clock", clock_value(&shown.clock),
                     "connection", connection_value(&shown),
                     "decision", full ? decision_value(&shown) : json_null(),
                     "checks", ngd_checks_value(facts, diagnosis, &teller),
                     "contact", ngd_value_text(shown.contact));
}

json_t *ngd_document_make(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis,
                          const ngd_view_t *view, ngd_prose_t prose)
{
    if (view->explain == NGD_EXPLAIN_OFF) {
        return reference_document(evidence);
    }
    return whole_document(evidence, diagnosis, view, prose);
}

json_t *ngd_report_document(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis,
                            const ngd_view_t *view)
{
    return ngd_document_make(evidence, diagnosis, view, NGD_PROSE_PLAIN);
}
