/*
 * causes: the catalogue, for people and for programs.
 */
#include "command.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#include "causes.h"
#include "expand.h"
#include "prose.h"

static const char help[] =
    "Usage: negotiate-diag causes [--json | --markdown] [SLUG]\n"
    "\n"
    "Lists every cause for which a sign-on fails, with who can mend it; with a SLUG, says what that cause means and\n"
    "how it is mended.  What stands in capitals, as HTTP/HOST, is yours to fill in: a report has it filled in.\n"
    "\n"
    "  --json       one JSON document: causes[]\n"
    "  --markdown   all of it, as docs/causes.md\n"
    "  --help       this text\n"
    "\n"
    "Exit codes: 0 fine, 2 wrong usage or no such cause.\n";

enum { OPTION_MARKDOWN = NGD_OPTION_OWN };
enum { FIX_INDENT = 4, COMMAND_INDENT = 8 };

static const struct option options[] = {
    { "markdown", no_argument, NULL, OPTION_MARKDOWN }, NGD_OPTION_LIST_COMMON, NGD_OPTIONS_END,
};

/* ---- text -------------------------------------------------------------------------- */

static void push_prose(apr_array_header_t *out, size_t indent, const char *prose)
{
    char text[NGD_EXPANDED_SIZE];

    ngd_push(out, ngd_spaces(out->pool, indent));
    ngd_prose_wrap(out, indent, ngd_expand(prose, NULL, NGD_EXPAND_TEXT, text, sizeof text));
}

static void push_command(apr_array_header_t *out, const char *command)
{
    char text[NGD_EXPANDED_SIZE];

    ngd_push_command(out, COMMAND_INDENT, ngd_expand(command, NULL, NGD_EXPAND_COMMAND, text, sizeof text));
}

static const char *for_words(ngd_for_t whom)
{
    static const char *const words[] = {
        [NGD_FOR_USER] = "On the user's computer: ",
        [NGD_FOR_ALL] = "",
        [NGD_FOR_AD] = "With Active Directory: ",
        [NGD_FOR_MIT] = "With MIT Kerberos: ",
    };

    return words[whom];
}

static void push_fix(apr_array_header_t *out, const ngd_fix_t *fix)
{
    ngd_push(out, "\n");
    push_prose(out, FIX_INDENT, apr_pstrcat(out->pool, for_words(fix->whom), fix->text, NULL));
    if (fix->command) {
        push_command(out, fix->command);
    }
}

static void print_numbers(const ngd_cause_t *cause)
{
    int status = ngd_cause_iis_status(cause);
    const char *kerberos = ngd_kerberos_error_name(cause->kerberos);

    printf("\nIIS: %d.%d, %lu (%s)\n", status, cause->substatus, (unsigned long)cause->win32, ngd_win32_name(cause->win32));
    if (kerberos) {
        printf("Kerberos: %d (%s)\n", cause->kerberos, kerberos);
    }
    if (cause->step != NGD_STEP_NONE) {
        printf("Checklist: %s\n", ngd_step_title(cause->step));
    }
}

static void print_cause(const ngd_cause_t *cause, apr_pool_t *pool)
{
    apr_array_header_t *out = apr_array_make(pool, 256, sizeof(const char *));

    printf("%s: %s\n", cause->slug, cause->title);
    printf("Who can mend it: %s\n\n", ngd_who_name(cause->who));
    push_prose(out, 0, cause->explanation);
    ngd_push(out, "\nHow to mend it:\n");
    for (size_t i = 0; i < ngd_fix_count(cause); i++) {
        push_fix(out, &cause->fix[i]);
    }
    fputs(apr_array_pstrcat(pool, out, 0), stdout);
    print_numbers(cause);
}

static void print_list(void)
{
    for (ngd_cause_id_t id = 0; id < NGD_CAUSES; id++) {
        printf("%-24s %-10s %s\n", ngd_cause(id)->slug, ngd_who_name(ngd_cause(id)->who), ngd_cause(id)->title);
    }
}

