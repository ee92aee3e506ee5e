#include "diagnosis.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "details.h"

enum { USECS_PER_SEC = 1000000 };

/* RFC 4120 section 7.5.9, as far as a rule asks for them. */
enum {
    AP_ERR_TKT_EXPIRED = 32,
    AP_ERR_TKT_NYV = 33,
    AP_ERR_REPEAT = 34,
    AP_ERR_NOT_US = 35,
    AP_ERR_BADMATCH = 36,
    AP_ERR_SKEW = 37,
    AP_ERR_BADVERSION = 39,
    AP_ERR_MSG_TYPE = 40,
    AP_ERR_INAPP_CKSUM = 50,
    ERR_GENERIC = 60,
};

/* How sure a rule is. */
typedef enum { NO, LIKELY, CERTAIN } verdict_t;
typedef verdict_t rule_fn(const ngd_rules_view_t *view);
typedef void details_fn(const ngd_rules_view_t *view, ngd_finding_t *finding);

static verdict_t certain_if(bool holds)
{
    return holds ? CERTAIN : NO;
}

static verdict_t likely_if(bool holds)
{
    return holds ? LIKELY : NO;
}

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ---- the way, and what httpd and this module decide themselves ----------------------- */

static bool refused_by(const ngd_rules_view_t *view, ngd_refusal_t refusal)
{
    return view->evidence->decision.refusal == refusal;
}

/* GSSAPI, or another module, was content with what the client sent: nothing of it is a reason. */
static bool was_accepted(const ngd_rules_view_t *view)
{
    return refused_by(view, NGD_REFUSAL_ANONYMOUS) || refused_by(view, NGD_REFUSAL_AUTHORIZATION);
}

static verdict_t is_tls_required(const ngd_rules_view_t *view)
{
    return certain_if(refused_by(view, NGD_REFUSAL_TLS));
}

/* One cannot tell which field it was. */
static verdict_t is_header_too_large(const ngd_rules_view_t *view)
{
    return likely_if(refused_by(view, NGD_REFUSAL_HEADER_SIZE));
}

static verdict_t is_anonymous_client(const ngd_rules_view_t *view)
{
    return certain_if(refused_by(view, NGD_REFUSAL_ANONYMOUS));
}

static verdict_t is_not_authorized(const ngd_rules_view_t *view)
{
    return certain_if(refused_by(view, NGD_REFUSAL_AUTHORIZATION));
}

static verdict_t has_too_many_legs(const ngd_rules_view_t *view)
{
    return certain_if(refused_by(view, NGD_REFUSAL_LEGS));
}

static verdict_t is_interrupted(const ngd_rules_view_t *view)
{
    return certain_if(refused_by(view, NGD_REFUSAL_MOVED));
}

/* ---- the ticket's key ----------------------------------------------------------------- */

/* The key is what is wrong: a whole ticket, keys that were tried on it, and none that may open it does. */
static bool key_fails(const ngd_rules_view_t *view)
{
    return view->refused && view->keys_known && !view->key_is_right;
}

/* None of this keytab's keys opens it, whatever its name. */
bool ngd_rules_nothing_opens(const ngd_rules_view_t *view)
{
    return key_fails(view) && view->evidence->keytab.matched == NULL;
}

bool ngd_rules_part_is(const ngd_principal_name_t *name, size_t i, const char *text)
{
    return name->parts > i && name->part[i].len == strlen(text) && memcmp(name->part[i].data, text, strlen(text)) == 0;
}

static verdict_t is_not_a_service_ticket(const ngd_rules_view_t *view)
{
    const ngd_ap_req_t *ap_req = &view->evidence->token.ap_req;
    bool session_key = (ap_req->ap_options & NGD_AP_OPTION_USE_SESSION_KEY) != 0;
    bool opens = view->evidence->keytab.matched != NULL || view->evidence->keytab.other_path != NULL;

    return certain_if(view->refused && view->has_ticket && !view->key_is_right && !opens
                      && (ngd_rules_part_is(&ap_req->sname, 0, "krbtgt") || session_key));
}

/* ---- the server's own state ------------------------------------------------------------ */

/* Another module or server refused what the client sent; this location's own settings may say why. */
static bool refused_elsewhere(const ngd_rules_view_t *view)
{
    return view->refused && refused_by(view, NGD_REFUSAL_ELSEWHERE);
}

/* Without keys nobody signs on. */
static bool has_no_keys(const ngd_rules_view_t *view)
{
    return refused_by(view, NGD_REFUSAL_NO_KEYS)
           || (refused_elsewhere(view) && view->evidence->keytab.entries_count == 0);
}

