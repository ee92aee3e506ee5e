#include "expand.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"

enum { VALUE_SIZE = 512, USECS_PER_SEC = 1000000 };

/* Writes a fact into out; false where it is not known. */
typedef bool value_fn(const ngd_evidence_t *evidence, char *out, size_t size);

static bool put(const char *text, char *out, size_t size)
{
    if (text == NULL || text[0] == '\0') {
        return false;
    }
    snprintf(out, size, "%s", text);
    return true;
}

/* ---- names ------------------------------------------------------------------------ */

static bool has_ticket(const ngd_evidence_t *evidence)
{
    return evidence->token.inner == NGD_INNER_AP_REQ && evidence->token.ap_req.sname.parts > 0;
}

static bool sname(const ngd_evidence_t *evidence, char *out, size_t size)
{
    const ngd_principal_name_t *name = &evidence->token.ap_req.sname;

    return has_ticket(evidence) && name->parts == name->parts_total && ngd_principal_text(name, out, size)[0] != '\0';
}

/* HTTP@web.example.test, as NegotiateAcceptorName wants it. */
static bool sname_hostbased(const ngd_evidence_t *evidence, char *out, size_t size)
{
    char *slash;

    if (!sname(evidence, out, size) || evidence->token.ap_req.sname.parts != 2 || (slash = strchr(out, '/')) == NULL) {
        return false;
    }
    *slash = '@';
    return true;
}

static bool realm(const ngd_evidence_t *evidence, char *out, size_t size)
{
    ngd_span_t text = evidence->token.ap_req.realm;

    return has_ticket(evidence) && text.len > 0 && ngd_text_utf8(text, NGD_CHARSET_OEM, out, size)[0] != '\0';
}

static bool principal(const ngd_evidence_t *evidence, char *out, size_t size)
{
    ngd_comparison_t comparison;

    ngd_compare(evidence, &comparison);
    return put(comparison.principal, out, size);
}

static bool nearest(const ngd_evidence_t *evidence, char *out, size_t size)
{
    ngd_comparison_t comparison;

    ngd_compare(evidence, &comparison);
    if (comparison.nearest != NULL) {
        return put(comparison.nearest->principal, out, size);
    }
    return evidence->keytab.matched != NULL && put(evidence->keytab.matched->principal, out, size);
}

static bool matched(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return evidence->keytab.matched != NULL && put(evidence->keytab.matched->principal, out, size);
}

static bool other_principal(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->keytab.other_principal, out, size);
}

static bool client(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->ticket.client, out, size);
}

static bool authenticator_client(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->ticket.authenticator_client, out, size);
}

static bool user(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->authentication.user, out, size);
}

static bool host(const ngd_evidence_t *evidence, char *out, size_t size)
{
    ngd_host_t parsed;

    ngd_host_parse(evidence->connection.host, &parsed);
    return put(parsed.name, out, size);
}

static bool port(const ngd_evidence_t *evidence, char *out, size_t size)
{
    ngd_host_t parsed;

    ngd_host_parse(evidence->connection.host, &parsed);
    snprintf(out, size, "%u", parsed.port);
    return parsed.port != 0;
}

/* ---- keys ------------------------------------------------------------------------- */

static bool kvno_ticket(const ngd_evidence_t *evidence, char *out, size_t size)
{
    snprintf(out, size, "%" PRIu32, evidence->token.ap_req.ticket.kvno);
    return has_ticket(evidence) && evidence->token.ap_req.ticket.has_kvno;
}

static bool kvno_keytab(const ngd_evidence_t *evidence, char *out, size_t size)
{
    ngd_comparison_t comparison;

    ngd_compare(evidence, &comparison);
    snprintf(out, size, "%" PRIu32, comparison.newest_kvno);
    return comparison.same_name > 0;
}

