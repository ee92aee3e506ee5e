/*
 * negotiate-diag: what the module knows about Kerberos sign-on, without a web server.
 */
#include "command.h"

#include <apr_general.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ngd_command_t *const commands[] = {
    &ngd_command_decode, &ngd_command_explain, &ngd_command_keytab, &ngd_command_check, &ngd_command_causes,
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const ngd_command_t *command_called(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static ngd_exit_t help(void)
{
    puts("Usage: negotiate-diag COMMAND [OPTION...]\n\nSays why a sign-on with HTTP Negotiate failed.\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
    }
    puts("\n  negotiate-diag COMMAND --help     how to call a command\n"
         "  negotiate-diag --version\n\n"
         "Every command prints text, or with --json one JSON document.  Exit codes: 0 nothing is wrong,\n"
         "1 a problem was found, 2 wrong usage, 3 it could not be done.  No token, key or password is ever shown.");
    return NGD_EXIT_FINE;
}

static ngd_exit_t help_for(const char *name)
{
    const ngd_command_t *command = command_called(name);

    if (!command) {
        return ngd_usage(NULL, "there is no command %s", name);
    }
    fputs(command->help, stdout);
    return NGD_EXIT_FINE;
}

static ngd_exit_t dispatch(int argc, char **argv, apr_pool_t *pool)
{
    const ngd_command_t *command;

    if (argc < 2) {
        return ngd_usage(NULL, "which command?");
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("negotiate-diag " NGD_VERSION);
        return NGD_EXIT_FINE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return argc > 2 ? help_for(argv[2]) : help();
    }
    command = command_called(argv[1]);
    if (!command) {
        return ngd_usage(NULL, "there is no command %s", argv[1]);
    }
    return command->run(argc - 1, argv + 1, pool);
}

int main(int argc, char **argv)
{
    apr_pool_t *pool;
    ngd_exit_t code;

    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        ngd_complain(NULL, "out of memory");
        return NGD_EXIT_FAILED;
    }
    code = dispatch(argc, argv, pool);
    /* Who reads the output must not take half of it for the whole. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        ngd_complain(NULL, "the output could not be written");
        code = NGD_EXIT_FAILED;
    }
    apr_terminate();
    return code;
}
