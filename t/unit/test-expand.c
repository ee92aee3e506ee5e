/* The catalogue's texts with facts in them, and what hostile facts become. */
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "expand.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define USECS(secs) ((secs) * INT64_C(1000000))
#define REPLACEMENT "\xef\xbf\xbd"

#define NOW_SECS INT64_C(1795442527)    /* 2026-11-23 14:02:07 UTC */

static const ngd_keytab_entry_t entries[] = {
    { "HTTP/web.example.test@EXAMPLE.TEST", 2, 17, 0 },
    { "HTTP/web.example.test@EXAMPLE.TEST", 3, 23, 0 },
    { "HTTP/web.example.test@EXAMPLE.TEST", 3, 17, 0 },
    { "HTTP/WEB.example.test@EXAMPLE.TEST", 3, 99, 0 },
};

/* Everything is known. */
static ngd_evidence_t whole(void)
{
    return (ngd_evidence_t){
        .authentication.user = "alice@EXAMPLE.TEST",
        .header = { .scheme = NGD_SCHEME_BEARER, .header_bytes = 3144 },
        .base64_stop = { NGD_STOP_MALFORMED, 17, "a character of base64" },
        .token = {
            .kind = NGD_TOKEN_SPNEGO_INIT,
            .mechanisms = { { .mech = NGD_MECH_NEGOEX }, { .mech = NGD_MECH_IAKERB } },
            .mechanisms_count = 2,
            .mechanisms_total = 2,
            .inner = NGD_INNER_AP_REQ,
            .ap_req = {
                .realm = SPAN("EXAMPLE.TEST"),
                .sname = { .part = { SPAN("HTTP"), SPAN("web.example.test") }, .parts = 2, .parts_total = 2 },
                .ticket = { .present = true, .has_kvno = true, .kvno = 3, .enctype = 18 },
                .ticket_der = SPAN("ticket"),
            },
        },
        .ticket = {
            .opened = true, .client = "alice@EXAMPLE.TEST", .authenticator_client = "bob@EXAMPLE.TEST",
            .start_time_secs = NOW_SECS - 60, .end_time_secs = NOW_SECS + 3600,
        },
        .keytab = {
            .path = "/etc/http.keytab", .entries = entries, .entries_count = COUNT(entries), .matched = &entries[0],
            .other_path = "/etc/other.keytab", .other_principal = "HTTP/other@EXAMPLE.TEST",
        },
        .clock = { .server_usecs = USECS(NOW_SECS), .has_client = true, .client_usecs = USECS(NOW_SECS - 450),
                   .skew_limit_secs = 300 },
        .decision = { .asked = true, .asked_error = -1765328347 },
        .server = { .user = "www-data", .group = "web", .acceptor = "HTTP@www.example.test",
                    .replay_cache_name = "file2:/var/tmp/krb5_33.rcache2", .krb5_conf_error = 5,
                    .krb5_conf_words = "Improper format" },
        .connection = { .host = "Web.example.test:8080", .header_limit_bytes = 16380 },
    };
}

static const char *expand(const char *text, const ngd_evidence_t *evidence, ngd_expand_t how)
{
    static char out[NGD_EXPANDED_SIZE];

    return ngd_expand(text, evidence, how, out, sizeof out);
}