/* The keys are those of an older file, and open nothing: a good file might have had the right one. */
static bool has_only_stale_keys(const ngd_rules_view_t *view)
{
    return ngd_rules_nothing_opens(view) && !refused_by(view, NGD_REFUSAL_NO_ENTRY)
           && is_not_a_service_ticket(view) == NO;
}

static verdict_t keytab_is(const ngd_rules_view_t *view, ngd_keytab_state_t state)
{
    if (view->evidence->keytab.state != state) {
        return NO;
    }
    return has_no_keys(view) ? CERTAIN : likely_if(has_only_stale_keys(view));
}

static verdict_t is_keytab_missing(const ngd_rules_view_t *view)
{
    return keytab_is(view, NGD_KEYTAB_MISSING);
}

static verdict_t is_keytab_unreadable(const ngd_rules_view_t *view)
{
    return keytab_is(view, NGD_KEYTAB_UNREADABLE);
}

static verdict_t is_keytab_empty(const ngd_rules_view_t *view)
{
    return keytab_is(view, NGD_KEYTAB_EMPTY);
}

/* What is whole and yet not loaded is no keytab that this krb5 knows, unless krb5 cannot even read its configuration. */
static verdict_t is_keytab_corrupt(const ngd_rules_view_t *view)
{
    verdict_t unloadable = view->evidence->server.krb5_conf_error == 0 ? keytab_is(view, NGD_KEYTAB_UNLOADABLE) : NO;

    return unloadable != NO ? unloadable : keytab_is(view, NGD_KEYTAB_CORRUPT);
}

static verdict_t is_krb5_conf_broken(const ngd_rules_view_t *view)
{
    return certain_if(view->evidence->server.krb5_conf_error != 0 && view->evidence->decision.refusal != NGD_REFUSAL_NONE
                      && !view->evidence->decision.passes);
}

static verdict_t has_no_key_for_acceptor(const ngd_rules_view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;

    return certain_if(refused_by(view, NGD_REFUSAL_NO_ENTRY)
                      || (refused_elsewhere(view) && keytab->entries_count > 0 && keytab->admitted_count == 0));
}

/*
 * What passed is the Kerberos token alone, as krb5 was asked about no more: where SPNEGO around it is damaged, or begins
 * in the middle of a negotiation, no replay cache was asked.  Kerberos' own error message proves that one was.
 */
static bool whole_token_passes(const ngd_rules_view_t *view)
{
    const ngd_evidence_t *e = view->evidence;
    bool orphan = e->token.kind == NGD_TOKEN_SPNEGO_RESP && e->attempt.leg <= 1;

    return e->decision.passes && (e->decision.reply_code != 0 || (e->token.stop.reason == NGD_STOP_NONE && !orphan));
}

/*
 * Everything but the replay cache passes, so it is the cache that refused.  Whether it knew the token or could not be
 * used, Kerberos' own error message says, where the client asked for mutual authentication; otherwise the file does.
 */
static bool cache_refused(const ngd_rules_view_t *view)
{
    int32_t reply = view->evidence->decision.reply_code;

    return whole_token_passes(view) && (reply == 0 || reply == AP_ERR_REPEAT || reply == ERR_GENERIC)
           && (refused_by(view, NGD_REFUSAL_GSS) || refused_by(view, NGD_REFUSAL_ELSEWHERE));
}

/* krb5 looks for a token in the cache before it writes it there, so that a full disk hides no replay. */
static bool is_full(const ngd_rules_view_t *view)
{
    int error = view->evidence->server.replay_cache_error;

    return error == ENOSPC || error == EDQUOT;
}

static verdict_t is_replay_cache_failed(const ngd_rules_view_t *view)
{
    int32_t reply = view->evidence->decision.reply_code;
    bool unusable = view->evidence->server.replay_cache == NGD_REPLAY_CACHE_UNUSABLE;

    if (!cache_refused(view) || !refused_by(view, NGD_REFUSAL_GSS)) {
        return NO;
    }
    if (reply == ERR_GENERIC) {
        return CERTAIN;
    }
    return reply != 0 || !unusable ? NO : is_full(view) ? LIKELY : CERTAIN;
}

/* Of another module's replay cache nothing is known but what Kerberos told the client. */
static verdict_t is_replay(const ngd_rules_view_t *view)
{
    if (!cache_refused(view) || is_replay_cache_failed(view) != NO) {
        return NO;
    }
    if (view->evidence->decision.reply_code == AP_ERR_REPEAT) {
        return CERTAIN;
    }
    return likely_if(view->evidence->server.replay_cache != NGD_REPLAY_CACHE_OFF && refused_by(view, NGD_REFUSAL_GSS));
}

