/* words.c - values of the document in words. */
#include <apr_strings.h>
#include <string.h>

#include "words.h"

static void add(apr_array_header_t *cells, const char *text, const char *note)
{
    ngd_cell_t *cell = apr_array_push(cells);

    cell->text = text;
    cell->note = note;
}

/* ---- words for words ----------------------------------------------------- */

typedef struct {
    const char *word;
    const char *meaning;
} gloss_t;

static const char *meaning_of(const gloss_t *glosses, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(glosses[i].word, word) == 0) {
            return glosses[i].meaning;
        }
    }
    return NULL;
}

#define MEANING(glosses, word) meaning_of(glosses, sizeof(glosses) / sizeof(glosses)[0], word)

static const gloss_t sources[] = {
    { "request", "what this request itself brought" },
    { "connection", "an earlier request on this same connection" },
    { "session", "a sealed session cookie from an earlier sign-on" },
};

static const gloss_t persistences[] = {
    { "request", "this request only; the next one proves it again" },
    { "connection", "as long as this connection stays open" },
    { "session", "as long as the session cookie is valid" },
};

static const gloss_t kinds[] = {
    { "spnego-init", "SPNEGO, first message" },
    { "spnego-init2", "SPNEGO, first message with hints, as servers send it" },
    { "spnego-response", "SPNEGO, a later message" },
    { "kerberos", "Kerberos without SPNEGO around it" },
    { "ntlm", "NTLM without SPNEGO around it" },
    { "empty", "no token behind the scheme" },
    { "unknown", "neither SPNEGO, Kerberos nor NTLM" },
};

static const gloss_t ticket_flags[] = {
    { "forwardable", "may be passed on to a server that acts for you" },
    { "forwarded", "was passed on, or comes from one that was" },
    { "proxiable", "may be used for a proxy ticket" },
    { "proxy", "is a proxy ticket" },
    { "may-postdate", "may be used for a ticket that starts later" },
    { "postdated", "was made to start later" },
    { "invalid", "has to be validated before use" },
    { "renewable", "can be renewed without a password" },
    { "initial", "issued for a password or certificate directly" },
    { "pre-authent", "you proved who you are before it was issued" },
    { "hw-authent", "you proved who you are with a hardware token" },
    { "transited-policy-checked", "the directory checked the realms on the way" },
    { "ok-as-delegate", "the directory trusts this server with your credentials" },
    { "enc-pa-rep", "the reply that brought it was protected against tampering" },
    { "anonymous", "does not say who you are" },
};

static const gloss_t ap_options[] = {
    { "use-session-key", "sealed with a session key, not with the server's" },
    { "mutual-required", "the server has to prove itself too" },
};

static const gloss_t pacs[] = {
    { "none", "none" },
    { "verified", "its signature is this server's" },
    { "unverified", "its signature could not be verified" },
};

static const gloss_t refusals[] = {
    { "tls", "NegotiateRequireTLS; no key was used" },
    { "header-size", "httpd, for the header's size" },
    { "message", "this module: nothing came that GSSAPI could look at" },
    { "no-keys", "this module: no keytab has ever been read well" },
    { "no-entry", "this module: NegotiateAcceptorName admits no entry" },
    { "no-credential", "Kerberos, which gave no credential on the keys" },
    { "gss", "GSSAPI, which did not accept the token" },
    { "anonymous", "this module: the ticket's client is nobody" },
    { "legs", "this module: the negotiation had no end" },
    { "moved", "this module: the negotiation came to another configuration" },
    { "authorization", "Require, after the sign-on" },
    { "elsewhere", "another module or server" },
};

/* A word by what it means here; the word itself where it has no meaning yet. */
static void add_meaning(apr_array_header_t *cells, const gloss_t *glosses, size_t count, const json_t *value)
{
    const char *word = json_string_value(value);
    const char *meaning = meaning_of(glosses, count, word);

    add(cells, meaning == NULL ? word : meaning, NULL);
}

#define ADD_MEANING(cells, glosses, value) \
    add_meaning(cells, glosses, sizeof(glosses) / sizeof(glosses)[0], value)

void ngd_words_source(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    ADD_MEANING(cells, sources, value);
}

void ngd_words_pac(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    ADD_MEANING(cells, pacs, value);
}

void ngd_words_refusal(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    ADD_MEANING(cells, refusals, value);
}