static void add_enctype(int32_t enctype, const char *between, char *out, size_t size)
{
    const char *name = ngd_enctype_name(enctype);
    size_t used = strlen(out);

    if (name != NULL) {
        snprintf(out + used, size - used, "%s%s", between, name);
    } else {
        snprintf(out + used, size - used, "%stype %" PRId32, between, enctype);
    }
}

static bool enctype_ticket(const ngd_evidence_t *evidence, char *out, size_t size)
{
    out[0] = '\0';
    add_enctype(evidence->token.ap_req.ticket.enctype, "", out, size);
    return has_ticket(evidence) && evidence->token.ap_req.ticket.present;
}

/* Those of the entries with the ticket's name and kvno. */
static bool enctypes_keytab(const ngd_evidence_t *evidence, char *out, size_t size)
{
    ngd_comparison_t comparison;
    const ngd_encrypted_t *sealed = &evidence->token.ap_req.ticket;

    ngd_compare(evidence, &comparison);
    out[0] = '\0';
    for (size_t i = 0; i < evidence->keytab.entries_count; i++) {
        const ngd_keytab_entry_t *entry = &evidence->keytab.entries[i];
        bool same = strcmp(entry->principal, comparison.principal) == 0
                    && (!sealed->has_kvno || entry->kvno == sealed->kvno);
        if (same) {
            add_enctype(entry->enctype, out[0] != '\0' ? ", " : "", out, size);
        }
    }
    return out[0] != '\0';
}

static bool keytab(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->keytab.path, out, size);
}

static bool other_keytab(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->keytab.other_path, out, size);
}

/* ---- time ------------------------------------------------------------------------- */

/* Until the end of the year 9999: what lies behind that is no date. */
#define TIME_SECS_END INT64_C(253402300800)

typedef struct {
    int64_t year;
    int month, day;
} date_t;

/*
 * The date of a day since 1970, in years that begin with March, so that a leap day is the last of its year.  libc's own
 * gmtime() reads the file of the local time zone before.
 */
static date_t date_of(int64_t days)
{
    enum { DAYS_TO_1970 = 719468, DAYS_IN_400_YEARS = 146097 };
    int64_t era = (days + DAYS_TO_1970) / DAYS_IN_400_YEARS;
    int64_t day = (days + DAYS_TO_1970) % DAYS_IN_400_YEARS;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    int month = (int)(5 * day_of_year + 2) / 153;
    int day_of_month = (int)day_of_year - (153 * month + 2) / 5 + 1;

    return (date_t){ era * 400 + year + (month >= 10), month < 10 ? month + 3 : month - 9, day_of_month };
}

static bool put_time(int64_t secs, char *out, size_t size)
{
    date_t date;

    if (secs <= 0 || secs >= TIME_SECS_END) {
        return false;
    }
    date = date_of(secs / 86400);
    snprintf(out, size, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d UTC", date.year, date.month, date.day,
             (int)(secs % 86400 / 3600), (int)(secs % 3600 / 60), (int)(secs % 60));
    return true;
}

static bool put_duration(int64_t secs, char *out, size_t size)
{
    if (secs < 120) {
        snprintf(out, size, "%" PRId64 " s", secs);
    } else if (secs < 7200) {
        snprintf(out, size, secs % 60 ? "%" PRId64 " min %" PRId64 " s" : "%" PRId64 " min", secs / 60, secs % 60);
    } else if (secs < 172800) {
        snprintf(out, size, "%" PRId64 " h %" PRId64 " min", secs / 3600, secs % 3600 / 60);
    } else {
        snprintf(out, size, "%" PRId64 " days %" PRId64 " h", secs / 86400, secs % 86400 / 3600);
    }
    return true;
}

static bool skew(const ngd_evidence_t *evidence, char *out, size_t size)
{
    int64_t secs = ngd_skew_secs(&evidence->clock);

    return evidence->clock.has_client && put_duration(secs < 0 ? -secs : secs, out, size);
}

static bool skew_direction(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return evidence->clock.has_client && put(ngd_skew_secs(&evidence->clock) < 0 ? "behind" : "ahead of", out, size);
}

