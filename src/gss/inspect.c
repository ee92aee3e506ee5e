#include "inspect.h"

#include <errno.h>
#include <gssapi/gssapi_krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "fault.h"
#include "replay_cache.h"
#include "ticket.h"

/* ---- the keytab's index ------------------------------------------------------------------------- */

static bool admits(const ngd_subject_t *subject, const ngd_keytab_entry_t *entry)
{
    return ngd_keyset_admits(subject->keys, &subject->acceptor.name, subject->host, entry);
}

/* Whether the ticket's claimed name is an entry that may sign somebody on. */
static bool admits_claim(const ngd_subject_t *subject, const ngd_evidence_t *evidence)
{
    const ngd_keytab_facts_t *facts = &evidence->keytab;
    ngd_comparison_t claim;

    ngd_compare(evidence, &claim);
    for (size_t i = 0; i < facts->entries_count; i++) {
        if (strcmp(facts->entries[i].principal, claim.principal) == 0 && admits(subject, &facts->entries[i])) {
            return true;
        }
    }
    return false;
}

void ngd_inspect_keytab(const ngd_subject_t *subject, ngd_evidence_t *evidence)
{
    ngd_keytab_facts_t *facts = &evidence->keytab;

    facts->path = ngd_keytab_path(subject->acceptor.keytab);
    facts->state = ngd_keytab_state(subject->acceptor.keytab);
    facts->os_error = ngd_keytab_os_error(subject->acceptor.keytab);
    if (!subject->keys) {
        return;
    }
    facts->entries = ngd_keyset_entries(subject->keys, &facts->entries_count);
    facts->admitted_count = ngd_keyset_admitted(subject->keys, &subject->acceptor.name, subject->host);
    facts->claimed_admitted = admits_claim(subject, evidence);
}

/* ---- the ticket --------------------------------------------------------------------------------- */

/* The ticket of the token, as krb5 decodes it; NULL if the token has none that is whole. */
static krb5_ticket *decode_ticket(const ngd_evidence_t *evidence)
{
    krb5_data der = ngd_ticket_data(evidence->token.ap_req.ticket_der);
    krb5_ticket *ticket;

    if (evidence->token.inner != NGD_INNER_AP_REQ || der.length == 0 || krb5_decode_ticket(&der, &ticket) != 0) {
        return NULL;
    }
    return ticket;
}

/*
 * The key that the decision was made with, if it opens the ticket: several names may have one key, and then the one that
 * may sign somebody on is the one that counts.  Otherwise any other entry that does.
 */
static const ngd_keytab_entry_t *match_own(krb5_context krb5, const ngd_subject_t *subject, const krb5_ticket *ticket,
                                           ngd_tries_t *tries, ngd_keytab_facts_t *facts)
{
    const ngd_keyset_view_t *view = ngd_keyset_view(subject->keys, &subject->acceptor.name, subject->host);
    const ngd_keytab_entry_t *entry = view ? ngd_ticket_match(krb5, subject->keys, view->keytab, ticket, tries) : NULL;

    facts->matched_admitted = entry != NULL;
    if (!entry && facts->admitted_count < facts->entries_count) {
        *tries = NGD_TRIES_ALL;                 /* the whole keytab: some of it is tried once more */
        entry = ngd_ticket_match(krb5, subject->keys, ngd_keyset_name(subject->keys), ticket, tries);
    }
    return entry;
}

static void open_with_own(krb5_context krb5, const ngd_subject_t *subject, krb5_ticket *ticket, ngd_tries_t *tries,
                          ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    ngd_keytab_facts_t *facts = &evidence->keytab;

    facts->matched = subject->keys ? match_own(krb5, subject, ticket, tries, facts) : NULL;
    if (facts->matched) {
        ngd_ticket_read(krb5, subject->keys, facts->matched, ticket, evidence, inspection);
    }
}

static bool open_with_other(krb5_context krb5, ngd_keytab_t *other, krb5_ticket *ticket, ngd_tries_t *tries,
                            ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    ngd_keyset_t *keys = ngd_keytab_keys(other, NGD_LOOK_USUAL);
    const ngd_keytab_entry_t *entry = keys ? ngd_ticket_match(krb5, keys, ngd_keyset_name(keys), ticket, tries) : NULL;

    if (entry) {
        evidence->keytab.other_path = ngd_keytab_path(other);
        evidence->keytab.other_principal = ngd_inspection_keep(inspection, strdup(entry->principal));
        ngd_ticket_read(krb5, keys, entry, ticket, evidence, inspection);
    }
    ngd_keyset_release(keys);
    return entry != NULL;
}

static void open_with_others(krb5_context krb5, const ngd_subject_t *subject, krb5_ticket *ticket, ngd_tries_t *tries,
                             ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    for (size_t i = 0; i < subject->others_count; i++) {
        ngd_keytab_t *other = subject->others[i];
        if (other != subject->acceptor.keytab
            && open_with_other(krb5, other, ticket, tries, evidence, inspection)) {
            return;
        }
    }
}

static void inspect_ticket(krb5_context krb5, const ngd_subject_t *subject, bool others_too, ngd_evidence_t *evidence,
                           ngd_inspection_t *inspection)
{
    krb5_ticket *ticket = decode_ticket(evidence);
    ngd_tries_t tries = NGD_TRIES_ALL;

    if (!ticket) {
        evidence->keytab.keys_untried = true;
        return;
    }
    open_with_own(krb5, subject, ticket, &tries, evidence, inspection);
    evidence->keytab.keys_untried = !evidence->keytab.matched && tries.ran_out;
    if (!evidence->keytab.matched && others_too) {
        tries = NGD_TRIES_ALL;
        open_with_others(krb5, subject, ticket, &tries, evidence, inspection);
    }
    krb5_free_ticket(krb5, ticket);
}