/* ---- JSON --------------------------------------------------------------------------- */

static json_t *expanded(const char *text, ngd_expand_t how)
{
    char out[NGD_EXPANDED_SIZE];

    return text ? json_string(ngd_expand(text, NULL, how, out, sizeof out)) : json_null();
}

static json_t *fixes_json(const ngd_cause_t *cause)
{
    json_t *fixes = json_array();

    for (size_t i = 0; i < ngd_fix_count(cause); i++) {
        json_array_append_new(fixes, json_pack("{s:s,s:o,s:o}",
                                               "for", ngd_for_name(cause->fix[i].whom),
                                               "text", expanded(cause->fix[i].text, NGD_EXPAND_TEXT),
                                               "command", expanded(cause->fix[i].command, NGD_EXPAND_COMMAND)));
    }
    return fixes;
}

static json_t *cause_json(const ngd_cause_t *cause)
{
    int status = ngd_cause_iis_status(cause);

    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:i,s:{s:o,s:I,s:s?},s:{s:i,s:s?},s:s?}",
                     "slug", cause->slug, "who", ngd_who_name(cause->who), "title", cause->title,
                     "headline", cause->headline,
                     "explanation", expanded(cause->explanation, NGD_EXPAND_TEXT), "fix", fixes_json(cause),
                     "status", cause->status,
                     "iis", "status", json_sprintf("%d.%d", status, cause->substatus), "win32", (json_int_t)cause->win32,
                     "name", ngd_win32_name(cause->win32),
                     "kerberos", "code", cause->kerberos, "name", ngd_kerberos_error_name(cause->kerberos),
                     "step", cause->step == NGD_STEP_NONE ? NULL : ngd_step_name(cause->step));
}

static json_t *document_of(ngd_cause_id_t first, ngd_cause_id_t last)
{
    json_t *causes = json_array();

    for (ngd_cause_id_t id = first; id <= last; id++) {
        json_array_append_new(causes, cause_json(ngd_cause(id)));
    }
    return json_pack("{s:i,s:o}", "version", 1, "causes", causes);
}

/* ---- the command ---------------------------------------------------------------------- */

static ngd_exit_t print_one(ngd_cause_id_t id, bool as_json, apr_pool_t *pool)
{
    if (as_json) {
        return ngd_print_json(&ngd_command_causes, document_of(id, id), NGD_EXIT_FINE);
    }
    print_cause(ngd_cause(id), pool);
    return NGD_EXIT_FINE;
}

static ngd_exit_t print_all(bool as_json, bool markdown)
{
    if (as_json) {
        return ngd_print_json(&ngd_command_causes, document_of(0, NGD_CAUSES - 1), NGD_EXIT_FINE);
    }
    (markdown ? ngd_causes_markdown : print_list)();
    return NGD_EXIT_FINE;
}

static ngd_exit_t run(int argc, char **argv, apr_pool_t *pool)
{
    bool as_json = false, markdown = false;
    ngd_cause_id_t id;
    int option;

    while ((option = ngd_next_option(&ngd_command_causes, argc, argv, options)) != -1) {
        as_json |= option == NGD_OPTION_JSON;
        markdown |= option == OPTION_MARKDOWN;
    }
    if (argc - optind > 1 || (markdown && (as_json || argv[optind]))) {
        return ngd_usage(&ngd_command_causes, argc - optind > 1 ? "one cause at most" : "--markdown goes alone");
    }
    if (!argv[optind]) {
        return print_all(as_json, markdown);
    }
    id = ngd_cause_by_slug(argv[optind]);
    return id < NGD_CAUSES ? print_one(id, as_json, pool)
                           : ngd_usage(&ngd_command_causes, "there is no cause %s", argv[optind]);
}

const ngd_command_t ngd_command_causes = {
    .name = "causes",
    .summary = "every cause there is, and how it is mended",
    .help = help,
    .run = run,
};
