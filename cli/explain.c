/*
 * explain: why a captured header was refused, or would be.
 */
#include "command.h"

#include <apr_strings.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "input.h"
#include "inspect.h"
#include "report.h"

static const char help[] =
    "Usage: negotiate-diag explain --keytab FILE [--keytab FILE]... [--host NAME[:PORT]] [--tls]\n"
    "                              [--acceptor NAME] [--json] [HEADER-FILE]\n"
    "\n"
    "Says why a captured sign-on is refused, as the module would: reads a header, a token or what curl -v printed\n"
    "from HEADER-FILE or standard input (of several client's headers the last one counts) and diagnoses it with\n"
    "these keytabs.  It asks no KDC and touches no replay cache.\n"
    "\n"
    "  --keytab FILE    the first is the site's own; further ones are those of the server's other sites\n"
    "  --host NAME      the address that the browser was given\n"
    "  --tls            it was asked with https://\n"
    "  --acceptor NAME  what NegotiateAcceptorName says: HTTP (default), Host, Any or service@host\n"
    "  --json           the module's report as one JSON document\n"
    "  --help           this text\n"
    "\n"
    "What a header does not tell is unknown in the report: its connection (null), who was signed on, how the server is\n"
    "configured.  The clock counts: a header that was captured long ago is out of time, and that is said then.\n"
    "\n"
    "Exit codes: 0 nothing is wrong with it, 1 a cause was found, 2 wrong usage, 3 no input, no token in it, or\n"
    "a keytab that you cannot read.\n";

enum { OPTION_KEYTAB = NGD_OPTION_OWN, OPTION_HOST, OPTION_TLS, OPTION_ACCEPTOR };
enum { KEYTABS_MAX = 64, ACCEPTOR_TEXT_SIZE = 256, USECS_PER_SEC = 1000000 };

static const struct option options[] = {
    { "keytab", required_argument, NULL, OPTION_KEYTAB }, { "host", required_argument, NULL, OPTION_HOST },
    { "tls", no_argument, NULL, OPTION_TLS }, { "acceptor", required_argument, NULL, OPTION_ACCEPTOR },
    NGD_OPTION_LIST_COMMON, NGD_OPTIONS_END,
};

typedef struct {
    apr_pool_t *pool;
    ngd_keytab_t *keytab[KEYTABS_MAX];
    size_t keytabs;
    ngd_acceptor_name_t acceptor;
    const char *host;
    bool tls;
    bool as_json;
    const char *path;           /* of the header; NULL: standard input */
} explain_t;

/* ---- the evidence ------------------------------------------------------------------------------- */

static void take_header(const ngd_captured_t *captured, ngd_evidence_t *evidence)
{
    evidence->header = captured->header;
    evidence->header.header_bytes += NGD_FIELD_NAME_BYTES;
    evidence->base64_stop = captured->base64_stop;
    evidence->token = captured->token;
}

/* The keytabs are read as whoever runs this; the web server's group is not known. */
static void take_server(const explain_t *explain, ngd_evidence_t *evidence)
{
    const struct passwd *user = getpwuid(geteuid());

    evidence->server.user = user ? apr_pstrdup(explain->pool, user->pw_name) : NULL;
    evidence->server.acceptor = ngd_acceptor_name_text(&explain->acceptor, apr_palloc(explain->pool, ACCEPTOR_TEXT_SIZE),
                                                       ACCEPTOR_TEXT_SIZE);
}

static ngd_evidence_t evidence_of(const explain_t *explain, const ngd_captured_t *captured)
{
    int64_t now_usecs = (int64_t)time(NULL) * USECS_PER_SEC;
    ngd_evidence_t evidence = {
        .attempt = { .time_usecs = now_usecs, .outcome = NGD_OUTCOME_REFUSED, .leg = 1 },
        .clock = { .server_usecs = now_usecs },
        .decision = { .refusal = NGD_REFUSAL_ELSEWHERE },
        .connection = { .host = explain->host, .tls = explain->tls },
    };

    take_header(captured, &evidence);
    take_server(explain, &evidence);
    return evidence;
}

/* A host name for NegotiateAcceptorName Host, without the port. */
static const char *host_name(const explain_t *explain)
{
    const char *colon = explain->host ? strrchr(explain->host, ':') : NULL;

    return colon && strchr(explain->host, ':') == colon
               ? apr_pstrmemdup(explain->pool, explain->host, (apr_size_t)(colon - explain->host))
               : explain->host;
}

/* What passes everything but a replay cache, which nobody asks here, is a token with which nothing is wrong. */
static void let_in(ngd_evidence_t *evidence)
{
    evidence->attempt.outcome = NGD_OUTCOME_ACCEPTED;
    evidence->decision = (ngd_decision_facts_t){ .refusal = NGD_REFUSAL_NONE };
}

/* ---- output --------------------------------------------------------------------------------------- */

static ngd_exit_t print(const explain_t *explain, const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis)
{
    static const ngd_view_t all = { .explain = NGD_EXPLAIN_FULL, .keytab = true };
    size_t len;
    const char *text = ngd_report_render(evidence, diagnosis, &all, explain->as_json ? NGD_FORMAT_JSON : NGD_FORMAT_TEXT,
                                         explain->pool, &len);

    if (!text) {
        ngd_complain(&ngd_command_explain, "out of memory");
        return NGD_EXIT_FAILED;
    }
    if (!diagnosis->has_cause && !explain->as_json) {
        puts("Nothing is wrong with this token, unless it was used before: only a server's replay cache could tell.\n");
    }
    fputs(text, stdout);
    return diagnosis->has_cause ? NGD_EXIT_FOUND : NGD_EXIT_FINE;
}