static verdict_t is_refused_elsewhere(const ngd_rules_view_t *view)
{
    return certain_if(refused_by(view, NGD_REFUSAL_ELSEWHERE) && whole_token_passes(view));
}

/* ---- what the client sent ------------------------------------------------------------- */

static bool has_scheme(const ngd_rules_view_t *view, ngd_scheme_t scheme)
{
    return view->evidence->header.scheme == scheme;
}

/* Nothing came, and nothing else is known to be wrong. */
static bool came_without(const ngd_rules_view_t *view)
{
    return has_scheme(view, NGD_SCHEME_NONE) && view->evidence->attempt.outcome == NGD_OUTCOME_ANONYMOUS
           && (view->evidence->decision.refusal == NGD_REFUSAL_MESSAGE || refused_by(view, NGD_REFUSAL_ELSEWHERE));
}

static verdict_t is_challenge_ignored(const ngd_rules_view_t *view)
{
    return likely_if(came_without(view) && view->evidence->connection.challenged_before);
}

static verdict_t is_no_token(const ngd_rules_view_t *view)
{
    return certain_if(came_without(view));
}

static bool is_decided(const ngd_rules_view_t *view)
{
    return !refused_by(view, NGD_REFUSAL_NONE) && !was_accepted(view);
}

/* Another module may take passwords, and have refused this one. */
static verdict_t is_basic_not_enabled(const ngd_rules_view_t *view)
{
    if (!is_decided(view) || !has_scheme(view, NGD_SCHEME_BASIC)) {
        return NO;
    }
    return refused_by(view, NGD_REFUSAL_ELSEWHERE) ? LIKELY : CERTAIN;
}

static verdict_t is_ntlm_scheme(const ngd_rules_view_t *view)
{
    return certain_if(is_decided(view) && has_scheme(view, NGD_SCHEME_NTLM));
}

static verdict_t is_other_scheme(const ngd_rules_view_t *view)
{
    return certain_if(is_decided(view) && !has_scheme(view, NGD_SCHEME_NONE) && !has_scheme(view, NGD_SCHEME_NEGOTIATE)
                      && !has_scheme(view, NGD_SCHEME_BASIC) && !has_scheme(view, NGD_SCHEME_NTLM));
}

/* A Negotiate header with something behind it that was refused. */
static const ngd_token_t *token_of(const ngd_rules_view_t *view)
{
    bool there = is_decided(view) && has_scheme(view, NGD_SCHEME_NEGOTIATE) && view->evidence->header.base64.len > 0;

    return there ? &view->evidence->token : NULL;
}

static verdict_t is_empty_token(const ngd_rules_view_t *view)
{
    return certain_if(is_decided(view) && has_scheme(view, NGD_SCHEME_NEGOTIATE)
                      && view->evidence->header.base64.len == 0);
}

static verdict_t is_bad_base64(const ngd_rules_view_t *view)
{
    return certain_if(token_of(view) != NULL && view->evidence->base64_stop.reason == NGD_STOP_MALFORMED);
}

/* krb5 has read the ticket where it complains of something in it. */
static bool is_answer(int32_t code)
{
    return code != 0 && code != AP_ERR_BADVERSION && code != AP_ERR_MSG_TYPE && code != ERR_GENERIC;
}

/*
 * How far the message's shape may be the reason.  Where the Kerberos token passes alone, only what SPNEGO wraps around
 * it can be wrong; or else it is the replay cache, which does not always say so.
 */
static verdict_t suspicion(const ngd_rules_view_t *view)
{
    const ngd_decision_facts_t *decision = &view->evidence->decision;
    bool mutual = (view->evidence->token.ap_req.ap_options & NGD_AP_OPTION_MUTUAL_REQUIRED) != 0;

    if (token_of(view) == NULL || !view->refused || is_answer(decision->reply_code) || is_answer(decision->asked_code)
        || (decision->passes && decision->reply_code != 0)) {
        return NO;
    }
    /* Had krb5 refused a client that wants mutual authentication, it would have answered. */
    return decision->passes && !mutual ? LIKELY : CERTAIN;
}

static verdict_t is_truncated_token(const ngd_rules_view_t *view)
{
    const ngd_evidence_t *e = view->evidence;
    bool base64_cut = e->base64_stop.reason == NGD_STOP_TRUNCATED;
    bool token_cut = e->base64_stop.reason == NGD_STOP_NONE && e->token.stop.reason == NGD_STOP_TRUNCATED;

    return base64_cut || token_cut ? suspicion(view) : NO;
}

