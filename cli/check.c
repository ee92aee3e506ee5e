/*
 * check: does the keytab fit what the KDC has?
 */
#include "command.h"

#include <apr_strings.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "check_remarks.h"
#include "keytab_remarks.h"
#include "value.h"

static const char help[] =
    "Usage: negotiate-diag check --keytab FILE [--spn HTTP/HOST]... [--ccache[=NAME]] [--json]\n"
    "\n"
    "Asks the KDC for a ticket for each service, as a client would, and compares what it is sealed with to the\n"
    "keytab: does the SPN exist, do key version and encryption type fit, does the keytab open the ticket.\n"
    "\n"
    "  --keytab FILE    the web server's keytab\n"
    "  --spn NAME       a service to ask about, with or without @REALM; may come several times.  Otherwise all\n"
    "                   HTTP entries of the keytab\n"
    "  --ccache[=NAME]  ask with tickets that are there (yours: kinit) instead of signing on by the keytab\n"
    "  --json           one JSON document: sign_on, kdc, services[] and findings[] with slug and severity\n"
    "  --help           this text\n"
    "\n"
    "It signs on with the keytab's own keys, of the service first, then of the other entries: in Active\n"
    "Directory an SPN that is only an alias cannot sign on, its account can.  Each name is tried once, since a\n"
    "wrong key counts as a wrong password.  Nothing is changed, and no ticket is left behind.\n"
    "\n"
    "Exit codes: 0 the keytab fits, 1 a warning or a problem, 2 wrong usage, 3 the keytab cannot be read or no\n"
    "KDC answers.\n";

enum { OPTION_KEYTAB = NGD_OPTION_OWN, OPTION_SPN, OPTION_CCACHE };
enum {
    SPNS_MAX = 100,             /* each costs a request */
    SIGN_ONS_MAX = 16,          /* and each of these a failed sign-on at somebody's account */
};

static const struct option options[] = {
    { "keytab", required_argument, NULL, OPTION_KEYTAB }, { "spn", required_argument, NULL, OPTION_SPN },
    { "ccache", optional_argument, NULL, OPTION_CCACHE }, NGD_OPTION_LIST_COMMON, NGD_OPTIONS_END,
};

typedef struct {
    apr_pool_t *pool;
    const char *keytab;
    apr_array_header_t *wanted;     /* --spn, of const char * */
    bool use_ccache;
    const char *ccache;             /* NULL: the default one */
    bool as_json;

    ngd_inventory_t inventory;
    ngd_kdc_t *kdc;
    apr_array_header_t *attempted;  /* of ngd_attempted_t */
    apr_array_header_t *asked;      /* of ngd_asked_t */
    apr_array_header_t *remarks;
} check_t;

/* ---- which services --------------------------------------------------------------------- */

