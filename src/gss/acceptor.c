#include "acceptor.h"

#include <gssapi/gssapi_krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

struct ngd_negotiation {
    gss_ctx_id_t context;
    unsigned legs;              /* answered so far */
};

/* What gss_accept_sec_context() gives back for one token. */
typedef struct {
    OM_uint32 major, minor;
    gss_name_t client;
    gss_OID mech;
    gss_buffer_desc reply;
} accepted_t;

bool ngd_acceptor_equal(const ngd_acceptor_t *a, const ngd_acceptor_t *b)
{
    return a->keytab == b->keytab && ngd_acceptor_name_equal(&a->name, &b->name);
}

void ngd_negotiation_end(ngd_negotiation_t **negotiation)
{
    OM_uint32 minor;

    if (*negotiation) {
        gss_delete_sec_context(&minor, &(*negotiation)->context, GSS_C_NO_BUFFER);
        free(*negotiation);
        *negotiation = NULL;
    }
}

void ngd_decision_release(ngd_decision_t *decision)
{
    free(decision->client);
    free(decision->reply);
    decision->client = NULL;
    decision->reply = NULL;
}

static void refuse(ngd_decision_t *decision, ngd_refusal_t refusal, OM_uint32 major, OM_uint32 minor, const char *why)
{
    decision->verdict = NGD_VERDICT_REFUSED;
    decision->refusal = refusal;
    decision->major = major;
    decision->minor = minor;
    snprintf(decision->fault, sizeof decision->fault, "%s", why);
}

static void refuse_with_status(ngd_decision_t *decision, ngd_refusal_t refusal, OM_uint32 major, OM_uint32 minor,
                               gss_OID mech)
{
    char text[NGD_FAULT_TEXT_SIZE];

    ngd_fault_text(major, minor, mech, text, sizeof text);
    refuse(decision, refusal, major, minor, text);
}

/* The code of the KRB-ERROR that a token is; 0: it is none. */
static int32_t error_code_of(const gss_buffer_desc *bytes)
{
    return ngd_token_error_code((ngd_span_t){ bytes->value, bytes->length });
}

/* ---- a context that is established ------------------------------------------------------ */

/* The client's name as a C string; NULL if it is empty, holds a NUL, or memory ran out. */
static char *client_text(gss_name_t name)
{
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    char *copy = NULL;

    if (gss_display_name(&minor, name, &text, NULL) != GSS_S_COMPLETE) {
        return NULL;
    }
    /* gss_buffer_desc is not NUL-terminated, and a NUL inside would cut one name into another. */
    if (text.length > 0 && !memchr(text.value, '\0', text.length)) {
        copy = strndup(text.value, text.length);
    }
    gss_release_buffer(&minor, &text);
    return copy;
}

static bool is_kerberos(gss_OID mech)
{
    return mech != GSS_C_NO_OID && mech->length == gss_mech_krb5->length
           && memcmp(mech->elements, gss_mech_krb5->elements, mech->length) == 0;
}

static bool keep_reply(ngd_decision_t *decision, const gss_buffer_desc *reply)
{
    if (reply->length == 0) {
        return true;
    }
    decision->reply = malloc(reply->length);
    if (!decision->reply) {
        return false;
    }
    memcpy(decision->reply, reply->value, reply->length);
    decision->reply_bytes = reply->length;
    return true;
}

/*
 * The anonymous principal of any realm (RFC 8062 section 3).  MIT krb5 tells its
 * acceptor nothing of anonymity (GSS_C_ANON_FLAG), so the name has to; nobody
 * else can have it, since '/' and '@' inside a component are shown escaped.
 */
static bool is_anonymous(const char *client)
{
    static const char anonymous[] = "WELLKNOWN/ANONYMOUS@";

    return strncmp(client, anonymous, sizeof anonymous - 1) == 0;
}