static bool is_kerberos(ngd_mech_t mech)
{
    return mech == NGD_MECH_KRB5 || mech == NGD_MECH_MS_KRB5;
}

/* It says that it brings a Kerberos token, and what it wraps is framed for something else. */
bool ngd_rules_wraps_another(const ngd_token_t *token)
{
    return token->mechanisms_count > 0 && is_kerberos(token->mechanisms[0].mech) && token->inner == NGD_INNER_OTHER;
}

static verdict_t is_malformed_token(const ngd_rules_view_t *view)
{
    const ngd_evidence_t *e = view->evidence;
    bool unreadable = e->token.stop.reason == NGD_STOP_MALFORMED
                      || (e->token.kind == NGD_TOKEN_UNKNOWN && e->token.inner == NGD_INNER_NONE);
    bool broken = unreadable || ngd_rules_wraps_another(&e->token);

    return e->base64_stop.reason == NGD_STOP_NONE && broken ? suspicion(view) : NO;
}

static bool offers(const ngd_token_t *token, bool (*wanted)(ngd_mech_t))
{
    for (size_t i = 0; i < token->mechanisms_count; i++) {
        if (wanted(token->mechanisms[i].mech)) {
            return true;
        }
    }
    return false;
}

static bool is_ntlm(ngd_mech_t mech)
{
    return mech == NGD_MECH_NTLMSSP;
}

static verdict_t is_ntlm_fallback(const ngd_rules_view_t *view)
{
    const ngd_token_t *token = token_of(view);

    return certain_if(token != NULL && (token->inner == NGD_INNER_NTLM || offers(token, is_ntlm))
                      && !offers(token, is_kerberos));
}

/* A list that was cut for its length may have held Kerberos behind the cut. */
static verdict_t is_unsupported_mechanism(const ngd_rules_view_t *view)
{
    const ngd_token_t *token = token_of(view);
    bool offered = token != NULL && token->mechanisms_count > 0 && !offers(token, is_kerberos) && !offers(token, is_ntlm);
    bool bare = token != NULL && token->mechanisms_count == 0 && token->inner == NGD_INNER_OTHER
                && !is_kerberos(token->inner_mech);

    if (offered && token->mechanisms_total > token->mechanisms_count) {
        return LIKELY;
    }
    return certain_if(offered || bare);
}

static verdict_t is_kerberos_error_token(const ngd_rules_view_t *view)
{
    const ngd_token_t *token = token_of(view);

    return certain_if(token != NULL && token->inner == NGD_INNER_KRB_ERROR);
}

static verdict_t is_orphan_continuation(const ngd_rules_view_t *view)
{
    const ngd_token_t *token = token_of(view);
    bool later = token != NULL
                 && (token->kind == NGD_TOKEN_SPNEGO_RESP || token->inner == NGD_INNER_AP_REP
                     || (token->inner == NGD_INNER_NTLM && token->ntlm.type == 3));

    return certain_if(later && view->evidence->attempt.leg <= 1);
}

/* ---- ticket and keytab ------------------------------------------------------------------ */

static verdict_t is_enctype_not_permitted(const ngd_rules_view_t *view)
{
    const ngd_decision_facts_t *decision = &view->evidence->decision;
    bool opens = view->evidence->keytab.matched != NULL;

    if (!view->refused || !view->has_ticket || decision->passes) {
        return NO;
    }
    if (decision->enctype_refused || (opens && decision->enctype_not_permitted)) {
        return CERTAIN;
    }
    /* The key may still be right: krb5 opens nothing of types that it has given up, DES say. */
    return likely_if(ngd_rules_nothing_opens(view) && view->claim.same_enctype > 0 && decision->enctype_not_permitted);
}

static bool matched_but_not_admitted(const ngd_rules_view_t *view)
{
    return key_fails(view) && view->evidence->keytab.matched != NULL;
}

static verdict_t is_spn_case_mismatch(const ngd_rules_view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;

    if (matched_but_not_admitted(view)) {
        return certain_if(ngd_same_but_case(keytab->matched->principal, view->claim.principal));
    }
    return likely_if(ngd_rules_nothing_opens(view) && view->claim.same_name == 0 && view->claim.other_case > 0
                     && keytab->other_path == NULL);
}

static verdict_t is_spn_on_other_account(const ngd_rules_view_t *view)
{
    return certain_if(matched_but_not_admitted(view)
                      && strcasecmp(view->evidence->keytab.matched->principal, view->claim.principal) != 0);
}

