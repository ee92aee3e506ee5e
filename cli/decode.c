/*
 * decode: shows what is in a token, as a protocol analyser does.
 */
#include "command.h"

#include <stdio.h>

#include "input.h"
#include "report.h"
#include "tree.h"

static const char help[] =
    "Usage: negotiate-diag decode [--json] [FILE]\n"
    "\n"
    "Shows what is in the tokens of a header, as a protocol analyser does; a damaged token as far as it\n"
    "can be read, and where it broke off.  Reads FILE or standard input, 1 MiB at most, which may be\n"
    "\n"
    "  - headers: \"Authorization: Negotiate YII...\", \"WWW-Authenticate: Negotiate oY...\"\n"
    "  - what curl -v printed, with any number of them, in the lines that begin with \"> \" or \"< \"\n"
    "  - a bare token in base64, in one line or broken over several\n"
    "\n"
    "What it shows is what the sender claims: nothing is decrypted.  Encrypted parts show their size only.\n"
    "\n"
    "  --json      one JSON document: tokens[] with field, line, token (as in the module's report) and tree\n"
    "  --help      this text\n"
    "\n"
    "Exit codes: 0 every token is whole, 1 one is damaged, 2 wrong usage, 3 no input or no token in it.\n";

static bool carries_token(const ngd_captured_t *captured)
{
    ngd_scheme_t scheme = captured->header.scheme;

    return (scheme == NGD_SCHEME_NEGOTIATE || scheme == NGD_SCHEME_KERBEROS || scheme == NGD_SCHEME_NTLM)
           && captured->header.base64.len > 0;
}

static const ngd_stop_t *stop_of(const ngd_captured_t *captured)
{
    return ngd_first_stop(&captured->base64_stop, &captured->token);
}

static bool is_damaged(const ngd_captured_t *captured)
{
    return carries_token(captured) && stop_of(captured)->reason != NGD_STOP_NONE;
}

static json_t *tree_of(const ngd_captured_t *captured)
{
    return carries_token(captured) ? ngd_tree_of_token(&captured->token) : json_array();
}

/* ---- text ------------------------------------------------------------------------ */

static void print_stop(const ngd_stop_t *stop, const char *unit, const char *whole)
{
    if (stop->reason == NGD_STOP_TRUNCATED) {
        printf("! The %s breaks off behind %s %zu, where %s was expected.\n", whole, unit, stop->offset,
               stop->expected);
    } else if (stop->reason == NGD_STOP_MALFORMED) {
        printf("! The %s cannot be read from %s %zu on: expected was %s.\n", whole, unit, stop->offset,
               stop->expected);
    }
}

static void print_token(const ngd_captured_t *captured)
{
    json_t *tree = tree_of(captured);

    printf("%s: %s\n", captured->field ? captured->field : "Token", ngd_scheme_name(captured->header.scheme));
    if (carries_token(captured)) {
        ngd_tree_print(tree, 0, stdout);
        print_stop(&captured->base64_stop, "character", "base64 text");
        print_stop(&captured->token.stop, "byte", "token");
    } else {
        puts(captured->header.base64.len > 0 ? "  not shown: no token of this scheme is decoded"
                                             : "  no token: a scheme alone");
    }
    json_decref(tree);
}

static void print_all(const ngd_input_t *input)
{
    for (int i = 0; i < input->headers->nelts; i++) {
        printf("%s", i > 0 ? "\n" : "");
        print_token(&APR_ARRAY_IDX(input->headers, i, ngd_captured_t));
    }
    if (input->left_out > 0) {
        printf("\n%zu more are left out.\n", input->left_out);
    }
}

/* ---- JSON ------------------------------------------------------------------------- */

/* The contract's "token": the same words for the same facts as in a report. */
static json_t *contract_token(const ngd_captured_t *captured)
{
    static const ngd_diagnosis_t nothing;
    static const ngd_view_t all = { .explain = NGD_EXPLAIN_FULL };
    ngd_evidence_t evidence = {
        .header = captured->header,
        .base64_stop = captured->base64_stop,
        .token = captured->token,
    };
    json_t *document = ngd_report_document(&evidence, &nothing, &all);
    json_t *token = json_incref(json_object_get(document, "token"));

    json_decref(document);
    return token;
}

static json_t *document_of(const ngd_input_t *input)
{
    json_t *tokens = json_array();

    for (int i = 0; i < input->headers->nelts; i++) {
        const ngd_captured_t *captured = &APR_ARRAY_IDX(input->headers, i, ngd_captured_t);

        json_array_append_new(tokens, json_pack("{s:s?,s:I,s:o,s:o}",
                                                "field", captured->field,
                                                "line", (json_int_t)captured->line,
                                                "token", contract_token(captured),
                                                "tree", tree_of(captured)));
    }
    return json_pack("{s:i,s:o,s:I}", "version", 1, "tokens", tokens, "left_out", (json_int_t)input->left_out);
}

/* ---- the command -------------------------------------------------------------------- */

static ngd_exit_t verdict(const ngd_input_t *input)
{
    ngd_exit_t code = NGD_EXIT_FAILED;      /* schemes alone are no token */

    for (int i = 0; i < input->headers->nelts; i++) {
        const ngd_captured_t *captured = &APR_ARRAY_IDX(input->headers, i, ngd_captured_t);

        if (is_damaged(captured)) {
            return NGD_EXIT_FOUND;
        }
        if (carries_token(captured)) {
            code = NGD_EXIT_FINE;
        }
    }
    return code;
}

static ngd_exit_t decode(const char *path, bool as_json, apr_pool_t *pool)
{
    ngd_span_t text;
    ngd_input_t input;

    if (!ngd_input_read(&ngd_command_decode, path, pool, &text)) {
        return NGD_EXIT_FAILED;
    }
    ngd_input_parse(text, pool, &input);
    if (input.headers->nelts == 0) {
        ngd_complain(&ngd_command_decode, "there is no token in the input");
        return NGD_EXIT_FAILED;
    }
    if (as_json) {
        return ngd_print_json(&ngd_command_decode, document_of(&input), verdict(&input));
    }
    print_all(&input);
    return verdict(&input);
}

static ngd_exit_t run(int argc, char **argv, apr_pool_t *pool)
{
    static const struct option options[] = { NGD_OPTION_LIST_COMMON, NGD_OPTIONS_END };
    bool as_json = false;

    while (ngd_next_option(&ngd_command_decode, argc, argv, options) != -1) {
        as_json = true;
    }
    if (argc - optind > 1) {
        return ngd_usage(&ngd_command_decode, "one file at most");
    }
    return decode(argv[optind], as_json, pool);
}

const ngd_command_t ngd_command_decode = {
    .name = "decode",
    .summary = "shows what is in a token",
    .help = help,
    .run = run,
};