static void established(const accepted_t *accepted, ngd_decision_t *decision)
{
    if (!is_kerberos(accepted->mech)) {
        refuse(decision, NGD_REFUSAL_GSS, GSS_S_BAD_MECH, 0, "a mechanism was negotiated that is not enabled here");
    } else if (!(decision->client = client_text(accepted->client))) {
        refuse(decision, NGD_REFUSAL_INTERNAL, GSS_S_BAD_NAME, 0, "the client's name cannot be shown");
    } else if (is_anonymous(decision->client)) {
        refuse(decision, NGD_REFUSAL_ANONYMOUS, GSS_S_UNAUTHORIZED, 0, "the client is anonymous");
    } else if (!keep_reply(decision, &accepted->reply)) {
        refuse(decision, NGD_REFUSAL_INTERNAL, GSS_S_FAILURE, 0, "out of memory");
    } else {
        decision->verdict = NGD_VERDICT_ACCEPTED;
    }
}

/* ---- one leg ---------------------------------------------------------------------------------- */

static void unfinished(ngd_negotiation_t **negotiation, gss_ctx_id_t *context, const accepted_t *accepted,
                       ngd_decision_t *decision)
{
    if (decision->leg >= NGD_LEGS_MAX) {
        refuse(decision, NGD_REFUSAL_LEGS, GSS_S_FAILURE, 0, "the negotiation takes too many legs");
        return;
    }
    if (!*negotiation) {
        *negotiation = calloc(1, sizeof **negotiation);
    }
    if (!*negotiation || !keep_reply(decision, &accepted->reply)) {
        refuse(decision, NGD_REFUSAL_INTERNAL, GSS_S_FAILURE, 0, "out of memory");
        return;
    }
    (*negotiation)->context = *context;
    (*negotiation)->legs = decision->leg;
    *context = GSS_C_NO_CONTEXT;
    decision->verdict = NGD_VERDICT_CONTINUE;
}

/*
 * krb5 asks for another message also where none can come: after a KRB-ERROR of the initiator's, and with nothing to send
 * that he could answer (RFC 2743 section 2.2.2).
 */
static bool leads_nowhere(const gss_buffer_desc *token, const accepted_t *accepted)
{
    return accepted->reply.length == 0 || error_code_of(token) != 0;
}

static void take_leg(gss_cred_id_t credential, ngd_negotiation_t **negotiation, const uint8_t *token,
                     size_t token_bytes, ngd_decision_t *decision)
{
    accepted_t accepted = { .reply = GSS_C_EMPTY_BUFFER };
    gss_buffer_desc input = { token_bytes, (void *)token };
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    OM_uint32 minor;

    if (*negotiation) {
        context = (*negotiation)->context;
        (*negotiation)->context = GSS_C_NO_CONTEXT;
    }
    accepted.major = gss_accept_sec_context(&accepted.minor, &context, credential, &input,
                                            GSS_C_NO_CHANNEL_BINDINGS, &accepted.client, &accepted.mech,
                                            &accepted.reply, NULL, NULL, NULL);
    if (GSS_ERROR(accepted.major)) {
        refuse_with_status(decision, NGD_REFUSAL_GSS, accepted.major, accepted.minor, accepted.mech);
        /* What krb5 would tell the client: the only code of its own that comes out of SPNEGO. */
        decision->reply_code = error_code_of(&accepted.reply);
    } else if ((accepted.major & GSS_S_CONTINUE_NEEDED) && leads_nowhere(&input, &accepted)) {
        refuse_with_status(decision, NGD_REFUSAL_GSS, accepted.major, accepted.minor, accepted.mech);
    } else if (accepted.major & GSS_S_CONTINUE_NEEDED) {
        unfinished(negotiation, &context, &accepted, decision);
    } else {
        established(&accepted, decision);
    }
    if (context != GSS_C_NO_CONTEXT) {
        gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    }
    gss_release_name(&minor, &accepted.client);
    gss_release_buffer(&minor, &accepted.reply);
}