/* An entry with the version 0 is one whose writer did not know it. */
static verdict_t is_keytab_old_kvno(const ngd_rules_view_t *view)
{
    bool older = ngd_rules_nothing_opens(view) && view->claim.same_name > 0 && view->claim.same_kvno == 0
                 && view->evidence->token.ap_req.ticket.kvno > view->claim.newest_kvno;

    return older && view->claim.newest_kvno == 0 ? LIKELY : certain_if(older);
}

/*
 * Older than the newest key of that name; a ticket between two versions is an old one, too.  Only likely: an SPN that was
 * moved to a younger account counts its versions anew.
 */
static verdict_t is_ticket_old_kvno(const ngd_rules_view_t *view)
{
    return likely_if(ngd_rules_nothing_opens(view) && view->claim.same_name > 0 && view->claim.same_kvno == 0
                      && view->evidence->token.ap_req.ticket.kvno < view->claim.newest_kvno);
}

static verdict_t is_enctype_missing(const ngd_rules_view_t *view)
{
    return certain_if(ngd_rules_nothing_opens(view) && view->claim.same_kvno > 0 && view->claim.same_enctype == 0);
}

/* A ticket that does not name its key's version may have been sealed with another one. */
static verdict_t is_wrong_key(const ngd_rules_view_t *view)
{
    if (!ngd_rules_nothing_opens(view) || view->claim.same_enctype == 0) {
        return NO;
    }
    return view->evidence->token.ap_req.ticket.has_kvno ? CERTAIN : LIKELY;
}

static verdict_t is_keytab_of_other_site(const ngd_rules_view_t *view)
{
    return certain_if(ngd_rules_nothing_opens(view) && view->claim.same_name == 0
                      && view->evidence->keytab.other_path != NULL);
}

static verdict_t is_realm_mismatch(const ngd_rules_view_t *view)
{
    return certain_if(ngd_rules_nothing_opens(view) && view->claim.same_name == 0 && view->claim.other_realm > 0);
}

/* A name that is too long to be compared here is compared by krb5. */
static verdict_t is_spn_not_in_keytab(const ngd_rules_view_t *view)
{
    const ngd_evidence_t *e = view->evidence;
    bool not_compared = view->refused && e->token.inner == NGD_INNER_AP_REQ && !view->claim.complete
                        && e->keytab.matched == NULL && e->decision.asked_code == AP_ERR_NOT_US;

    return certain_if((ngd_rules_nothing_opens(view) && view->claim.same_name == 0) || not_compared);
}

/* The keytab has the ticket's very entry, and it may not sign anybody on here. */
static verdict_t is_acceptor_name_mismatch(const ngd_rules_view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;
    bool opened_by_it = keytab->matched != NULL && same_text(keytab->matched->principal, view->claim.principal);

    return certain_if(key_fails(view) && keytab->admitted_count > 0 && view->claim.same_name > 0
                      && !keytab->claimed_admitted && (keytab->matched == NULL || opened_by_it));
}

/* ---- protocol ---------------------------------------------------------------------------- */

static bool is_opened(const ngd_rules_view_t *view)
{
    return view->refused && view->evidence->ticket.opened && !view->evidence->decision.passes;
}

/* GSSAPI's own answer counts even where the same token passes a moment later. */
static bool krb5_says(const ngd_rules_view_t *view, int32_t code)
{
    const ngd_decision_facts_t *decision = &view->evidence->decision;

    return view->refused && (decision->reply_code == code || (!decision->passes && decision->asked_code == code));
}

static verdict_t is_authenticator_damaged(const ngd_rules_view_t *view)
{
    const ngd_evidence_t *e = view->evidence;
    bool whole = e->base64_stop.reason == NGD_STOP_NONE && e->token.stop.reason == NGD_STOP_NONE;
    bool unopened = whole && e->token.ap_req.authenticator.present && !e->ticket.authenticator_opened;

    /* With a session key of a type that it may not use, krb5 does not even try. */
    return certain_if((is_opened(view) && unopened && !view->opened_by_krb5 && !e->decision.enctype_refused)
                      || krb5_says(view, AP_ERR_INAPP_CKSUM));
}

static verdict_t is_client_mismatch(const ngd_rules_view_t *view)
{
    const ngd_evidence_t *e = view->evidence;
    bool differ = e->ticket.client != NULL && e->ticket.authenticator_client != NULL
                  && !same_text(e->ticket.client, e->ticket.authenticator_client);

    /* krb5 compares the names themselves, not what they look like. */
    return certain_if(e->decision.asked ? krb5_says(view, AP_ERR_BADMATCH) : is_opened(view) && differ);
}

static verdict_t is_transited_refused(const ngd_rules_view_t *view)
{
    return certain_if(view->refused && view->evidence->decision.transited_refused);
}