/* Where nobody is signed in there is nothing that could last. */
void ngd_words_persist(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    if (ngd_document_at(document, "authentication.user") != NULL) {
        ADD_MEANING(cells, persistences, value);
    }
}

void ngd_words_kind(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    ADD_MEANING(cells, kinds, value);
}

void ngd_words_ticket_flags(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *word = json_string_value(json_array_get(value, i));

        add(cells, word, MEANING(ticket_flags, word));
    }
}

void ngd_words_ap_options(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *word = json_string_value(json_array_get(value, i));

        add(cells, word, MEANING(ap_options, word));
    }
}

/* ---- plain values -------------------------------------------------------- */

void ngd_words_text(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    const char *text = json_string_value(value);

    (void)document;
    if (text == NULL) {
        text = apr_psprintf(cells->pool, "%" APR_INT64_T_FMT, (apr_int64_t)json_integer_value(value));
    }
    add(cells, text, NULL);
}

void ngd_words_yes_no(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    add(cells, json_is_true(value) ? "yes" : "no", NULL);
}

void ngd_words_later_leg(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    json_int_t leg = json_integer_value(value);

    (void)document;
    if (leg > 1) {
        add(cells, apr_psprintf(cells->pool, "message %d of the negotiation", (int)leg), NULL);
    }
}

/* 8190 as "8,190". */
static const char *grouped(apr_pool_t *pool, json_int_t number)
{
    if (number < 1000) {
        return apr_psprintf(pool, "%d", (int)number);
    }
    return apr_psprintf(pool, "%s,%03d", grouped(pool, number / 1000), (int)(number % 1000));
}

static const char *bytes_words(apr_pool_t *pool, json_int_t bytes)
{
    return apr_pstrcat(pool, grouped(pool, bytes), " bytes", NULL);
}

void ngd_words_bytes(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    add(cells, bytes_words(cells->pool, json_integer_value(value)), NULL);
}

void ngd_words_header_bytes(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    json_int_t limit = json_integer_value(ngd_document_at(document, "connection.header_limit_bytes"));
    json_int_t bytes = json_integer_value(value);
    const char *note = NULL;

    if (limit > 0) {
        note = apr_psprintf(cells->pool, "%d %% of the %s bytes that LimitRequestFieldSize allows",
                            (int)(bytes * 100 / limit), grouped(cells->pool, limit));
    }
    add(cells, bytes_words(cells->pool, bytes), note);
}

void ngd_words_mechanisms(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    const json_t *oids = ngd_document_at(document, "token.mechanism_oids");

    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *oid = json_string_value(json_array_get(oids, i));

        add(cells, json_string_value(json_array_get(value, i)),
            i == 0 ? apr_pstrcat(cells->pool, "preferred, ", oid, NULL) : oid);
    }
}

void ngd_words_ntlm_type(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    static const char *const names[] = { NULL, "negotiate", "challenge", "authenticate" };
    json_int_t type = json_integer_value(value);

    (void)document;
    add(cells, apr_psprintf(cells->pool, "type %" APR_INT64_T_FMT, (apr_int64_t)type),
        type >= 1 && type <= 3 ? names[type] : NULL);
}

void ngd_words_stopped(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    const char *reason = json_string_value(json_object_get(value, "reason"));
    const char *expected = json_string_value(json_object_get(value, "expected"));
    json_int_t offset = json_integer_value(json_object_get(value, "offset"));

    (void)document;
    bool in_base64 = strcmp(json_string_value(json_object_get(value, "in")), "base64") == 0;
    add(cells, apr_psprintf(cells->pool, "%s at %s %s, where %s was expected",
                            strcmp(reason, "truncated") == 0 ? "cut off" : "not readable",
                            in_base64 ? "base64 character" : "byte", grouped(cells->pool, offset),
                            expected == NULL ? "more" : expected), NULL);
}

void ngd_words_entries(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *entry = json_array_get(value, i);
        const char *principal = json_string_value(json_object_get(entry, "principal"));

        add(cells, principal == NULL ? "?" : principal,
            apr_psprintf(cells->pool, "key version %" APR_INT64_T_FMT ", %s",
                         (apr_int64_t)json_integer_value(json_object_get(entry, "kvno")),
                         json_string_value(json_object_get(entry, "enctype"))));
    }
}

void ngd_words_other_keytab(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    const char *path = json_string_value(json_object_get(value, "path"));

    (void)document;
    add(cells, path == NULL ? "?" : path, json_string_value(json_object_get(value, "principal")));
}