/* ---- krb5's own word ---------------------------------------------------------------------------- */

static void take_error(OM_uint32 minor, ngd_decision_facts_t *decision)
{
    int32_t error = (int32_t)minor;

    decision->asked_error = error;
    decision->asked_code = ngd_fault_code(error);
    decision->transited_refused = error == KRB5KRB_AP_ERR_ILL_CR_TKT;
    decision->enctype_refused = error == KRB5_NOPERM_ETYPE || error == KRB5_PROG_ETYPE_NOSUPP;
}

static void put_to_krb5(gss_cred_id_t credential, ngd_span_t token, ngd_decision_facts_t *decision)
{
    gss_buffer_desc input = { token.len, (void *)token.data };
    gss_buffer_desc reply = GSS_C_EMPTY_BUFFER;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    OM_uint32 major, minor, ignored;

    major = gss_accept_sec_context(&minor, &context, credential, &input, GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL, &reply,
                                   NULL, NULL, NULL);
    decision->asked = true;
    decision->passes = major == GSS_S_COMPLETE;
    if (!decision->passes) {
        take_error(minor, decision);
    }
    gss_delete_sec_context(&ignored, &context, GSS_C_NO_BUFFER);
    gss_release_buffer(&ignored, &reply);
}

/*
 * Asks about the Kerberos token itself, which SPNEGO wraps: only the Kerberos
 * mechanism tells its error.  The credential has no replay cache.
 */
static void ask(const ngd_subject_t *subject, ngd_evidence_t *evidence)
{
    bool wrapped = evidence->token.mech_token.len > 0;
    ngd_span_t token = wrapped ? evidence->token.mech_token : subject->token;
    const ngd_keyset_view_t *view;
    gss_cred_id_t credential;
    OM_uint32 minor;

    if (!subject->keys || evidence->token.inner != NGD_INNER_AP_REQ || token.len == 0
        || !(view = ngd_keyset_view(subject->keys, &subject->acceptor.name, subject->host))) {
        return;
    }
    if (!GSS_ERROR(ngd_thread_credential(subject->acceptor.keytab, subject->keys, view, NGD_REPLAY_CHECKED, &credential,
                                         &minor))) {
        put_to_krb5(credential, token, &evidence->decision);
    }
}

/* ---- krb5's configuration ------------------------------------------------------------------------ */

static bool permits(krb5_context krb5, int32_t enctype)
{
    krb5_enctype *permitted;
    bool found = false;

    if (krb5_get_permitted_enctypes(krb5, &permitted) != 0) {
        return true;
    }
    for (krb5_enctype *p = permitted; *p && !found; p++) {
        found = *p == enctype;
    }
    krb5_free_enctypes(krb5, permitted);
    return found;
}

static bool tolerates(krb5_context krb5, int64_t secs)
{
    krb5_timestamp now;

    return krb5_timeofday(krb5, &now) == 0 && krb5_check_clockskew(krb5, (krb5_timestamp)(now + secs)) == 0;
}

/* No call tells clockskew, but one applies it: the greatest distance that is tolerated. */
static int64_t skew_limit(krb5_context krb5)
{
    int64_t low = 0, high = 1 << 24;

    while (low < high) {
        int64_t middle = (low + high + 1) / 2;
        if (tolerates(krb5, middle)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* krb5 gives the system's errors as they are: these tell of a process at its limits, not of krb5.conf. */
static bool is_exhausted(krb5_error_code error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN || error == EINTR || error == EIO;
}

static void note_broken_configuration(krb5_error_code error, ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    const char *words;

    evidence->keytab.keys_untried = true;
    if (is_exhausted(error)) {
        return;
    }
    words = krb5_get_error_message(NULL, error);
    evidence->server.krb5_conf_error = (int32_t)error;
    evidence->server.krb5_conf_words = ngd_inspection_keep(inspection, strdup(words));
    krb5_free_error_message(NULL, words);
}

static void read_configuration(krb5_context krb5, ngd_evidence_t *evidence)
{
    const ngd_encrypted_t *sealed = &evidence->token.ap_req.ticket;

    evidence->clock.skew_limit_secs = skew_limit(krb5);
    evidence->decision.enctype_not_permitted =
        evidence->token.inner == NGD_INNER_AP_REQ && sealed->present && !permits(krb5, sealed->enctype);
}

/* ---- inspections --------------------------------------------------------------------------------- */

void ngd_inspect_accepted(const ngd_subject_t *subject, ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    krb5_context krb5 = ngd_thread_krb5();

    ngd_inspect_keytab(subject, evidence);
    if (krb5) {
        inspect_ticket(krb5, subject, false, evidence, inspection);
        evidence->clock.skew_limit_secs = skew_limit(krb5);
    }
}

/*
 * With a context of its own, since GSSAPI makes one for each accept too: so both
 * see the same krb5.conf, also one that has just been changed or broken.
 */
void ngd_inspect_refused(const ngd_subject_t *subject, ngd_evidence_t *evidence, ngd_inspection_t *inspection)
{
    krb5_context krb5;
    krb5_error_code error;

    ngd_inspect_keytab(subject, evidence);
    error = krb5_init_context(&krb5);
    if (error) {
        note_broken_configuration(error, evidence, inspection);
        return;
    }
    read_configuration(krb5, evidence);
    inspect_ticket(krb5, subject, true, evidence, inspection);
    ask(subject, evidence);
    ngd_replay_cache_look(krb5, &evidence->server, inspection);
    krb5_free_context(krb5);
}

void ngd_inspection_release(ngd_inspection_t *inspection)
{
    for (size_t i = 0; i < inspection->count; i++) {
        free(inspection->text[i]);
    }
    inspection->count = 0;
}