/* ---- time -------------------------------------------------------------------------------- */

int64_t ngd_rules_start_secs(const ngd_rules_view_t *view)
{
    const ngd_ticket_facts_t *ticket = &view->evidence->ticket;

    return ticket->start_time_secs != 0 ? ticket->start_time_secs : ticket->auth_time_secs;
}

static bool is_skewed(const ngd_rules_view_t *view)
{
    int64_t distance = view->skew_secs < 0 ? -view->skew_secs : view->skew_secs;

    return is_opened(view) && view->evidence->clock.has_client && distance > view->skew_limit_secs;
}

/* What krb5 itself says of the time counts as well: at the limits a second decides. */
static verdict_t is_clock_skew(const ngd_rules_view_t *view)
{
    return certain_if(is_skewed(view) || krb5_says(view, AP_ERR_SKEW));
}

/* How far the client's clock is before or behind this one where that is a fault: then the ticket is judged by both. */
static int64_t lead_secs(const ngd_rules_view_t *view)
{
    return is_skewed(view) && view->skew_secs > 0 ? view->skew_secs : 0;
}

static int64_t lag_secs(const ngd_rules_view_t *view)
{
    return is_skewed(view) && view->skew_secs < 0 ? -view->skew_secs : 0;
}

static verdict_t is_ticket_expired(const ngd_rules_view_t *view)
{
    int64_t end = view->evidence->ticket.end_time_secs;
    bool over = end > 0 && view->now_secs - lag_secs(view) > end + view->skew_limit_secs;

    return certain_if((is_opened(view) && over) || (!is_skewed(view) && krb5_says(view, AP_ERR_TKT_EXPIRED)));
}

static verdict_t is_ticket_not_yet_valid(const ngd_rules_view_t *view)
{
    bool invalid = (view->evidence->ticket.flags & NGD_TICKET_INVALID) != 0;
    bool later = ngd_rules_start_secs(view) > view->now_secs + lead_secs(view) + view->skew_limit_secs;

    return certain_if((is_opened(view) && (invalid || later))
                      || (!is_skewed(view) && krb5_says(view, AP_ERR_TKT_NYV)));
}

static verdict_t is_pac_unverified(const ngd_rules_view_t *view)
{
    return certain_if(view->evidence->ticket.opened && view->evidence->ticket.pac == NGD_PAC_UNVERIFIED);
}

/* ---- the rules --------------------------------------------------------------------------- */

/*
 * A family holds causes that exclude or explain each other: the first one that holds stands for it.  Families follow in
 * the order in which faults are to be mended.
 */
typedef enum {
    FAMILY_WAY,
    FAMILY_SERVER,
    FAMILY_SHAPE,
    FAMILY_MESSAGE,
    FAMILY_KEY,
    FAMILY_ACCEPTOR,
    FAMILY_PROTOCOL,
    FAMILY_CLOCK,
    FAMILY_TIME,
    FAMILY_AFTER,
    FAMILY_NOTE,
} family_t;

typedef struct {
    family_t family;
    ngd_cause_id_t cause;
    rule_fn *holds;
    details_fn *details;        /* or NULL */
} rule_t;