static bool skew_limit(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return evidence->clock.skew_limit_secs > 0 && put_duration(evidence->clock.skew_limit_secs, out, size);
}

static bool client_time(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return evidence->clock.has_client && put_time(evidence->clock.client_usecs / USECS_PER_SEC, out, size);
}

static bool server_time(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put_time(evidence->clock.server_usecs / USECS_PER_SEC, out, size);
}

static bool start_time(const ngd_evidence_t *evidence, char *out, size_t size)
{
    const ngd_ticket_facts_t *ticket = &evidence->ticket;

    return put_time(ticket->start_time_secs != 0 ? ticket->start_time_secs : ticket->auth_time_secs, out, size);
}

static bool end_time(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put_time(evidence->ticket.end_time_secs, out, size);
}

/* ---- the message ------------------------------------------------------------------ */

static bool scheme(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return evidence->header.scheme != NGD_SCHEME_NONE && evidence->header.scheme != NGD_SCHEME_OTHER
           && put(ngd_scheme_name(evidence->header.scheme), out, size);
}

static bool mechanisms(const ngd_evidence_t *evidence, char *out, size_t size)
{
    const ngd_token_t *token = &evidence->token;
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < token->mechanisms_count && used + 1 < size; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "",
                                 ngd_mech_name(token->mechanisms[i].mech));
    }
    if (token->mechanisms_count == 0 && token->inner != NGD_INNER_NONE) {
        return put(ngd_mech_name(token->inner_mech), out, size);
    }
    return token->mechanisms_count > 0;
}

static const ngd_stop_t *stop_of(const ngd_evidence_t *evidence)
{
    return ngd_first_stop(&evidence->base64_stop, &evidence->token);
}

static bool stopped_at(const ngd_evidence_t *evidence, char *out, size_t size)
{
    bool in_base64 = evidence->base64_stop.reason != NGD_STOP_NONE;

    snprintf(out, size, "%s %zu", in_base64 ? "character" : "byte", stop_of(evidence)->offset);
    return stop_of(evidence)->reason != NGD_STOP_NONE;
}

static bool expected(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return stop_of(evidence)->reason != NGD_STOP_NONE && put(stop_of(evidence)->expected, out, size);
}

static bool header_bytes(const ngd_evidence_t *evidence, char *out, size_t size)
{
    snprintf(out, size, "%zu", evidence->header.header_bytes);
    return evidence->header.header_bytes > 0;
}

static bool header_limit(const ngd_evidence_t *evidence, char *out, size_t size)
{
    snprintf(out, size, "%zu", evidence->connection.header_limit_bytes);
    return evidence->connection.header_limit_bytes > 0;
}

static bool error_code(const ngd_evidence_t *evidence, char *out, size_t size)
{
    int32_t code = evidence->token.krb_error.code;
    const char *name = ngd_kerberos_error_name(code);

    snprintf(out, size, "%" PRId32 "%s%s%s", code, name ? " (" : "", name ? name : "", name ? ")" : "");
    return evidence->token.inner == NGD_INNER_KRB_ERROR;
}

/* ---- the server ------------------------------------------------------------------- */

static bool acceptor(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->server.acceptor, out, size);
}

static bool server_user(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->server.user, out, size);
}

static bool server_group(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return put(evidence->server.group, out, size);
}

/* The file, without the type that stands before it. */
static bool replay_cache(const ngd_evidence_t *evidence, char *out, size_t size)
{
    const char *name = evidence->server.replay_cache_name;
    const char *slash = name != NULL ? strchr(name, '/') : NULL;

    return put(slash, out, size);
}

static bool krb5_error(const ngd_evidence_t *evidence, char *out, size_t size)
{
    return evidence->server.krb5_conf_error != 0 && put(evidence->server.krb5_conf_words, out, size);
}

static bool asked_error(const ngd_evidence_t *evidence, char *out, size_t size)
{
    snprintf(out, size, "%" PRId32, evidence->decision.asked_error);
    return evidence->decision.asked && !evidence->decision.passes;
}