static bool holds_name(const apr_array_header_t *names, const char *name)
{
    for (int i = 0; i < names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(names, i, const char *), name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_name(apr_array_header_t *names, const char *name, int max)
{
    if (names->nelts < max && !holds_name(names, name)) {
        *(const char **)apr_array_push(names) = name;
    }
}

/* A name without a realm is the keytab's entry of that name, if it has one; krb5 adds its default realm otherwise. */
static const char *whole_name(const ngd_inventory_t *inventory, const char *spn)
{
    size_t len = strlen(spn);

    for (size_t i = 0; i < inventory->count; i++) {
        const char *principal = inventory->entries[i].entry.principal;

        if (strncmp(principal, spn, len) == 0 && principal[len] == '@') {
            return principal;
        }
    }
    return spn;
}

static apr_array_header_t *services(const check_t *check)
{
    apr_array_header_t *names = apr_array_make(check->pool, 4, sizeof(const char *));

    for (int i = 0; i < check->wanted->nelts; i++) {
        add_name(names, whole_name(&check->inventory, APR_ARRAY_IDX(check->wanted, i, const char *)), SPNS_MAX);
    }
    for (size_t i = 0; check->wanted->nelts == 0 && i < check->inventory.count; i++) {
        if (ngd_inventory_is_http(&check->inventory.entries[i])) {
            add_name(names, check->inventory.entries[i].entry.principal, SPNS_MAX);
        }
    }
    return names;
}

/* ---- signing on ----------------------------------------------------------------------------- */

/* The services' own names first, then the HTTP entries, then whoever else is in the keytab. */
static apr_array_header_t *sign_on_names(const check_t *check, const apr_array_header_t *spns)
{
    apr_array_header_t *names = apr_array_make(check->pool, 4, sizeof(const char *));
    const ngd_inventory_t *inventory = &check->inventory;

    for (size_t i = 0; i < inventory->count; i++) {
        if (holds_name(spns, inventory->entries[i].entry.principal)) {
            add_name(names, inventory->entries[i].entry.principal, SIGN_ONS_MAX);
        }
    }
    for (size_t i = 0; i < inventory->count; i++) {
        if (ngd_inventory_is_http(&inventory->entries[i])) {
            add_name(names, inventory->entries[i].entry.principal, SIGN_ONS_MAX);
        }
    }
    for (size_t i = 0; i < inventory->count; i++) {
        add_name(names, inventory->entries[i].entry.principal, SIGN_ONS_MAX);
    }
    return names;
}

/* Another name would get the same answer. */
static bool ends_the_search(ngd_kdc_outcome_t outcome)
{
    return outcome == NGD_KDC_FINE || outcome == NGD_KDC_UNREACHABLE || outcome == NGD_KDC_CLOCK;
}

static void sign_on(check_t *check, const apr_array_header_t *spns)
{
    const apr_array_header_t *names = sign_on_names(check, spns);
    bool done = false;

    for (int i = 0; i < names->nelts && !done; i++) {
        ngd_attempted_t *attempt = apr_array_push(check->attempted);

        attempt->principal = APR_ARRAY_IDX(names, i, const char *);
        ngd_kdc_sign_on(check->kdc, attempt->principal, &attempt->answer);
        done = ends_the_search(attempt->answer.outcome);
    }
}

static bool get_tickets(check_t *check, const apr_array_header_t *spns)
{
    ngd_kdc_answer_t answer;

    if (!check->use_ccache) {
        sign_on(check, spns);
        return true;
    }
    ngd_kdc_take_tickets(check->kdc, check->ccache, &answer);
    if (answer.outcome != NGD_KDC_FINE) {
        ngd_complain(&ngd_command_check, "the credential cache cannot be used: %s",
                     ngd_answer_text(&answer, check->pool));
    }
    return answer.outcome == NGD_KDC_FINE;
}

/* ---- asking -------------------------------------------------------------------------------- */

static void ask(check_t *check, const apr_array_header_t *spns)
{
    bool reachable = true;

    for (int i = 0; i < spns->nelts && reachable; i++) {
        ngd_asked_t *asked = apr_array_push(check->asked);

        asked->spn = APR_ARRAY_IDX(spns, i, const char *);
        ngd_kdc_ask(check->kdc, asked->spn, &asked->ticket);
        reachable = asked->ticket.answer.outcome != NGD_KDC_UNREACHABLE;
    }
}

static ngd_exit_t ask_kdc(check_t *check)
{
    apr_array_header_t *spns = services(check);

    if (spns->nelts == 0) {
        ngd_remarks_add(check->remarks, &ngd_remark_no_http, NULL);
        return NGD_EXIT_FOUND;
    }
    if (!get_tickets(check, spns)) {
        return NGD_EXIT_FAILED;
    }
    if (ngd_kdc_client(check->kdc)) {
        ask(check, spns);
    }
    ngd_attempt_remarks(check->attempted, check->pool, check->remarks);
    ngd_clock_remark(ngd_kdc_clock_ahead_secs(check->kdc), check->pool, check->remarks);
    ngd_ask_remarks(check->asked, &check->inventory, check->pool, check->remarks);
    return ngd_remarks_verdict(check->remarks);
}

static bool was_unreachable(const check_t *check)
{
    for (int i = 0; i < check->attempted->nelts; i++) {
        if (APR_ARRAY_IDX(check->attempted, i, ngd_attempted_t).answer.outcome == NGD_KDC_UNREACHABLE) {
            return true;
        }
    }
    for (int i = 0; i < check->asked->nelts; i++) {
        if (APR_ARRAY_IDX(check->asked, i, ngd_asked_t).ticket.answer.outcome == NGD_KDC_UNREACHABLE) {
            return true;
        }
    }
    return false;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_asked(const ngd_asked_t *asked, apr_pool_t *pool)
{
    const ngd_kdc_ticket_t *ticket = &asked->ticket;

    printf("%s\n", ngd_clean(pool, asked->spn));
    if (ticket->answer.outcome != NGD_KDC_FINE) {
        printf("  no ticket: %s\n", ngd_answer_text(&ticket->answer, pool));
        return;
    }
    printf("  the KDC's ticket: kvno %u, %s\n", (unsigned)ticket->kvno, ngd_enctype_text(pool, ticket->enctype));
    printf("  the keytab %s\n", ticket->opened_by ? "opens it" : "does not open it");
}

static void print_all(const check_t *check)
{
    const char *client = ngd_kdc_client(check->kdc);

    printf("Keytab: %s\n", ngd_clean(check->pool, check->keytab));
    if (client) {
        printf("Signed on as %s%s\n", ngd_clean(check->pool, client),
               check->use_ccache ? ", with tickets that were there" : "");
    }
    for (int i = 0; i < check->asked->nelts; i++) {
        putchar('\n');
        print_asked(&APR_ARRAY_IDX(check->asked, i, ngd_asked_t), check->pool);
    }
    putchar('\n');
    ngd_remarks_print(check->remarks);
    if (check->remarks->nelts == 0) {
        puts("The keytab fits what the KDC has.");
    }
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static json_t *answer_json(const ngd_kdc_answer_t *answer)
{
    if (answer->outcome == NGD_KDC_FINE) {
        return json_null();
    }
    return json_pack("{s:i,s:s?,s:i,s:o}",
                     "code", (int)answer->code,
                     "name", answer->code ? ngd_kerberos_error_name(answer->code) : NULL,
                     "krb5", (int)answer->error,
                     "words", ngd_value_text(answer->words));
}

static json_t *attempts_json(const check_t *check)
{
    json_t *list = json_array();

    for (int i = 0; i < check->attempted->nelts; i++) {
        const ngd_attempted_t *attempt = &APR_ARRAY_IDX(check->attempted, i, ngd_attempted_t);

        json_array_append_new(list, json_pack("{s:o,s:o}", "principal", ngd_value_text(attempt->principal),
                                              "error", answer_json(&attempt->answer)));
    }
    return list;
}

static json_t *service_json(const ngd_asked_t *asked)
{
    const ngd_kdc_ticket_t *ticket = &asked->ticket;
    bool fine = ticket->answer.outcome == NGD_KDC_FINE;

    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:o}",
                     "spn", ngd_value_text(asked->spn),
                     "error", answer_json(&ticket->answer),
                     "kvno", fine ? json_integer(ticket->kvno) : json_null(),
                     "enctype", fine ? ngd_value_enctype(ticket->enctype) : json_null(),
                     "session_enctype", fine ? ngd_value_enctype(ticket->session_enctype) : json_null(),
                     "opened", ticket->opened_by != NULL,
                     "opened_by_own_entry", ticket->opened_by_own,
                     "opened_by", ngd_value_text(ticket->opened_by));
}

static json_t *document_of(const check_t *check)
{
    json_t *list = json_array();
    bool signed_on = ngd_kdc_client(check->kdc) && !check->use_ccache;

    for (int i = 0; i < check->asked->nelts; i++) {
        json_array_append_new(list, service_json(&APR_ARRAY_IDX(check->asked, i, ngd_asked_t)));
    }
    return json_pack("{s:i,s:o,s:{s:o,s:b,s:o},s:{s:o},s:o,s:o}",
                     "version", 1,
                     "keytab", ngd_value_text(check->keytab),
                     "sign_on", "client", ngd_value_text(ngd_kdc_client(check->kdc)), "from_ccache", check->use_ccache,
                     "tried", attempts_json(check),
                     "kdc", "clock_ahead_secs",
                     signed_on ? json_integer(ngd_kdc_clock_ahead_secs(check->kdc)) : json_null(),
                     "services", list,
                     "findings", ngd_remarks_json(check->remarks));
}

/* ---- the command --------------------------------------------------------------------------------- */

static ngd_exit_t with_kdc(check_t *check)
{
    ngd_exit_t code = ask_kdc(check);

    if (code == NGD_EXIT_FAILED) {
        return code;
    }
    if (was_unreachable(check)) {
        code = NGD_EXIT_FAILED;
    }
    if (check->as_json) {
        code = ngd_print_json(&ngd_command_check, document_of(check), code);
    } else {
        print_all(check);
    }
    for (int i = 0; i < check->asked->nelts; i++) {
        ngd_kdc_ticket_release(&APR_ARRAY_IDX(check->asked, i, ngd_asked_t).ticket);
    }
    return code;
}

/* What is wrong with the file itself is for the keytab command to say. */
static bool keytab_is_good(const check_t *check)
{
    if (check->inventory.file.state == NGD_KEYTAB_GOOD) {
        return true;
    }
    ngd_complain(&ngd_command_check, "%s %s; see negotiate-diag keytab", check->keytab,
                 check->inventory.file.state == NGD_KEYTAB_UNREADABLE
                     ? "cannot be read" : ngd_keytab_state_words(check->inventory.file.state));
    return false;
}

static ngd_exit_t check_keytab(check_t *check)
{
    ngd_kdc_answer_t answer;
    ngd_exit_t code = NGD_EXIT_FAILED;

    ngd_inventory_take(check->keytab, &check->inventory);
    if (keytab_is_good(check)) {
        check->kdc = ngd_kdc_open(check->keytab, &answer);
        if (check->kdc) {
            code = with_kdc(check);
        } else {
            ngd_complain(&ngd_command_check, "Kerberos cannot begin: %s", ngd_answer_text(&answer, check->pool));
        }
        ngd_kdc_close(check->kdc);
    }
    ngd_inventory_release(&check->inventory);
    return code;
}

/* SERVICE/HOST or SERVICE/HOST@REALM */
static bool is_service_name(const char *name)
{
    const char *slash = strchr(name, '/'), *at = strchr(name, '@');

    return slash && slash > name && slash[1] != '\0' && slash[1] != '@'
           && (!at || (at > slash && at[1] != '\0' && !strchr(at + 1, '@')));
}

static ngd_exit_t take_option(check_t *check, int option)
{
    switch (option) {
    case OPTION_KEYTAB:
        check->keytab = optarg;
        break;
    case OPTION_SPN:
        if (!is_service_name(optarg)) {
            return ngd_usage(&ngd_command_check, "--spn takes SERVICE/HOST or SERVICE/HOST@REALM");
        }
        *(const char **)apr_array_push(check->wanted) = optarg;
        break;
    case OPTION_CCACHE:
        check->use_ccache = true;
        check->ccache = optarg;
        break;
    case NGD_OPTION_JSON:
        check->as_json = true;
        break;
    }
    return NGD_EXIT_FINE;
}

static ngd_exit_t run(int argc, char **argv, apr_pool_t *pool)
{
    check_t check = {
        .pool = pool,
        .wanted = apr_array_make(pool, 4, sizeof(const char *)),
        .attempted = apr_array_make(pool, 4, sizeof(ngd_attempted_t)),
        .asked = apr_array_make(pool, 4, sizeof(ngd_asked_t)),
        .remarks = ngd_remarks_make(pool),
    };
    ngd_exit_t code = NGD_EXIT_FINE;
    int option;

    while (code == NGD_EXIT_FINE && (option = ngd_next_option(&ngd_command_check, argc, argv, options)) != -1) {
        code = take_option(&check, option);
    }
    if (code != NGD_EXIT_FINE) {
        return code;
    }
    if (!check.keytab) {
        return ngd_usage(&ngd_command_check, "--keytab FILE is needed");
    }
    if (optind < argc) {
        return ngd_usage(&ngd_command_check, "what is %s?", argv[optind]);
    }
    return check_keytab(&check);
}

const ngd_command_t ngd_command_check = {
    .name = "check",
    .summary = "does a keytab fit what the KDC has?",
    .help = help,
    .run = run,
};