static const rule_t rules[] = {
    { FAMILY_WAY, NGD_CAUSE_TLS_REQUIRED, is_tls_required, NULL },
    { FAMILY_WAY, NGD_CAUSE_HEADER_TOO_LARGE, is_header_too_large, ngd_details_way },

    { FAMILY_SERVER, NGD_CAUSE_KRB5_CONF_BROKEN, is_krb5_conf_broken, NULL },
    { FAMILY_SERVER, NGD_CAUSE_KEYTAB_MISSING, is_keytab_missing, ngd_details_file },
    { FAMILY_SERVER, NGD_CAUSE_KEYTAB_UNREADABLE, is_keytab_unreadable, ngd_details_file },
    { FAMILY_SERVER, NGD_CAUSE_KEYTAB_EMPTY, is_keytab_empty, ngd_details_file },
    { FAMILY_SERVER, NGD_CAUSE_KEYTAB_CORRUPT, is_keytab_corrupt, ngd_details_file },
    { FAMILY_SERVER, NGD_CAUSE_NO_KEY_FOR_ACCEPTOR, has_no_key_for_acceptor, NULL },
    { FAMILY_SERVER, NGD_CAUSE_REPLAY_CACHE_FAILED, is_replay_cache_failed, NULL },

    { FAMILY_SHAPE, NGD_CAUSE_EMPTY_TOKEN, is_empty_token, ngd_details_way },
    { FAMILY_SHAPE, NGD_CAUSE_BAD_BASE64, is_bad_base64, ngd_details_way },
    { FAMILY_SHAPE, NGD_CAUSE_TRUNCATED_TOKEN, is_truncated_token, ngd_details_way },
    { FAMILY_SHAPE, NGD_CAUSE_MALFORMED_TOKEN, is_malformed_token, ngd_details_malformed },

    { FAMILY_MESSAGE, NGD_CAUSE_CHALLENGE_IGNORED, is_challenge_ignored, ngd_details_missing_ticket },
    { FAMILY_MESSAGE, NGD_CAUSE_NO_TOKEN, is_no_token, NULL },
    { FAMILY_MESSAGE, NGD_CAUSE_BASIC_NOT_ENABLED, is_basic_not_enabled, NULL },
    { FAMILY_MESSAGE, NGD_CAUSE_NTLM_SCHEME, is_ntlm_scheme, ngd_details_way },
    { FAMILY_MESSAGE, NGD_CAUSE_OTHER_SCHEME, is_other_scheme, ngd_details_way },
    { FAMILY_MESSAGE, NGD_CAUSE_NTLM_FALLBACK, is_ntlm_fallback, ngd_details_missing_ticket },
    { FAMILY_MESSAGE, NGD_CAUSE_UNSUPPORTED_MECHANISMS, is_unsupported_mechanism, NULL },
    { FAMILY_MESSAGE, NGD_CAUSE_KERBEROS_ERROR_TOKEN, is_kerberos_error_token, ngd_details_way },
    { FAMILY_MESSAGE, NGD_CAUSE_TOO_MANY_LEGS, has_too_many_legs, NULL },
    { FAMILY_MESSAGE, NGD_CAUSE_NEGOTIATION_INTERRUPTED, is_interrupted, NULL },
    { FAMILY_MESSAGE, NGD_CAUSE_ORPHAN_CONTINUATION, is_orphan_continuation, ngd_details_way },

    { FAMILY_KEY, NGD_CAUSE_NOT_A_SERVICE_TICKET, is_not_a_service_ticket, NULL },
    { FAMILY_KEY, NGD_CAUSE_ENCTYPE_NOT_PERMITTED, is_enctype_not_permitted, NULL },
    { FAMILY_KEY, NGD_CAUSE_KEYTAB_OLD_KVNO, is_keytab_old_kvno, ngd_details_missing_key },
    { FAMILY_KEY, NGD_CAUSE_TICKET_OLD_KVNO, is_ticket_old_kvno, ngd_details_missing_key },
    { FAMILY_KEY, NGD_CAUSE_ENCTYPE_MISSING, is_enctype_missing, ngd_details_missing_key },
    { FAMILY_KEY, NGD_CAUSE_WRONG_KEY, is_wrong_key, ngd_details_wrong_key },
    { FAMILY_KEY, NGD_CAUSE_SPN_CASE_MISMATCH, is_spn_case_mismatch, ngd_details_other_case },
    { FAMILY_KEY, NGD_CAUSE_SPN_ON_OTHER_ACCOUNT, is_spn_on_other_account, ngd_details_other_account },
    { FAMILY_KEY, NGD_CAUSE_KEYTAB_OF_OTHER_SITE, is_keytab_of_other_site, ngd_details_missing_key },
    { FAMILY_KEY, NGD_CAUSE_REALM_MISMATCH, is_realm_mismatch, NULL },
    { FAMILY_KEY, NGD_CAUSE_SPN_NOT_IN_KEYTAB, is_spn_not_in_keytab, ngd_details_missing_key },

    { FAMILY_ACCEPTOR, NGD_CAUSE_ACCEPTOR_NAME_MISMATCH, is_acceptor_name_mismatch, ngd_details_missing_key },

    { FAMILY_PROTOCOL, NGD_CAUSE_AUTHENTICATOR_DAMAGED, is_authenticator_damaged, ngd_details_way },
    { FAMILY_PROTOCOL, NGD_CAUSE_CLIENT_MISMATCH, is_client_mismatch, NULL },
    { FAMILY_PROTOCOL, NGD_CAUSE_TRANSITED_REFUSED, is_transited_refused, NULL },
    { FAMILY_PROTOCOL, NGD_CAUSE_REPLAY, is_replay, ngd_details_way },
    { FAMILY_PROTOCOL, NGD_CAUSE_REFUSED_ELSEWHERE, is_refused_elsewhere, NULL },

    { FAMILY_CLOCK, NGD_CAUSE_CLOCK_SKEW, is_clock_skew, ngd_details_skew },
    { FAMILY_TIME, NGD_CAUSE_TICKET_EXPIRED, is_ticket_expired, NULL },
    { FAMILY_TIME, NGD_CAUSE_TICKET_NOT_YET_VALID, is_ticket_not_yet_valid, NULL },

    { FAMILY_AFTER, NGD_CAUSE_ANONYMOUS_CLIENT, is_anonymous_client, NULL },
    { FAMILY_AFTER, NGD_CAUSE_NOT_AUTHORIZED, is_not_authorized, NULL },

    { FAMILY_NOTE, NGD_CAUSE_PAC_UNVERIFIED, is_pac_unverified, NULL },
};