/* ---- the table -------------------------------------------------------------------- */

typedef struct {
    const char *name;
    ngd_placeholder_type_t type;
    bool private;               /* tells a principal, an SPN, a kvno, a path or a clock */
    const char *general;
    value_fn *value;
} placeholder_t;

static const placeholder_t placeholders[] = {
    { "sname", NGD_TYPE_NAME, true, "HTTP/HOST", sname },
    { "sname_hostbased", NGD_TYPE_NAME, true, "HTTP@HOST", sname_hostbased },
    { "realm", NGD_TYPE_NAME, true, "REALM", realm },
    { "principal", NGD_TYPE_NAME, true, "HTTP/HOST@REALM", principal },
    { "nearest", NGD_TYPE_NAME, true, "KEYTAB-ENTRY", nearest },
    { "matched", NGD_TYPE_NAME, true, "OTHER@REALM", matched },
    { "other_principal", NGD_TYPE_NAME, true, "HTTP/HOST@REALM", other_principal },
    { "client", NGD_TYPE_NAME, true, "USER@REALM", client },
    { "authenticator_client", NGD_TYPE_NAME, true, "OTHER-USER@REALM", authenticator_client },
    { "user", NGD_TYPE_NAME, true, "USER@REALM", user },
    { "host", NGD_TYPE_NAME, true, "HOST", host },
    { "port", NGD_TYPE_NUMBER, false, "PORT", port },
    { "kvno_ticket", NGD_TYPE_NUMBER, true, "N", kvno_ticket },
    { "kvno_keytab", NGD_TYPE_NUMBER, true, "M", kvno_keytab },
    { "enctype_ticket", NGD_TYPE_WORD, true, "ENCTYPE", enctype_ticket },
    { "enctypes_keytab", NGD_TYPE_WORD, true, "other types", enctypes_keytab },
    { "keytab", NGD_TYPE_PATH, true, "/etc/apache2/http.keytab", keytab },
    { "other_keytab", NGD_TYPE_PATH, true, "/etc/apache2/other.keytab", other_keytab },
    { "skew", NGD_TYPE_DURATION, true, "N minutes", skew },
    { "skew_direction", NGD_TYPE_WORD, true, "off from", skew_direction },
    { "skew_limit", NGD_TYPE_DURATION, false, "5 min", skew_limit },
    { "client_time", NGD_TYPE_TIME, true, "one time", client_time },
    { "server_time", NGD_TYPE_TIME, true, "another time", server_time },
    { "start_time", NGD_TYPE_TIME, true, "a later time", start_time },
    { "end_time", NGD_TYPE_TIME, true, "an earlier time", end_time },
    { "scheme", NGD_TYPE_WORD, false, "OTHER", scheme },
    { "mechanisms", NGD_TYPE_WORD, false, "mechanisms such as NegoEx or IAKERB", mechanisms },
    { "stopped_at", NGD_TYPE_WORD, false, "some byte", stopped_at },
    { "expected", NGD_TYPE_WORD, false, "more", expected },
    { "header_bytes", NGD_TYPE_NUMBER, false, "N", header_bytes },
    { "header_limit", NGD_TYPE_NUMBER, false, "8190", header_limit },
    { "error_code", NGD_TYPE_WORD, false, "N", error_code },
    { "acceptor", NGD_TYPE_WORD, true, "NAME", acceptor },
    { "server_user", NGD_TYPE_WORD, true, "www-data", server_user },
    { "server_group", NGD_TYPE_WORD, true, "www-data", server_group },
    { "replay_cache", NGD_TYPE_PATH, true, "/var/tmp/krb5_UID.rcache2", replay_cache },
    { "krb5_error", NGD_TYPE_WORD, true, "the error log has its words", krb5_error },
    { "asked_error", NGD_TYPE_NUMBER, true, "in the error log", asked_error },
};