/* What this user may not read, the web server's may. */
static bool can_read(const ngd_keytab_facts_t *keytab)
{
    if (keytab->state == NGD_KEYTAB_UNREADABLE) {
        ngd_complain(&ngd_command_explain, "%s: %s", keytab->path, strerror(keytab->os_error));
    }
    return keytab->state != NGD_KEYTAB_UNREADABLE;
}

static ngd_exit_t diagnose(const explain_t *explain, const ngd_captured_t *captured)
{
    ngd_evidence_t evidence = evidence_of(explain, captured);
    ngd_inspection_t inspection = { .count = 0 };
    ngd_diagnosis_t diagnosis;
    ngd_subject_t subject = {
        .acceptor = { explain->keytab[0], explain->acceptor },
        .host = host_name(explain),
        .keys = ngd_keytab_keys(explain->keytab[0], NGD_LOOK_NOW),
        .others = explain->keytab,
        .others_count = explain->keytabs,
        .token = captured->bytes,
    };
    ngd_exit_t code = NGD_EXIT_FAILED;

    ngd_inspect_refused(&subject, &evidence, &inspection);
    if (evidence.decision.passes) {
        let_in(&evidence);
    }
    if (can_read(&evidence.keytab)) {
        ngd_diagnose(&evidence, &diagnosis);
        code = print(explain, &evidence, &diagnosis);
    }
    ngd_inspection_release(&inspection);
    ngd_keyset_release(subject.keys);
    return code;
}

/* ---- the command ------------------------------------------------------------------------------------ */

/* The last header of a client; NULL: there is none. */
static const ngd_captured_t *clients_header(const ngd_input_t *input)
{
    const ngd_captured_t *found = NULL;

    for (int i = 0; i < input->headers->nelts; i++) {
        const ngd_captured_t *captured = &APR_ARRAY_IDX(input->headers, i, ngd_captured_t);
        found = captured->from_client ? captured : found;
    }
    return found;
}

static ngd_exit_t explain_input(const explain_t *explain)
{
    const ngd_captured_t *captured;
    ngd_span_t text;
    ngd_input_t input;

    if (!ngd_input_read(&ngd_command_explain, explain->path, explain->pool, &text)) {
        return NGD_EXIT_FAILED;
    }
    ngd_input_parse(text, explain->pool, &input);
    captured = clients_header(&input);
    if (!captured) {
        ngd_complain(&ngd_command_explain, "there is no header of a client in the input");
        return NGD_EXIT_FAILED;
    }
    return diagnose(explain, captured);
}

static ngd_exit_t add_keytab(explain_t *explain, const char *path)
{
    if (explain->keytabs == KEYTABS_MAX) {
        return ngd_usage(&ngd_command_explain, "%d keytabs at most", KEYTABS_MAX);
    }
    explain->keytab[explain->keytabs] = ngd_keytab_create(path, NULL);
    if (!explain->keytab[explain->keytabs++]) {
        ngd_complain(&ngd_command_explain, "out of memory");
        return NGD_EXIT_FAILED;
    }
    return NGD_EXIT_FINE;
}

static ngd_exit_t take_option(explain_t *explain, int option)
{
    switch (option) {
    case OPTION_KEYTAB:
        return add_keytab(explain, optarg);
    case OPTION_HOST:
        explain->host = ngd_clean(explain->pool, optarg);
        return NGD_EXIT_FINE;
    case OPTION_TLS:
        explain->tls = true;
        return NGD_EXIT_FINE;
    case OPTION_ACCEPTOR:
        return ngd_acceptor_name_parse(optarg, apr_palloc(explain->pool, strlen(optarg) + 1), &explain->acceptor)
                   ? NGD_EXIT_FINE
                   : ngd_usage(&ngd_command_explain, "--acceptor takes HTTP, Host, Any or service@host");
    default:
        explain->as_json = true;
        return NGD_EXIT_FINE;
    }
}

static ngd_exit_t take_options(explain_t *explain, int argc, char **argv)
{
    ngd_exit_t code = NGD_EXIT_FINE;
    int option;

    while (code == NGD_EXIT_FINE && (option = ngd_next_option(&ngd_command_explain, argc, argv, options)) != -1) {
        code = take_option(explain, option);
    }
    if (code == NGD_EXIT_FINE && (explain->keytabs == 0 || argc - optind > 1)) {
        code = ngd_usage(&ngd_command_explain, explain->keytabs == 0 ? "which keytab?" : "one header file at most");
    }
    explain->path = code == NGD_EXIT_FINE ? argv[optind] : NULL;
    return code;
}

static ngd_exit_t with_thread(const explain_t *explain)
{
    ngd_exit_t code;

    if (!ngd_thread_setup()) {
        ngd_complain(&ngd_command_explain, "the system has no thread key left");
        return NGD_EXIT_FAILED;
    }
    code = explain_input(explain);
    ngd_thread_teardown();
    return code;
}

static void release_keytabs(explain_t *explain)
{
    for (size_t i = 0; i < explain->keytabs; i++) {
        ngd_keytab_destroy(explain->keytab[i]);
    }
}

static ngd_exit_t run(int argc, char **argv, apr_pool_t *pool)
{
    explain_t explain = { .pool = pool, .acceptor = { .kind = NGD_ACCEPTOR_SERVICE, .service = "HTTP" } };
    ngd_exit_t code = take_options(&explain, argc, argv);

    if (code == NGD_EXIT_FINE) {
        code = with_thread(&explain);
    }
    release_keytabs(&explain);
    return code;
}

const ngd_command_t ngd_command_explain = {
    .name = "explain",
    .summary = "why a captured header is refused",
    .help = help,
    .run = run,
};