/* ---- the evaluator ------------------------------------------------------------------------ */

/* An acceptor opens ticket and authenticator before it looks at these (RFC 4120 section 3.2.3). */
static bool is_behind_opening(int32_t code)
{
    return code == AP_ERR_TKT_EXPIRED || code == AP_ERR_TKT_NYV || code == AP_ERR_REPEAT || code == AP_ERR_BADMATCH
           || code == AP_ERR_SKEW || code == AP_ERR_INAPP_CKSUM;
}

static void look(const ngd_evidence_t *evidence, ngd_rules_view_t *view)
{
    const ngd_keytab_facts_t *keytab = &evidence->keytab;
    const ngd_clock_facts_t *clock = &evidence->clock;

    memset(view, 0, sizeof *view);
    view->evidence = evidence;
    ngd_compare(evidence, &view->claim);
    ngd_host_parse(evidence->connection.host, &view->host);
    view->refused = evidence->attempt.outcome == NGD_OUTCOME_REFUSED && !was_accepted(view);
    view->has_ticket = view->claim.complete;
    view->opened_by_krb5 = is_behind_opening(evidence->decision.reply_code)
                           || is_behind_opening(evidence->decision.asked_code) || evidence->decision.transited_refused;
    view->key_is_right = (keytab->matched != NULL && keytab->matched_admitted) || evidence->decision.passes
                         || view->opened_by_krb5;
    view->keys_known = view->has_ticket && keytab->entries_count > 0 && !keytab->keys_untried;
    view->skew_limit_secs = clock->skew_limit_secs > 0 ? clock->skew_limit_secs : NGD_SKEW_LIMIT_SECS;
    view->now_secs = clock->server_usecs / USECS_PER_SEC;
    view->skew_secs = clock->has_client ? ngd_skew_secs(clock) : 0;
}

/* What was found with this location's keytab, where another module refused with one of its own. */
static bool is_by_another_keytab(const ngd_rules_view_t *view, family_t family)
{
    return refused_elsewhere(view) && (family == FAMILY_SERVER || family == FAMILY_KEY || family == FAMILY_ACCEPTOR);
}

static ngd_finding_t find(const ngd_rules_view_t *view, const rule_t *rule, verdict_t verdict)
{
    bool certain = verdict == CERTAIN && !is_by_another_keytab(view, rule->family);
    ngd_finding_t finding = { .cause = rule->cause, .certainty = certain ? NGD_CERTAIN : NGD_LIKELY };

    if (rule->details != NULL) {
        rule->details(view, &finding);
    }
    return finding;
}

static void keep(ngd_diagnosis_t *diagnosis, const ngd_finding_t *finding)
{
    if (!diagnosis->has_cause && ngd_cause(finding->cause)->counts != NGD_COUNTS_NOTE) {
        diagnosis->has_cause = true;
        diagnosis->cause = *finding;
    } else if (diagnosis->also_count < NGD_ALSO_MAX) {
        diagnosis->also[diagnosis->also_count++] = *finding;
    }
}

void ngd_diagnose(const ngd_evidence_t *evidence, ngd_diagnosis_t *diagnosis)
{
    bool found[FAMILY_NOTE + 1] = { false };
    ngd_rules_view_t view;

    memset(diagnosis, 0, sizeof *diagnosis);
    look(evidence, &view);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        verdict_t verdict = found[rules[i].family] ? NO : rules[i].holds(&view);
        if (verdict != NO) {
            ngd_finding_t finding = find(&view, &rules[i], verdict);
            found[rules[i].family] = true;
            keep(diagnosis, &finding);
        }
    }
    if (evidence->attempt.outcome == NGD_OUTCOME_REFUSED && !diagnosis->has_cause) {
        diagnosis->has_cause = true;
        diagnosis->cause = (ngd_finding_t){ .cause = NGD_CAUSE_UNKNOWN, .certainty = NGD_CERTAIN };
    }
}

const char *ngd_certainty_name(ngd_certainty_t certainty)
{
    return certainty == NGD_CERTAIN ? "certain" : "likely";
}