static void refuse_without_entry(ngd_decision_t *decision, const ngd_acceptor_t *acceptor, const char *host)
{
    const ngd_acceptor_name_t *name = &acceptor->name;
    const char *wanted = name->kind == NGD_ACCEPTOR_HOST ? host : name->host;
    char why[NGD_FAULT_TEXT_SIZE];

    snprintf(why, sizeof why, "keytab %s has no entry for %s@%s", ngd_keytab_path(acceptor->keytab),
             name->service ? name->service : "any service", wanted ? wanted : "any host");
    refuse(decision, NGD_REFUSAL_NO_ENTRY, GSS_S_NO_CRED, 0, why);
}

static void refuse_without_keys(ngd_decision_t *decision, ngd_keytab_t *keytab)
{
    char why[NGD_FAULT_TEXT_SIZE];

    snprintf(why, sizeof why, "keytab %s %s", ngd_keytab_path(keytab),
             ngd_keytab_state_words(ngd_keytab_state(keytab)));
    refuse(decision, NGD_REFUSAL_NO_KEYS, GSS_S_NO_CRED, 0, why);
}

static void accept_with_keys(const ngd_acceptor_t *acceptor, const char *host, ngd_replay_t replay,
                             ngd_keyset_t *keys, ngd_negotiation_t **negotiation, const uint8_t *token,
                             size_t token_bytes, ngd_decision_t *decision)
{
    gss_cred_id_t credential;
    OM_uint32 major, minor;
    const ngd_keyset_view_t *view = ngd_keyset_view(keys, &acceptor->name, host);

    if (!view) {
        refuse_without_entry(decision, acceptor, host);
        return;
    }
    major = ngd_thread_credential(acceptor->keytab, keys, view, replay, &credential, &minor);
    if (GSS_ERROR(major)) {
        refuse_with_status(decision, NGD_REFUSAL_NO_CREDENTIAL, major, minor, gss_mech_krb5);
        return;
    }
    take_leg(credential, negotiation, token, token_bytes, decision);
}

/* ---- the decision ------------------------------------------------------------------------------- */

/* The keys that are newer than those of an older generation; NULL if there are none. */
static ngd_keyset_t *newer_keys(ngd_keytab_t *keytab, uint64_t older_generation)
{
    ngd_keyset_t *keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);

    if (keys && ngd_keyset_generation(keys) == older_generation) {
        ngd_keyset_release(keys);
        keys = NULL;
    }
    return keys;
}

void ngd_accept(const ngd_acceptor_t *acceptor, const char *host, ngd_replay_t replay,
                ngd_negotiation_t **negotiation, const uint8_t *token, size_t token_bytes,
                ngd_decision_t *decision)
{
    bool first_leg = !*negotiation;
    ngd_keyset_t *keys = ngd_keytab_keys(acceptor->keytab, NGD_LOOK_USUAL);
    uint64_t generation = keys ? ngd_keyset_generation(keys) : 0;

    memset(decision, 0, sizeof *decision);
    decision->leg = first_leg ? 1 : (*negotiation)->legs + 1;
    if (keys) {
        accept_with_keys(acceptor, host, replay, keys, negotiation, token, token_bytes, decision);
        ngd_keyset_release(keys);
    } else {
        refuse_without_keys(decision, acceptor->keytab);
    }
    /* A key that was not there yet: then the refusal stored nothing, and the token is still good. */
    if (first_leg && decision->verdict == NGD_VERDICT_REFUSED
        && (keys = newer_keys(acceptor->keytab, generation))) {
        ngd_decision_release(decision);
        accept_with_keys(acceptor, host, replay, keys, negotiation, token, token_bytes, decision);
        ngd_keyset_release(keys);
    }
    if (decision->verdict != NGD_VERDICT_CONTINUE) {
        ngd_negotiation_end(negotiation);
    }
}