/* ---- every placeholder ---------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *value;
    const char *general;
    bool private;
} placeholder_case_t;

static const placeholder_case_t placeholders[] = {
    { "sname", "HTTP/web.example.test", "HTTP/HOST", true },
    { "sname_hostbased", "HTTP@web.example.test", "HTTP@HOST", true },
    { "realm", "EXAMPLE.TEST", "REALM", true },
    { "principal", "HTTP/web.example.test@EXAMPLE.TEST", "HTTP/HOST@REALM", true },
    { "nearest", "HTTP/WEB.example.test@EXAMPLE.TEST", "KEYTAB-ENTRY", true },
    { "matched", "HTTP/web.example.test@EXAMPLE.TEST", "OTHER@REALM", true },
    { "other_principal", "HTTP/other@EXAMPLE.TEST", "HTTP/HOST@REALM", true },
    { "client", "alice@EXAMPLE.TEST", "USER@REALM", true },
    { "authenticator_client", "bob@EXAMPLE.TEST", "OTHER-USER@REALM", true },
    { "user", "alice@EXAMPLE.TEST", "USER@REALM", true },
    { "host", "web.example.test", "HOST", true },
    { "port", "8080", "PORT", false },
    { "kvno_ticket", "3", "N", true },
    { "kvno_keytab", "3", "M", true },
    { "enctype_ticket", "aes256-cts-hmac-sha1-96", "ENCTYPE", true },
    { "enctypes_keytab", "rc4-hmac, aes128-cts-hmac-sha1-96", "other types", true },
    { "keytab", "/etc/http.keytab", "/etc/apache2/http.keytab", true },
    { "other_keytab", "/etc/other.keytab", "/etc/apache2/other.keytab", true },
    { "skew", "7 min 30 s", "N minutes", true },
    { "skew_direction", "behind", "off from", true },
    { "skew_limit", "5 min", "5 min", false },
    { "client_time", "2026-11-23 13:54:37 UTC", "one time", true },
    { "server_time", "2026-11-23 14:02:07 UTC", "another time", true },
    { "start_time", "2026-11-23 14:01:07 UTC", "a later time", true },
    { "end_time", "2026-11-23 15:02:07 UTC", "an earlier time", true },
    { "scheme", "Bearer", "OTHER", false },
    { "mechanisms", "NegoEx, IAKERB", "mechanisms such as NegoEx or IAKERB", false },
    { "stopped_at", "character 17", "some byte", false },
    { "expected", "a character of base64", "more", false },
    { "header_bytes", "3144", "N", false },
    { "header_limit", "16380", "8190", false },
    { "error_code", NULL, "N", false },
    { "acceptor", "HTTP@www.example.test", "NAME", true },
    { "server_user", "www-data", "www-data", true },
    { "server_group", "web", "www-data", true },
    { "replay_cache", "/var/tmp/krb5_33.rcache2", "/var/tmp/krb5_UID.rcache2", true },
    { "krb5_error", "Improper format", "the error log has its words", true },
    { "asked_error", "-1765328347", "in the error log", true },
};

static void check_placeholder(const placeholder_case_t *c)
{
    static const ngd_evidence_t nothing;
    ngd_evidence_t evidence = whole();
    char text[64];

    snprintf(text, sizeof text, "{%s}", c->name);
    check_text(expand(text, &evidence, NGD_EXPAND_TEXT), c->value != NULL ? c->value : c->general, "{%s} with evidence",
               c->name);
    check_text(expand(text, NULL, NGD_EXPAND_TEXT), c->general, "{%s} without evidence", c->name);
    check_text(expand(text, &nothing, NGD_EXPAND_TEXT), c->general, "{%s} of evidence in which it is not known", c->name);
    check(ngd_placeholder_is_private(c->name, strlen(c->name)) == c->private, "{%s} is %s", c->name,
          c->private ? "private" : "not private");
}

static void check_placeholders(void)
{
    size_t i;

    for (i = 0; i < COUNT(placeholders); i++) {
        check_placeholder(&placeholders[i]);
        check_text(ngd_placeholder_name(i), placeholders[i].name, "placeholder %zu is known to this test", i);
    }
    check(ngd_placeholder_name(i) == NULL, "and there are no others");
    check(!ngd_placeholder_exists("nobody", 6) && !ngd_placeholder_is_private("nobody", 6), "{nobody} does not exist");
    check(ngd_placeholder_exists("hosting", 4) && !ngd_placeholder_exists("hosting", 7), "names are compared whole");
}

/* ---- values of other evidence ------------------------------------------------------------ */

static void check_others(void)
{
    ngd_evidence_t e = whole();

    e.token.inner = NGD_INNER_KRB_ERROR;
    e.token.krb_error.code = 37;
    check_text(expand("{error_code}", &e, NGD_EXPAND_TEXT), "37 (KRB_AP_ERR_SKEW)", "an error that has a name");
    e.token.krb_error.code = -5;
    check_text(expand("{error_code}", &e, NGD_EXPAND_TEXT), "-5", "and one that has none");
    e.base64_stop.reason = NGD_STOP_NONE;
    e.token.stop = (ngd_stop_t){ NGD_STOP_TRUNCATED, 812, "Ticket.sname" };
    check_text(expand("{stopped_at}, {expected}", &e, NGD_EXPAND_TEXT), "byte 812, Ticket.sname",
               "the token's own stop counts where base64 has none");
    e = whole();
    e.keytab.entries_count = 3;
    check_text(expand("{nearest}", &e, NGD_EXPAND_TEXT), entries[0].principal, "without a like name, what opened it");
    e.token.ap_req.ticket.enctype = 99;
    check_text(expand("{enctype_ticket}", &e, NGD_EXPAND_TEXT), "type 99", "a type that has no name");
    e.token.ap_req.sname.parts = 1;
    e.token.ap_req.sname.parts_total = 1;
    check_text(expand("{sname_hostbased}", &e, NGD_EXPAND_TEXT), "HTTP@HOST", "one component is no service of a host");
    e.token.ap_req.sname.parts_total = 10;
    check_text(expand("{sname}", &e, NGD_EXPAND_COMMAND), "HTTP/HOST", "a name of more parts than were kept");
    e.server.replay_cache_name = "dfl:";
    check_text(expand("{replay_cache}", &e, NGD_EXPAND_TEXT), "/var/tmp/krb5_UID.rcache2", "a cache without a file");
    e.token.mechanisms_count = 0;
    e.token.inner = NGD_INNER_OTHER;
    e.token.inner_mech = NGD_MECH_IAKERB;
    check_text(expand("{mechanisms}", &e, NGD_EXPAND_TEXT), "IAKERB", "the only mechanism of a bare token");
    e.clock.client_usecs = e.clock.server_usecs + USECS(400);
    check_text(expand("{skew_direction}", &e, NGD_EXPAND_TEXT), "ahead of", "a client ahead of the server");
}

