/* Every row of the catalogue is whole, and keeps what the catalogue promises. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "expand.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- the table --------------------------------------------------------------------- */

#define NGD_CAUSE(id, ...) [NGD_CAUSE_##id] = #id,
#define NGD_DETAIL(id, ...)
static const char *const cause_ids[NGD_CAUSES] = {
#include "causes.def"
};
#undef NGD_CAUSE
#undef NGD_DETAIL

#define NGD_CAUSE(id, ...)
#define NGD_DETAIL(id, ...) [NGD_DETAIL_##id] = #id,
static const char *const detail_ids[NGD_DETAILS] = {
#include "causes.def"
};
#undef NGD_CAUSE
#undef NGD_DETAIL

static bool is_slug(const char *slug)
{
    return slug != NULL && slug[0] != '\0' && strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(slug);
}

/* CLOCK_SKEW is clock-skew. */
static bool is_slug_of(const char *slug, const char *id)
{
    size_t i;

    for (i = 0; id[i] != '\0'; i++) {
        if (slug[i] != (id[i] == '_' ? '-' : (char)tolower((unsigned char)id[i]))) {
            return false;
        }
    }
    return slug[i] == '\0';
}

static void check_slugs(void)
{
    for (ngd_cause_id_t id = 0; id < NGD_CAUSES; id++) {
        const char *slug = ngd_cause(id)->slug;

        check(is_slug(slug), "%s has a slug of small letters and digits", cause_ids[id]);
        check(is_slug_of(slug, cause_ids[id]), "%s stands in its own row", cause_ids[id]);
        check(ngd_cause_by_slug(slug) == id, "%s is found by its slug, which no other cause has", slug);
    }
    check(ngd_cause_by_slug("nobody") == NGD_CAUSES, "a slug that is none finds none");
    check(ngd_cause_by_slug("clock") == NGD_CAUSES, "nor does the beginning of one");
    for (ngd_detail_id_t id = 0; id < NGD_DETAILS; id++) {
        check(is_slug(ngd_detail(id)->slug) && is_slug_of(ngd_detail(id)->slug, detail_ids[id]),
              "detail %s stands in its own row", detail_ids[id]);
    }
}

/* ---- texts -------------------------------------------------------------------------- */

static bool ends_in(const char *text, char last)
{
    return text[0] != '\0' && text[strlen(text) - 1] == last;
}

static bool is_paired(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += *text == '`';
    }
    return count % 2 == 0;
}

