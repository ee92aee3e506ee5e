#include "command.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

int ngd_next_option(const ngd_command_t *command, int argc, char **argv, const struct option *options)
{
    int option;

    opterr = 0;
    option = getopt_long(argc, argv, ":", options, NULL);
    switch (option) {
    case NGD_OPTION_HELP:
        fputs(command->help, stdout);
        exit(NGD_EXIT_FINE);
    case ':':
        exit(ngd_usage(command, "%s needs a value", argv[optind - 1]));
    case '?':
        exit(ngd_usage(command, "there is no option %s", argv[optind - 1]));
    default:
        return option;
    }
}

__attribute__((format(printf, 2, 0)))
static void complain(const ngd_command_t *command, const char *format, va_list arguments)
{
    fprintf(stderr, "negotiate-diag%s%s: ", command ? " " : "", command ? command->name : "");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void ngd_complain(const ngd_command_t *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(command, format, arguments);
    va_end(arguments);
}

ngd_exit_t ngd_usage(const ngd_command_t *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(command, format, arguments);
    va_end(arguments);
    fprintf(stderr, "Try: negotiate-diag%s%s --help\n", command ? " " : "", command ? command->name : "");
    return NGD_EXIT_USAGE;
}

const char *ngd_clean(apr_pool_t *pool, const char *text)
{
    size_t len, size;

    if (!text) {
        return NULL;
    }
    len = strlen(text);
    size = len * sizeof "\xef\xbf\xbd";     /* each byte may become U+FFFD */
    return ngd_text_utf8((ngd_span_t){ (const uint8_t *)text, len }, NGD_CHARSET_OEM, apr_palloc(pool, size + 1),
                         size + 1);
}

ngd_exit_t ngd_print_json(const ngd_command_t *command, json_t *document, ngd_exit_t code)
{
    if (!document) {
        ngd_complain(command, "out of memory");
        return NGD_EXIT_FAILED;
    }
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(document);
    return code;
}

const char *ngd_enctype_text(apr_pool_t *pool, int enctype)
{
    const char *name = ngd_enctype_name(enctype);

    return name ? name : apr_psprintf(pool, "enctype %d", enctype);
}

const char *ngd_time_text(apr_pool_t *pool, int64_t time_secs)
{
    json_t *value = ngd_value_time_secs(time_secs);
    const char *text = json_is_string(value) ? apr_pstrdup(pool, json_string_value(value)) : "-";

    json_decref(value);
    return text;
}