void ngd_words_other_client(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    if (!json_equal(value, ngd_document_at(document, "ticket.client"))) {
        add(cells, json_string_value(value), NULL);
    }
}

/* ---- numbers of others ----------------------------------------------------- */

static const char *number_words(apr_pool_t *pool, const json_t *object, const char *key)
{
    return apr_psprintf(pool, "%" APR_INT64_T_FMT, (apr_int64_t)json_integer_value(json_object_get(object, key)));
}

void ngd_words_numbered(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    const char *name = json_string_value(json_object_get(value, "name"));
    const char *number = number_words(cells->pool, value, "code");

    (void)document;
    add(cells, name == NULL ? number : name, name == NULL ? NULL : number);
}

void ngd_words_asked(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    if (json_is_true(json_object_get(value, "passes"))) {
        add(cells, "nothing is wrong with the token itself", NULL);
    } else if (json_is_null(json_object_get(value, "code"))) {
        add(cells, number_words(cells->pool, value, "error"), NULL);
    } else {
        ngd_words_numbered(document, value, cells);
    }
}

void ngd_words_iis(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    const char *name = json_string_value(json_object_get(value, "name"));
    const char *number = number_words(cells->pool, value, "win32");

    (void)document;
    add(cells, json_string_value(json_object_get(value, "status")),
        name == NULL ? number : apr_pstrcat(cells->pool, name, ", ", number, NULL));
}

/* ---- time ---------------------------------------------------------------- */

/* "2026-11-23T15:02:07.250+01:00" as "2026-11-23 15:02:07 +01:00". */
const char *ngd_time_words(const char *iso, ngd_precision_t clock_columns, apr_pool_t *pool)
{
    if (iso == NULL) {
        return "";
    }
    return apr_psprintf(pool, "%.10s %.*s %s", iso, (int)clock_columns, iso + strlen("2026-11-23T"),
                        iso + strlen(iso) - strlen("+01:00"));
}

static const char *duration(apr_pool_t *pool, json_int_t secs)
{
    static const struct {
        json_int_t above, unit, part;
        const char *unit_name, *part_name;
    } scales[] = {
        { 172800, 86400, 3600, "d", "h" },
        { 3600, 3600, 60, "h", "min" },
        { 60, 60, 1, "min", "s" },
    };

    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        if (secs >= scales[i].above) {
            return apr_psprintf(pool, "%d %s %d %s", (int)(secs / scales[i].unit), scales[i].unit_name,
                                (int)(secs % scales[i].unit / scales[i].part), scales[i].part_name);
        }
    }
    return apr_psprintf(pool, "%d s", (int)secs);
}

void ngd_words_time(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    (void)document;
    add(cells, ngd_time_words(json_string_value(value), NGD_TO_THE_SECOND, cells->pool), NULL);
}

void ngd_words_end_time(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    const json_t *left = ngd_document_at(document, "ticket.ends_in_secs");
    json_int_t secs = json_integer_value(left);
    const char *note = NULL;

    if (left != NULL && secs >= 0) {
        note = apr_pstrcat(cells->pool, "ends in ", duration(cells->pool, secs), NULL);
    } else if (left != NULL) {
        note = apr_pstrcat(cells->pool, "ended ", duration(cells->pool, -secs), " ago", NULL);
    }
    add(cells, ngd_time_words(json_string_value(value), NGD_TO_THE_SECOND, cells->pool), note);
}

/* Tenths without printf's decimal point, which is the locale's. */
static const char *skew_distance(apr_pool_t *pool, double secs)
{
    json_int_t tenths = (json_int_t)(secs * 10 + 0.5);

    if (tenths >= 600) {
        return duration(pool, tenths / 10);
    }
    return apr_psprintf(pool, "%d.%d s", (int)(tenths / 10), (int)(tenths % 10));
}

void ngd_words_skew(const json_t *document, const json_t *value, apr_array_header_t *cells)
{
    double skew = json_number_value(value);
    double distance = skew < 0 ? -skew : skew;
    const char *words;

    (void)document;
    if (distance < 0.05) {
        words = "Your computer's clock agrees with this server's.";
    } else {
        words = apr_psprintf(cells->pool, "Your computer's clock is %s %s this server's.",
                             skew_distance(cells->pool, distance), skew < 0 ? "behind" : "ahead of");
    }
    add(cells, words, NULL);
}