static const size_t placeholders_count = sizeof placeholders / sizeof placeholders[0];

static const placeholder_t *find(const char *name, size_t len)
{
    for (size_t i = 0; i < placeholders_count; i++) {
        if (strlen(placeholders[i].name) == len && memcmp(placeholders[i].name, name, len) == 0) {
            return &placeholders[i];
        }
    }
    return NULL;
}

const char *ngd_placeholder_name(size_t i)
{
    return i < placeholders_count ? placeholders[i].name : NULL;
}

bool ngd_placeholder_exists(const char *name, size_t len)
{
    return find(name, len) != NULL;
}

bool ngd_placeholder_is_private(const char *name, size_t len)
{
    const placeholder_t *placeholder = find(name, len);

    return placeholder != NULL && placeholder->private;
}

/* ---- filling in ------------------------------------------------------------------- */

/* Text that was cut for its length is longer than this: the last character may have needed several bytes. */
enum { WHOLE_BYTES_MAX = VALUE_SIZE - 8 };

/* What no shell and no configuration file takes for more than a letter, wherever it stands. */
static bool is_plain(const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("._/@:-", *c) == NULL) {
            return false;
        }
    }
    /* A value that begins with '-' is an option to some command; half a path is another path. */
    return value[0] != '-' && value[0] != '\0' && strlen(value) <= WHOLE_BYTES_MAX;
}

/* Backticks are the prose's own; control characters have no place in it. */
static void clean(char *value, size_t size)
{
    char copy[VALUE_SIZE];
    ngd_span_t text = { (const uint8_t *)copy, 0 };

    snprintf(copy, sizeof copy, "%s", value);
    text.len = strlen(copy);
    ngd_text_utf8(text, NGD_CHARSET_OEM, value, size);
    for (char *c = value; *c != '\0'; c++) {
        *c = *c == '`' ? '\'' : *c;
    }
}

static const char *value_of(const placeholder_t *placeholder, const ngd_evidence_t *evidence, ngd_expand_t how,
                            char *value, size_t size)
{
    if (evidence == NULL || !placeholder->value(evidence, value, size)) {
        return placeholder->general;
    }
    clean(value, size);
    return how == NGD_EXPAND_TEXT || is_plain(value) ? value : placeholder->general;
}

typedef struct {
    char *text;
    size_t used, size;
} output_t;

/* Whole characters only: what does not fit is left out, and all that follows. */
static void append(output_t *out, const char *bytes, size_t len)
{
    size_t room = out->size - 1 - out->used;

    if (len > room) {
        len = room;
        while (len > 0 && ((unsigned char)bytes[len] & 0xc0) == 0x80) {
            len--;
        }
        out->size = out->used + len + 1;
    }
    memcpy(out->text + out->used, bytes, len);
    out->used += len;
    out->text[out->used] = '\0';
}

/* At a '{': appends what stands for it and returns what follows. */
static const char *append_placeholder(output_t *out, const char *text, const ngd_evidence_t *evidence, ngd_expand_t how)
{
    char value[VALUE_SIZE];
    size_t len = strcspn(text + 1, "}");
    const placeholder_t *placeholder;

    if (text[1] == '{') {
        append(out, "{", 1);
        return text + 2;
    }
    placeholder = find(text + 1, len);
    if (placeholder == NULL) {
        append(out, text, 1);
        return text + 1;
    }
    const char *words = value_of(placeholder, evidence, how, value, sizeof value);
    append(out, words, strlen(words));
    return text + 1 + len + (text[1 + len] == '}');
}

const char *ngd_expand(const char *text, const ngd_evidence_t *evidence, ngd_expand_t how, char *out, size_t size)
{
    output_t output = { .text = out, .size = size };

    out[0] = '\0';
    while (*text != '\0') {
        size_t len = strcspn(text, "{");
        append(&output, text, len);
        text += len;
        if (*text == '{') {
            text = append_placeholder(&output, text, evidence, how);
        }
    }
    return out;
}
