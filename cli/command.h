/*
 * command.h - what the sub-commands of negotiate-diag share.
 *
 * Each sub-command is one file with one ngd_command_t.  A command writes what it
 * found to standard output, as text for people or, with --json, as one JSON
 * document with "version": 1, and complaints to standard error.  Neither ever
 * shows a token, a key or a password.
 *
 * Memory: everything lives in the pool that a command is given, and ends with the
 * process.
 */
#ifndef NGD_COMMAND_H
#define NGD_COMMAND_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>

/* Exit codes: a contract with scripts. */
typedef enum {
    NGD_EXIT_FINE = 0,          /* nothing is wrong */
    NGD_EXIT_FOUND = 1,         /* a cause, a problem or a warning was found */
    NGD_EXIT_USAGE = 2,         /* called wrongly */
    NGD_EXIT_FAILED = 3,        /* could not be done: a file that cannot be read, a KDC that does not answer */
} ngd_exit_t;

typedef struct {
    const char *name;
    const char *summary;        /* for the list of commands */
    const char *help;           /* what --help prints */
    ngd_exit_t (*run)(int argc, char **argv, apr_pool_t *pool);
} ngd_command_t;

extern const ngd_command_t ngd_command_decode;
extern const ngd_command_t ngd_command_explain;
extern const ngd_command_t ngd_command_keytab;
extern const ngd_command_t ngd_command_check;
extern const ngd_command_t ngd_command_causes;

/* ---- options -------------------------------------------------------------- */

/* In each command's table of long options, which ends with NGD_OPTIONS_END. */
enum { NGD_OPTION_JSON = 256, NGD_OPTION_HELP, NGD_OPTION_OWN };
#define NGD_OPTION_LIST_COMMON                                                                                         \
    { "json", no_argument, NULL, NGD_OPTION_JSON }, { "help", no_argument, NULL, NGD_OPTION_HELP }
#define NGD_OPTIONS_END { NULL, 0, NULL, 0 }

/* The next option, or -1 behind the last; answers --help and wrong options itself, and ends the process then. */
int ngd_next_option(const ngd_command_t *command, int argc, char **argv, const struct option *options);

/* "negotiate-diag decode: ..." to standard error. */
__attribute__((format(printf, 2, 3))) void ngd_complain(const ngd_command_t *command, const char *format, ...);
/* The same, with a hint at --help; returns NGD_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) ngd_exit_t ngd_usage(const ngd_command_t *command, const char *format, ...);

/* ---- output --------------------------------------------------------------- */

/* Text from a file or the network, fit for a terminal and for JSON; NULL stays NULL. */
const char *ngd_clean(apr_pool_t *pool, const char *text);

/* Prints a document, takes its reference over, and returns code, or NGD_EXIT_FAILED where memory ran out. */
ngd_exit_t ngd_print_json(const ngd_command_t *command, json_t *document, ngd_exit_t code);

/* "aes256-cts-hmac-sha1-96", or "enctype 99" */
const char *ngd_enctype_text(apr_pool_t *pool, int enctype);

/* "2026-11-23T15:02:07+01:00", or "-" where it is not known */
const char *ngd_time_text(apr_pool_t *pool, int64_t time_secs);

#endif
