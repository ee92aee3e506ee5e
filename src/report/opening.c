/* opening.c - what a reader has to know first, in sentences. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "render.h"

/* ---- the three lines of a refusal ---------------------------------------- */

const char ngd_off_headline[] = "You are not signed in.";
const char ngd_denied_headline[] = "You are signed in, but this page is not for you.";
const char ngd_continue_headline[] = "You are not signed in yet: the sign-on needs another step.";
const char ngd_continue_relief[] =
    "Nothing has failed so far. You only see this page if your browser stopped half-way." NGD_PASSWORD_BOX;

static const char *usual_relief(ngd_who_t who)
{
    static const char *const sentences[] = {
        [NGD_WHO_CLIENT] =
            "You may be able to mend this yourself, on this computer; otherwise those who look after it can.",
        [NGD_WHO_SERVER] = "You cannot mend this; the web server's administrators can.",
        [NGD_WHO_DIRECTORY] = "You cannot mend this; those who run your organisation's directory can.",
    };

    return sentences[who];
}

/* Only a 401 can make a browser ask for a password. */
const char *ngd_relief(const ngd_cause_t *cause, char *out, size_t size)
{
    const char *who = cause->relief == NULL ? usual_relief(cause->who) : cause->relief;

    apr_snprintf(out, size, "%s%s", who, cause->status == 401 ? NGD_PASSWORD_BOX : "");
    return out;
}

const char *ngd_help_desk_line(const char *reference, const char *slug, const char *time, const char *contact,
                               apr_pool_t *pool)
{
    /* A captured header was never an attempt of this server's, and has none. */
    return apr_pstrcat(pool, reference, reference[0] == '\0' ? "" : ", ", slug == NULL ? "" : slug,
                       slug == NULL ? "" : ", ", time, contact, NULL);
}

/* ---- the rest ------------------------------------------------------------ */

static const char anonymous_lead[] =
    "Your browser sent no Kerberos ticket with this request. There are four usual reasons:";

static const char unasked_lead[] =
    "This address asks nobody to sign on. Your browser sent something all the same: it stands below, and nobody "
    "has checked it.";

static const char *const anonymous_reasons[] = {
    "It was not asked. A browser sends a ticket only after the server has answered `401` with "
    "`WWW-Authenticate: Negotiate`, and this address may be open to everybody.",
    "It does not trust this address. On Windows the address has to be in the Local intranet zone or in "
    "`AuthServerAllowlist`; elsewhere in `AuthServerAllowlist`, or in Firefox in "
    "`network.negotiate-auth.trusted-uris`.",
    "It has no ticket. `klist` shows the tickets of this computer; without any, sign in to the domain, "
    "connect the VPN, or run `kinit`.",
    "The address is not the site's own name: for an IP address or an unregistered alias there is no ticket.",
    NULL
};

static const char *upper_case(const char *text, apr_pool_t *pool)
{
    char *upper = apr_pstrdup(pool, text == NULL ? "" : text);

    for (char *c = upper; *c != '\0'; c++) {
        *c = (char)apr_toupper(*c);
    }
    return upper;
}

static const char *proof_of(const char *protocol)
{
    if (strcmp(protocol, "Kerberos") == 0) {
        return "its own Kerberos ticket";
    }
    if (strcmp(protocol, "NTLM") == 0) {
        return "NTLM messages, not a Kerberos ticket";
    }
    return "its own credentials";
}

static const char *accepted_lead(const json_t *document, apr_pool_t *pool)
{
    const char *source = ngd_document_text(document, "authentication.source");
    const char *proof = proof_of(ngd_document_text(document, "authentication.protocol"));

    if (source == NULL) {
        return "This server let the request in.";
    }
    if (strcmp(source, "connection") == 0) {
        return "An earlier request on this same connection proved who you are. "
               "This one brought no ticket and needed none.";
    }
    if (strcmp(source, "session") == 0) {
        return "You proved who you are in an earlier request. Since then a sealed session cookie speaks for "
               "you; this request needed no ticket.";
    }
    return apr_pstrcat(pool, "This request brought ", proof, ", and this server accepted it.", NULL);
}

static void say_accepted(ngd_opening_t *opening, const json_t *document, apr_pool_t *pool)
{
    opening->let_in = true;
    opening->headline = "You are signed in as";
    opening->user = ngd_document_text(document, "authentication.user");
    opening->lead = accepted_lead(document, pool);
    if (opening->user == NULL) {
        opening->headline = "You are signed in.";
    }
}

/* A token that a server would accept, without the server. */
static void say_acceptable(ngd_opening_t *opening, const json_t *document)
{
    opening->let_in = true;
    opening->headline = "A server that has this keytab would sign in";
    opening->user = ngd_document_text(document, "ticket.client");
    opening->lead = "Kerberos accepts the ticket with a key of this keytab.";
}

/* Nobody was asked to sign on, or nobody came with anything. */
static void say_anonymous(const json_t *document, ngd_opening_t *opening)
{
    bool brought_something = json_is_object(json_object_get(document, "token"));

    opening->let_in = true;
    opening->headline = "Nobody is signed in.";
    opening->lead = brought_something ? unasked_lead : anonymous_lead;
    if (!brought_something) {
        opening->reasons = anonymous_reasons;
    }
}

static void say_cause(ngd_opening_t *opening, const json_t *document)
{
    opening->state = "refused";
    opening->slug = ngd_document_text(document, "cause.slug");
    opening->headline = ngd_document_text(document, "cause.headline");
    opening->lead = ngd_document_text(document, "cause.relief");
}

/* A document that holds the reference alone has no authentication, whatever the outcome. */
static void say_outcome(ngd_opening_t *opening, const json_t *document, apr_pool_t *pool)
{
    bool known = json_is_object(json_object_get(document, "authentication"));
    bool whole = json_is_object(json_object_get(document, "connection"));

    if (strcmp(opening->state, "continue") == 0) {
        opening->headline = ngd_continue_headline;
        opening->lead = ngd_continue_relief;
    } else if (known && strcmp(opening->state, "accepted") == 0) {
        say_accepted(opening, document, pool);
    } else if (known && strcmp(opening->state, "anonymous") == 0) {
        say_anonymous(document, opening);
    } else if (whole && strcmp(opening->state, "accepted") == 0) {
        say_acceptable(opening, document);
    } else {
        opening->headline = ngd_off_headline;
    }
}

ngd_opening_t ngd_opening_of(const json_t *document, apr_pool_t *pool)
{
    static const char *const no_reasons[] = { NULL };
    const char *reference = ngd_document_text(document, "attempt.id");
    ngd_opening_t opening = {
        .state = ngd_document_text(document, "attempt.outcome"),
        .signed_in = ngd_document_at(document, "authentication.user") != NULL,
        .method = upper_case(ngd_document_text(document, "authentication.method"), pool),
        .protocol = ngd_document_text(document, "authentication.protocol"),
        .reasons = no_reasons,
        .reference = reference == NULL ? "" : reference,
        .time = ngd_time_words(ngd_document_text(document, "attempt.time"), NGD_TO_THE_MINUTE, pool),
        .contact = ngd_document_text(document, "contact"),
    };

    if (ngd_document_at(document, "cause") != NULL) {
        say_cause(&opening, document);
    } else {
        say_outcome(&opening, document, pool);
    }
    return opening;
}