static void check_durations(void)
{
    static const struct {
        int64_t secs;
        const char *words;
    } durations[] = {
        { 1, "1 s" }, { 119, "119 s" }, { 120, "2 min" }, { 301, "5 min 1 s" }, { 7199, "119 min 59 s" },
        { 7200, "2 h 0 min" }, { 172799, "47 h 59 min" }, { 172800, "2 days 0 h" }, { 31536000, "365 days 0 h" },
    };
    ngd_evidence_t e = whole();

    for (size_t i = 0; i < COUNT(durations); i++) {
        e.clock.skew_limit_secs = durations[i].secs;
        check_text(expand("{skew_limit}", &e, NGD_EXPAND_TEXT), durations[i].words, "%d seconds", (int)durations[i].secs);
    }
}

static void check_times(void)
{
    static const struct {
        int64_t secs;
        const char *words;
    } times[] = {
        { -1, "an earlier time" }, { 0, "an earlier time" }, { 1, "1970-01-01 00:00:01 UTC" },
        { 68169599, "1972-02-28 23:59:59 UTC" }, { 68169600, "1972-02-29 00:00:00 UTC" },
        { 951782400, "2000-02-29 00:00:00 UTC" }, { 978307199, "2000-12-31 23:59:59 UTC" },
        { 4107542399, "2100-02-28 23:59:59 UTC" }, { 4107542400, "2100-03-01 00:00:00 UTC" },
        { INT64_C(253402300799), "9999-12-31 23:59:59 UTC" }, { INT64_C(253402300800), "an earlier time" },
        { INT64_MAX, "an earlier time" },
    };
    ngd_evidence_t e = whole();

    for (size_t i = 0; i < COUNT(times); i++) {
        e.ticket.end_time_secs = times[i].secs;
        check_text(expand("{end_time}", &e, NGD_EXPAND_TEXT), times[i].words, "%lld seconds since 1970",
                   (long long)times[i].secs);
    }
}

/* libc knows the calendar as well. */
static void check_calendar(void)
{
    ngd_evidence_t e = whole();
    size_t wrong = 0;

    for (time_t day = 1; day < 2932896; day += 11) {
        time_t secs = day * 86400;
        char want[64];
        struct tm utc;

        strftime(want, sizeof want, "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&secs, &utc));
        e.ticket.end_time_secs = secs;
        wrong += strcmp(expand("{end_time}", &e, NGD_EXPAND_TEXT), want) != 0;
    }
    check(wrong == 0, "every eleventh day until 9999 has its date (%zu have not)", wrong);
}

/* ---- texts --------------------------------------------------------------------------- */

static void check_texts(void)
{
    ngd_evidence_t e = whole();

    check_text(expand("`{host}`, {port}.", &e, NGD_EXPAND_TEXT), "`web.example.test`, 8080.", "two in a sentence");
    check_text(expand("{{host}", &e, NGD_EXPAND_TEXT), "{host}", "two braces are one");
    check_text(expand("{{\n    R = {realm}\n}", &e, NGD_EXPAND_COMMAND), "{\n    R = EXAMPLE.TEST\n}",
               "a command may have lines and braces");
    check_text(expand("{nobody} {", &e, NGD_EXPAND_TEXT), "{nobody} {", "an unknown placeholder stays as it is");
    check_text(expand("{}", &e, NGD_EXPAND_TEXT), "{}", "so do empty braces");
    check_text(expand("", &e, NGD_EXPAND_TEXT), "", "nothing stays nothing");
}

/* ---- hostile values ------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *value;
    const char *text;
    bool plain;                 /* a command has it, too */
} hostile_case_t;

