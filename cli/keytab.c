/*
 * keytab: what stands in a keytab, and what is wrong with it.
 */
#include "command.h"

#include <stdio.h>

#include "keytab_remarks.h"
#include "value.h"

static const char help[] =
    "Usage: negotiate-diag keytab [--user NAME] [--json] FILE\n"
    "\n"
    "Lists the entries of a keytab (principal, key version, encryption type, when it was written) and says what\n"
    "is wrong with the file and with them.  No KDC is asked: that is what check does.  Keys are never shown.\n"
    "\n"
    "  --user NAME  the user that the web server runs as (www-data): can it read the file?  As root the file is\n"
    "               opened as that user; otherwise the permission bits answer\n"
    "  --json       one JSON document: file, entries[] and findings[] with slug and severity (note, warning,\n"
    "               problem)\n"
    "  --help       this text\n"
    "\n"
    "Exit codes: 0 nothing but notes, 1 a warning or a problem, 2 wrong usage, 3 the file is missing or cannot\n"
    "be read.\n";

enum { OPTION_USER = NGD_OPTION_OWN };

static const struct option options[] = {
    { "user", required_argument, NULL, OPTION_USER }, NGD_OPTION_LIST_COMMON, NGD_OPTIONS_END,
};

static const char *const state_words[] = {
    [NGD_KEYTAB_UNREAD] = "unread", [NGD_KEYTAB_GOOD] = "good", [NGD_KEYTAB_MISSING] = "missing",
    [NGD_KEYTAB_UNREADABLE] = "unreadable", [NGD_KEYTAB_EMPTY] = "empty", [NGD_KEYTAB_CORRUPT] = "corrupt",
    [NGD_KEYTAB_UNLOADABLE] = "unloadable",
};

/* ---- text -------------------------------------------------------------------------- */

static void print_entry(const ngd_keytab_entry_t *entry, apr_pool_t *pool)
{
    printf("%4u  %-26s %-25s  %s\n", (unsigned)entry->kvno, ngd_enctype_text(pool, entry->enctype),
           ngd_time_text(pool, entry->time_secs), ngd_clean(pool, entry->principal));
}

static void print_all(const char *path, const ngd_inventory_t *inventory, const apr_array_header_t *remarks,
                      apr_pool_t *pool)
{
    printf("Keytab: %s\n", ngd_clean(pool, path));
    if (inventory->count > 0) {
        printf("\nkvno  %-26s %-25s  principal\n", "encryption type", "written");
    }
    for (size_t i = 0; i < inventory->count; i++) {
        print_entry(&inventory->entries[i].entry, pool);
    }
    putchar('\n');
    ngd_remarks_print(remarks);
    if (remarks->nelts == 0) {
        puts("Nothing is wrong with this keytab; whether its keys are the KDC's, negotiate-diag check tells.");
    }
}

/* ---- JSON --------------------------------------------------------------------------- */

static json_t *entry_json(const ngd_keytab_entry_t *entry)
{
    return json_pack("{s:o,s:I,s:o,s:i,s:b,s:o}",
                     "principal", ngd_value_text(entry->principal),
                     "kvno", (json_int_t)entry->kvno,
                     "enctype", ngd_value_enctype(entry->enctype),
                     "enctype_number", (int)entry->enctype,
                     "weak", ngd_enctype_is_weak(entry->enctype),
                     "time", ngd_value_time_secs(entry->time_secs));
}

static json_t *document_of(const char *path, const ngd_inventory_t *inventory, const apr_array_header_t *remarks)
{
    json_t *entries = json_array();

    for (size_t i = 0; i < inventory->count; i++) {
        json_array_append_new(entries, entry_json(&inventory->entries[i].entry));
    }
    return json_pack("{s:i,s:{s:o,s:s},s:o,s:o}",
                     "version", 1,
                     "file", "path", ngd_value_text(path), "state", state_words[inventory->file.state],
                     "entries", entries,
                     "findings", ngd_remarks_json(remarks));
}

/* ---- the command ---------------------------------------------------------------------- */

static ngd_exit_t verdict(const ngd_inventory_t *inventory, const apr_array_header_t *remarks)
{
    ngd_keytab_state_t state = inventory->file.state;

    return state == NGD_KEYTAB_MISSING || state == NGD_KEYTAB_UNREADABLE ? NGD_EXIT_FAILED
                                                                         : ngd_remarks_verdict(remarks);
}

static ngd_exit_t keytab(const char *path, const char *user, bool as_json, apr_pool_t *pool)
{
    apr_array_header_t *remarks = ngd_remarks_make(pool);
    ngd_inventory_t inventory;
    ngd_exit_t code;

    ngd_inventory_take(path, &inventory);
    ngd_keytab_remarks(path, &inventory, pool, remarks);
    ngd_keytab_access_remarks(path, &inventory, user, pool, remarks);
    code = verdict(&inventory, remarks);
    if (as_json) {
        code = ngd_print_json(&ngd_command_keytab, document_of(path, &inventory, remarks), code);
    } else {
        print_all(path, &inventory, remarks, pool);
    }
    ngd_inventory_release(&inventory);
    return code;
}

static ngd_exit_t run(int argc, char **argv, apr_pool_t *pool)
{
    const char *user = NULL;
    bool as_json = false;
    int option;

    while ((option = ngd_next_option(&ngd_command_keytab, argc, argv, options)) != -1) {
        if (option == OPTION_USER) {
            user = optarg;
        } else {
            as_json = true;
        }
    }
    if (argc - optind != 1) {
        return ngd_usage(&ngd_command_keytab, "which keytab file?");
    }
    return keytab(argv[optind], user, as_json, pool);
}

const ngd_command_t ngd_command_keytab = {
    .name = "keytab",
    .summary = "what stands in a keytab, and what is wrong with it",
    .help = help,
    .run = run,
};