/* Advice to look at something is no fix. */
static bool advises_only(const char *text)
{
    static const char *const phrases[] = {
        "Check ", "check your", "check that", "check the conf", "check whether", "Make sure", "make sure", "Ensure ",
        "ensure that", "Verify ", "contact your administrator",
    };

    for (size_t i = 0; i < COUNT(phrases); i++) {
        if (strstr(text, phrases[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Those that may come from the network: in prose they stand between backticks, whose end they cannot write. */
static bool is_claimed(const char *name, size_t len)
{
    static const char *const names[] = {
        "sname", "sname_hostbased", "realm", "principal", "nearest", "client", "authenticator_client", "user", "host",
    };

    for (size_t i = 0; i < COUNT(names); i++) {
        if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0) {
            return true;
        }
    }
    return false;
}

typedef struct {
    size_t placeholders, unknown, private, bare;
} counts_t;

static void count_placeholder(const char *name, size_t len, bool in_code, counts_t *counts)
{
    counts->placeholders++;
    counts->unknown += !ngd_placeholder_exists(name, len);
    counts->private += ngd_placeholder_is_private(name, len);
    counts->bare += is_claimed(name, len) && !in_code;
}

/* "{name}", but not "{{". */
static counts_t count_placeholders(const char *text)
{
    counts_t counts = { 0 };
    bool in_code = false;

    for (; *text != '\0'; text++) {
        in_code ^= *text == '`';
        if (*text == '{' && text[1] == '{') {
            text++;
        } else if (*text == '{') {
            size_t len = strcspn(text + 1, "}");
            count_placeholder(text + 1, len, in_code, &counts);
            text += len;
        }
    }
    return counts;
}

static void check_prose(const char *whose, const char *what, const char *text)
{
    counts_t counts = count_placeholders(text);

    check(is_paired(text), "%s: the backticks of its %s are paired", whose, what);
    check(counts.unknown == 0, "%s: the placeholders of its %s exist", whose, what);
    check(counts.bare == 0, "%s: what a client claims stands between backticks in its %s", whose, what);
    check(!advises_only(text), "%s: its %s does not send its reader to check something", whose, what);
}

/* For whoever is refused: the same for everybody. */
static void check_public(const char *slug, const char *what, const char *text)
{
    check(count_placeholders(text).private == 0, "%s: its %s tells nothing that is not everybody's", slug, what);
}

static void check_texts(const ngd_cause_t *cause)
{
    check(ends_in(cause->headline, '.'), "%s: its headline is a sentence", cause->slug);
    check(count_placeholders(cause->headline).placeholders == 0, "%s: its headline has no placeholder", cause->slug);
    check(cause->title[0] != '\0' && !ends_in(cause->title, '.'), "%s: its title is a phrase", cause->slug);
    check(ends_in(cause->explanation, '.') || ends_in(cause->explanation, ')'), "%s: its explanation is whole",
          cause->slug);
    check_prose(cause->slug, "headline", cause->headline);
    check_prose(cause->slug, "title", cause->title);
    check_public(cause->slug, "title", cause->title);
    check_prose(cause->slug, "explanation", cause->explanation);
    if (cause->relief != NULL) {
        check(ends_in(cause->relief, '.'), "%s: its relief is a sentence", cause->slug);
        check_prose(cause->slug, "relief", cause->relief);
        check_public(cause->slug, "relief", cause->relief);
    }
}

static void check_details(void)
{
    for (ngd_detail_id_t id = 0; id < NGD_DETAILS; id++) {
        const ngd_detail_t *detail = ngd_detail(id);

        check(ends_in(detail->text, '.') || ends_in(detail->text, ')'), "%s: its text is whole", detail->slug);
        check_prose(detail->slug, "text", detail->text);
    }
}

/* ---- fixes --------------------------------------------------------------------------- */

/* Nobody but the server's group may read a key. */
static bool opens_keytab(const char *command)
{
    static const char *const modes[] = { "644", "640 /etc/krb5.keytab", "664", "666", "755", "777", "o+r", "a+r", "+r " };

    if (strstr(command, "chmod") == NULL || strstr(command, "keytab") == NULL) {
        return false;
    }
    for (size_t i = 0; i < COUNT(modes); i++) {
        if (strstr(command, modes[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_command(const char *slug, const ngd_fix_t *fix)
{
    check(fix->command[0] != '\0' && count_placeholders(fix->command).unknown == 0,
          "%s: the placeholders of its commands exist", slug);
    check(!opens_keytab(fix->command), "%s: no command lets others read a keytab", slug);
    check(strchr(fix->command, '`') == NULL, "%s: a command has no backticks", slug);
    if (fix->whom == NGD_FOR_USER) {
        check_public(slug, "command for the user", fix->command);
    }
}

static void check_fix(const char *slug, const ngd_fix_t *fix)
{
    bool directory = fix->whom == NGD_FOR_AD || fix->whom == NGD_FOR_MIT;

    check(ends_in(fix->text, '.') || ends_in(fix->text, ':') || ends_in(fix->text, ')'), "%s: \"%.30s...\" is whole", slug,
          fix->text);
    check_prose(slug, "fix", fix->text);
    check(fix->command != NULL || !directory, "%s: a step with %s has its command", slug, ngd_for_name(fix->whom));
    if (fix->whom == NGD_FOR_USER) {
        check_public(slug, "step for the user", fix->text);
    }
    if (fix->command != NULL) {
        check_command(slug, fix);
    }
}

static size_t fixes_for(const ngd_cause_t *cause, ngd_for_t whom)
{
    size_t count = 0;

    for (size_t i = 0; i < ngd_fix_count(cause); i++) {
        count += cause->fix[i].whom == whom;
    }
    return count;
}

/* What no directory has a part in: which keytab, and which of its entries, a location uses; or a file's own state. */
static bool concerns_configuration(ngd_cause_id_t id)
{
    return id == NGD_CAUSE_ACCEPTOR_NAME_MISMATCH || id == NGD_CAUSE_KEYTAB_OF_OTHER_SITE
           || id == NGD_CAUSE_KRB5_CONF_BROKEN || id == NGD_CAUSE_REPLAY_CACHE_FAILED || id == NGD_CAUSE_UNKNOWN;
}

static void check_fixes(ngd_cause_id_t id)
{
    const ngd_cause_t *cause = ngd_cause(id);
    bool about_keys = cause->who != NGD_WHO_CLIENT && cause->kerberos != 0 && !concerns_configuration(id);

    check(ngd_fix_count(cause) > 0, "%s: there is something to do", cause->slug);
    for (size_t i = 0; i < ngd_fix_count(cause); i++) {
        check_fix(cause->slug, &cause->fix[i]);
    }
    if (about_keys) {
        check(fixes_for(cause, NGD_FOR_AD) > 0 && fixes_for(cause, NGD_FOR_MIT) > 0,
              "%s: there is a way with Active Directory and one with MIT Kerberos", cause->slug);
    }
}

/* ---- numbers ------------------------------------------------------------------------- */

static void check_numbers(const ngd_cause_t *cause)
{
    bool status = cause->status == 401 || cause->status == 403 || cause->status == 400;

    check(status, "%s: its status is one that this server sends", cause->slug);
    check(ngd_win32_name(cause->win32) != NULL, "%s: its Windows status %u has a name", cause->slug,
          (unsigned)cause->win32);
    check(cause->kerberos == 0 || ngd_kerberos_error_name(cause->kerberos) != NULL, "%s: its Kerberos error %d has a name",
          cause->slug, cause->kerberos);
    check(cause->step >= NGD_STEP_NONE && cause->step < NGD_STEPS, "%s: its step is one of the article", cause->slug);
}

static void check_names(void)
{
    check_text(ngd_win32_name(2148074274u), "SEC_E_WRONG_PRINCIPAL", "2148074274 is SEC_E_WRONG_PRINCIPAL");
    check_text(ngd_win32_name(2148074276u), "SEC_E_TIME_SKEW", "2148074276 is SEC_E_TIME_SKEW");
    check_text(ngd_win32_name(1), NULL, "a number of Windows that means nothing here has no name");
    check_text(ngd_kerberos_error_name(37), "KRB_AP_ERR_SKEW", "37 is KRB_AP_ERR_SKEW");
    check_text(ngd_kerberos_error_name(0), NULL, "no error has no name");
    check_text(ngd_kerberos_error_name(-37), NULL, "nor has a negative one");
    check_text(ngd_who_name(NGD_WHO_CLIENT), "client", "a client is client");
    check_text(ngd_who_name(NGD_WHO_SERVER), "server", "a server is server");
    check_text(ngd_who_name(NGD_WHO_DIRECTORY), "directory", "a directory is directory");
    check_text(ngd_for_name(NGD_FOR_USER), "user", "a user is user");
    check_text(ngd_for_name(NGD_FOR_ALL), "all", "all are all");
    check_text(ngd_for_name(NGD_FOR_AD), "active-directory", "Active Directory is active-directory");
    check_text(ngd_for_name(NGD_FOR_MIT), "mit", "MIT Kerberos is mit");
    check_text(ngd_step_name(NGD_STEP_NONE), NULL, "no step has no name");
}

static void check_steps(void)
{
    for (ngd_step_t step = NGD_STEP_NONE + 1; step < NGD_STEPS; step++) {
        check(is_slug(ngd_step_name(step)) && ngd_step_title(step)[0] != '\0', "step %d has a word and a title", step);
    }
}

/* ---- tests --------------------------------------------------------------------------- */

static void check_test(const ngd_cause_t *cause)
{
    const char *srcdir = getenv("srcdir");
    bool unit = strncmp(cause->test, "t/unit/", 7) == 0;
    char path[4096];

    check(cause->test != NULL && strncmp(cause->test, "t/", 2) == 0, "%s: a test shows it", cause->slug);
    check((cause->synthetic != NULL) == unit, "%s: where the test is a synthetic one, it is said why", cause->slug);
    if (srcdir != NULL) {
        snprintf(path, sizeof path, "%s/%s", srcdir, cause->test);
        check(access(path, R_OK) == 0, "%s: %s exists", cause->slug, cause->test);
    }
}

int main(void)
{
    check_slugs();
    for (ngd_cause_id_t id = 0; id < NGD_CAUSES; id++) {
        check_texts(ngd_cause(id));
        check_fixes(id);
        check_numbers(ngd_cause(id));
        check_test(ngd_cause(id));
    }
    check_details();
    check_names();
    check_steps();
    return check_done();
}