static const hostile_case_t hostile[] = {
    { "letters and digits are plain", "Aa0._/@:-", "Aa0._/@:-", true },
    { "backticks become apostrophes", "a`reboot`", "a'reboot'", false },
    { "braces are no placeholder", "{host}", "{host}", false },
    { "a newline is no line", "a\nb", "a" REPLACEMENT "b", false },
    { "escape sequences are none", "a\x1b[31m", "a" REPLACEMENT "[31m", false },
    { "no text turns its direction", "a\xe2\x80\xae" "b", "a" REPLACEMENT "b", false },
    { "isolates neither", "a\xe2\x81\xa6" "b", "a" REPLACEMENT "b", false },
    { "invalid UTF-8 is replaced", "a\xff\xc3", "a" REPLACEMENT REPLACEMENT, false },
    { "umlauts are text", "b\xc3\xbc" "cher", "b\xc3\xbc" "cher", false },
    { "a command substitution", "$(reboot)", "$(reboot)", false },
    { "a variable", "$HOME", "$HOME", false },
    { "another command", "; rm -rf /", "; rm -rf /", false },
    { "a double quote", "a\"b", "a\"b", false },
    { "a single quote", "a'b", "a'b", false },
    { "a blank", "a b", "a b", false },
    { "an option", "-rf", "-rf", false },
    { "a pipe", "a|b", "a|b", false },
    { "a redirection", "a>b", "a>b", false },
    { "both in the background", "a&b", "a&b", false },
    { "a pattern", "a*", "a*", false },
    { "a home folder", "~root", "~root", false },
    { "a comment", "a#b", "a#b", false },
    { "a backslash", "a\\b", "a\\b", false },
    { "a machine's account", "WEB$@R", "WEB$@R", false },
};

static void check_hostile(const hostile_case_t *c)
{
    ngd_evidence_t e = whole();
    char want[64];

    e.ticket.client = c->value;
    snprintf(want, sizeof want, "<%s>", c->plain ? c->value : "USER@REALM");
    check_text(expand("{client}", &e, NGD_EXPAND_TEXT), c->text, "text: %s", c->name);
    check_text(expand("<{client}>", &e, NGD_EXPAND_COMMAND), want, "command: %s", c->name);
}

/* A claimed name goes another way than one of the evidence's strings. */
static void check_claimed(void)
{
    ngd_evidence_t e = whole();

    e.token.ap_req.sname.part[1] = (ngd_span_t)SPAN("a`\n\xe2\x80\xae$(reboot)");
    check_text(expand("`{sname}`", &e, NGD_EXPAND_TEXT), "`HTTP/a'" REPLACEMENT REPLACEMENT "$(reboot)`",
               "a claimed name cannot leave its backticks");
    check_text(expand("setspn -Q {sname}", &e, NGD_EXPAND_COMMAND), "setspn -Q HTTP/HOST", "nor run in a command");
    check_text(expand("{principal} {sname_hostbased}", &e, NGD_EXPAND_COMMAND), "HTTP/HOST@REALM HTTP@HOST",
               "nor do names that are made of it");
    e.connection.host = "$(reboot):80";
    check_text(expand("kvno HTTP/{host}", &e, NGD_EXPAND_COMMAND), "kvno HTTP/HOST", "nor a Host header");
}

static void check_long(void)
{
    static char path[2000];
    ngd_evidence_t e = whole();

    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    e.keytab.path = path;
    check_text(expand("rm {keytab}", &e, NGD_EXPAND_COMMAND), "rm /etc/apache2/http.keytab",
               "a command has no path that was cut");
    check(strlen(expand("{keytab}", &e, NGD_EXPAND_TEXT)) < sizeof path, "a text cuts it");
    path[100] = '\0';
    check(strstr(expand("rm {keytab}", &e, NGD_EXPAND_COMMAND), path) != NULL, "a path of 100 bytes is not cut");
    e.token.ap_req.sname.part[1] = (ngd_span_t){ (const uint8_t *)path + 101, sizeof path - 102 };
    check_text(expand("{sname}", &e, NGD_EXPAND_COMMAND), "HTTP/HOST", "nor has it a name that was cut");
}

/* ---- room ------------------------------------------------------------------------------ */

static void check_room(void)
{
    static const char text[] = "\xc3\xa4\xe2\x82\xac{client}x";
    static const char *const want[] = { "", "", "\xc3\xa4", "\xc3\xa4", "\xc3\xa4", "\xc3\xa4\xe2\x82\xac",
                                        "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac\xc3\xb6" };
    ngd_evidence_t e = whole();

    e.ticket.client = "\xc3\xb6\xc3\xb6";
    for (size_t size = 1; size <= COUNT(want); size++) {
        char *out = malloc(size);
        check_text(ngd_expand(text, &e, NGD_EXPAND_TEXT, out, size), want[size - 1],
                   "%zu bytes hold whole characters only", size);
        free(out);
    }
}

int main(void)
{
    check_placeholders();
    check_others();
    check_durations();
    check_times();
    check_calendar();
    check_texts();
    for (size_t i = 0; i < COUNT(hostile); i++) {
        check_hostile(&hostile[i]);
    }
    check_claimed();
    check_long();
    check_room();
    return check_done();
}
