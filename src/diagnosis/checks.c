#include "checks.h"

#include <string.h>
#include <strings.h>

#include "checks_help.h"
#include "compare.h"

#define FORWARDABLE 0x40000000u         /* TicketFlags (RFC 4120 section 5.3): bit 1 */
#define OK_AS_DELEGATE 0x00040000u      /* bit 13 */

/* A header this full may be too large for the next user, who is in more groups. */
enum { LARGE_PERCENT = 50 };

/* What several steps ask. */
typedef struct {
    const ngd_evidence_t *evidence;
    const ngd_diagnosis_t *diagnosis;
    ngd_comparison_t claim;
    ngd_host_t host;
    bool has_ticket;            /* a Kerberos ticket came, whatever became of it */
    bool has_token;             /* a Negotiate header with something in it came */
} view_t;

/* An answer is a verdict and the sentence that gives its reason. */
typedef struct {
    ngd_check_verdict_t verdict;
    const char *detail;
} answer_t;

static answer_t ok(const char *detail)
{
    return (answer_t){ NGD_VERDICT_OK, detail };
}

static answer_t problem(const char *detail)
{
    return (answer_t){ NGD_VERDICT_PROBLEM, detail };
}

static answer_t unknown(const char *detail)
{
    return (answer_t){ NGD_VERDICT_UNKNOWN, detail };
}

static answer_t not_applicable(const char *detail)
{
    return (answer_t){ NGD_VERDICT_NOT_APPLICABLE, detail };
}

static bool found(const view_t *view, ngd_cause_id_t cause)
{
    const ngd_diagnosis_t *diagnosis = view->diagnosis;

    if (diagnosis->has_cause && diagnosis->cause.cause == cause) {
        return true;
    }
    for (size_t i = 0; i < diagnosis->also_count; i++) {
        if (diagnosis->also[i].cause == cause) {
            return true;
        }
    }
    return false;
}

/* A failure that belongs to this step of the list; NULL: none. */
static const ngd_cause_t *failure_of(const view_t *view, ngd_step_t step)
{
    const ngd_diagnosis_t *diagnosis = view->diagnosis;

    if (diagnosis->has_cause && ngd_cause(diagnosis->cause.cause)->step == step) {
        return ngd_cause(diagnosis->cause.cause);
    }
    for (size_t i = 0; i < diagnosis->also_count; i++) {
        if (ngd_cause(diagnosis->also[i].cause)->step == step) {
            return ngd_cause(diagnosis->also[i].cause);
        }
    }
    return NULL;
}

static bool counts_as_failure(const ngd_cause_t *cause)
{
    return cause != NULL && cause->counts == NGD_COUNTS_FAILURE;
}

/* ---- the steps ------------------------------------------------------------------------------ */

/* The part behind the '@', which no realm has inside. */
static const char *realm_of(const char *principal)
{
    const char *at = principal != NULL ? strrchr(principal, '@') : NULL;

    return at != NULL ? at + 1 : "";
}

static bool other_realm(const view_t *view)
{
    const ngd_ticket_facts_t *ticket = &view->evidence->ticket;

    return ticket->opened && strcmp(realm_of(ticket->client), realm_of(ticket->server)) != 0;
}

static answer_t same_domain(const view_t *view)
{
    if (other_realm(view)) {
        return ok("No, and they need not be: the client `{client}` came through a trust between the realms.");
    }
    if (view->evidence->ticket.opened) {
        return ok("Yes: the ticket of `{client}` is for a service of the same realm.");
    }
    if (view->has_ticket) {
        return ok("The client has a ticket of the realm `{realm}`.");
    }
    return unknown("Without a ticket the client's domain cannot be seen from here.");
}

static answer_t server_configured(const view_t *view)
{
    ngd_refusal_t refusal = view->evidence->decision.refusal;

    if (refusal == NGD_REFUSAL_ELSEWHERE) {
        return ok("Another module or server asked for the sign-on here.");
    }
    if (refusal == NGD_REFUSAL_NONE && view->evidence->authentication.user == NULL
        && view->evidence->attempt.outcome == NGD_OUTCOME_ANONYMOUS) {
        return not_applicable("This address asks nobody to sign on.");
    }
    return ok("Yes: `AuthType Negotiate` holds here.");
}

static answer_t browser_configured(const view_t *view)
{
    if (view->has_token) {
        return ok("Yes: the browser answered with Negotiate.");
    }
    return unknown("Nothing came, so it cannot be seen from here whether the browser may use Negotiate.");
}

static answer_t zone(const view_t *view)
{
    if (view->has_ticket) {
        return ok("The browser sent its ticket to `{host}`, so it trusts this address.");
    }
    if (view->host.has_dot && !view->host.is_local) {
        return unknown("That is the client's to decide. The name `{host}` has a dot: Windows takes it for the Internet "
                       "zone until a policy says otherwise.");
    }
    return unknown("That is the client's to decide, and cannot be seen from here.");
}

static answer_t challenge(const view_t *view)
{
    ngd_refusal_t refusal = view->evidence->decision.refusal;

    if (refusal == NGD_REFUSAL_TLS) {
        return problem("No, not without TLS: it is sent only to who asks with `https://`.");
    }
    if (refusal == NGD_REFUSAL_HEADER_SIZE) {
        return not_applicable("The request was refused before the sign-on began.");
    }
    if (refusal == NGD_REFUSAL_ELSEWHERE && !view->has_token) {
        return unknown("That is for the other module or server; `curl -sI URL` shows it.");
    }
    if (refusal == NGD_REFUSAL_NONE && !view->has_token) {
        return not_applicable("This address asks nobody to sign on.");
    }
    return ok("Yes.");
}

static answer_t same_computer(const view_t *view)
{
    if (!view->evidence->connection.same_computer) {
        return ok("No, they are two computers.");
    }
    if (view->has_ticket || view->evidence->authentication.user != NULL) {
        return ok("Yes, and Kerberos works all the same.");
    }
    return unknown("Yes. Windows does not use Kerberos for a name that leads to its own computer, unless that name is "
                   "allowed in `BackConnectionHostNames`.");
}

static answer_t ticket(const view_t *view)
{
    if (view->has_ticket) {
        return ok("Yes: it sent one for `{principal}`.");
    }
    return unknown("None came. Whether the client can get one for `HTTP/{host}`, only the client can say.");
}

/* A claimed service name with a port behind the host. */
static bool names_port(const view_t *view)
{
    const ngd_principal_name_t *sname = &view->evidence->token.ap_req.sname;

    return view->has_ticket && sname->parts == 2 && memchr(sname->part[1].data, ':', sname->part[1].len) != NULL;
}

static answer_t port(const view_t *view)
{
    unsigned usual = view->evidence->connection.tls ? 443 : 80;

    if (names_port(view)) {
        return view->evidence->keytab.matched != NULL
                   ? ok("The client puts the port into the name, `{sname}`, and the keytab has it.")
                   : problem("The client puts the port into the name: the ticket is for `{sname}`.");
    }
    if (view->host.port == 0 || view->host.port == usual) {
        return ok("No.");
    }
    return view->has_ticket ? ok("Yes, {port}; the client leaves it out of the name, as browsers do.")
                            : unknown("Yes, {port}. Browsers leave it out of the SPN unless they are told otherwise.");
}

static bool names_host(const view_t *view)
{
    const ngd_principal_name_t *sname = &view->evidence->token.ap_req.sname;
    size_t len = strlen(view->host.name);

    return sname->parts == 2 && sname->part[0].len == 4 && memcmp(sname->part[0].data, "HTTP", 4) == 0
           && sname->part[1].len == len && strncasecmp((const char *)sname->part[1].data, view->host.name, len) == 0;
}

static answer_t spn(const view_t *view)
{
    if (!view->has_ticket) {
        return unknown("Without a ticket it cannot be seen which name the browser asked for; `HTTP/{host}` is expected.");
    }
    if (names_host(view)) {
        return ok("Yes: `{sname}`.");
    }
    if (view->claim.same_name > 0 || view->evidence->ticket.opened) {
        return ok("The address names `{host}`, the ticket `{sname}`: the browser followed an alias, and the keytab has "
                  "that name.");
    }
    return problem("The address names `{host}`, but the ticket is for `{sname}`, which the keytab does not have.");
}

static answer_t account(const view_t *view)
{
    const ngd_evidence_t *e = view->evidence;

    if (!view->has_ticket) {
        return not_applicable("There is no ticket to compare with the keytab.");
    }
    if (e->keytab.matched != NULL && e->keytab.matched_admitted) {
        return ok("Yes: the entry `{matched}` of the keytab opens the ticket.");
    }
    if (found(view, NGD_CAUSE_SPN_NOT_IN_KEYTAB) || found(view, NGD_CAUSE_REALM_MISMATCH)) {
        return problem("No key of the keytab opens the ticket.");
    }
    return unknown("No key could be tried on the ticket.");
}

static bool is_machine(const char *principal)
{
    size_t len = principal != NULL ? strcspn(principal, "@") : 0;

    return len > 0 && (principal[len - 1] == '$' || strncasecmp(principal, "host/", 5) == 0);
}

static answer_t machine_account(const view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;

    if (keytab->matched == NULL) {
        return not_applicable("No key opened the ticket.");
    }
    if (!is_machine(keytab->matched->principal)) {
        return ok("No, for the service's own: `{matched}`.");
    }
    return keytab->matched_admitted ? ok("Yes, for `{matched}`, and that entry may sign users on here.")
                                    : problem("Yes, for `{matched}`, which may not sign anybody on here.");
}

static answer_t delegation(const view_t *view)
{
    uint32_t flags = view->evidence->ticket.flags;

    if (!view->evidence->ticket.opened) {
        return not_applicable("There is no ticket that could be opened.");
    }
    if ((flags & OK_AS_DELEGATE) != 0 && (flags & FORWARDABLE) != 0) {
        return not_applicable("This server passes no credentials on. The ticket would allow it.");
    }
    return not_applicable("This server passes no credentials on. The ticket would not allow it either: the directory has "
                          "not marked the service as trusted for delegation, or the user's ticket as forwardable.");
}

static answer_t performance(const view_t *view)
{
    size_t bytes = view->evidence->header.header_bytes, limit = view->evidence->connection.header_limit_bytes;

    if (limit > 0 && bytes * 100 > limit * LARGE_PERCENT) {
        return ok("Each request is signed on by itself. The header has {header_bytes} of the {header_limit} bytes that "
                  "`LimitRequestFieldSize` allows: raise it before a user in more groups comes.");
    }
    return ok("Each request is signed on by itself; leave out what is the same for everybody, such as images.");
}

static answer_t forests(const view_t *view)
{
    if (!other_realm(view)) {
        return not_applicable("Client and server are not seen to be in two realms.");
    }
    return not_applicable("The client `{client}` comes from another realm; this server passes no credentials on.");
}

/* ---- the list --------------------------------------------------------------------------------- */

typedef answer_t step_fn(const view_t *view);

static step_fn *const steps[NGD_STEPS] = {
    [NGD_STEP_SAME_DOMAIN] = same_domain,
    [NGD_STEP_SERVER_CONFIGURED] = server_configured,
    [NGD_STEP_BROWSER_CONFIGURED] = browser_configured,
    [NGD_STEP_ZONE] = zone,
    [NGD_STEP_CHALLENGE] = challenge,
    [NGD_STEP_SAME_COMPUTER] = same_computer,
    [NGD_STEP_TICKET] = ticket,
    [NGD_STEP_PORT] = port,
    [NGD_STEP_SPN] = spn,
    [NGD_STEP_ACCOUNT] = account,
    [NGD_STEP_MACHINE_ACCOUNT] = machine_account,
    [NGD_STEP_DELEGATION] = delegation,
    [NGD_STEP_PERFORMANCE] = performance,
    [NGD_STEP_FORESTS] = forests,
};

/* What the diagnosis has found at this step is not asked a second time. */
static answer_t answer(const view_t *view, ngd_step_t step)
{
    const ngd_cause_t *failure = failure_of(view, step);

    return counts_as_failure(failure) ? problem(failure->explanation) : steps[step](view);
}

static void look(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis, view_t *view)
{
    memset(view, 0, sizeof *view);
    view->evidence = evidence;
    view->diagnosis = diagnosis;
    ngd_compare(evidence, &view->claim);
    ngd_host_parse(evidence->connection.host, &view->host);
    view->has_token = evidence->header.scheme == NGD_SCHEME_NEGOTIATE && evidence->header.base64.len > 0;
    view->has_ticket = view->has_token && evidence->token.inner == NGD_INNER_AP_REQ;
}

void ngd_checks(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis, ngd_check_t checks[NGD_CHECKS])
{
    view_t view;

    look(evidence, diagnosis, &view);
    for (ngd_step_t step = NGD_STEP_NONE + 1; step < NGD_STEPS; step++) {
        answer_t given = answer(&view, step);
        ngd_check_t *check = &checks[step - 1];
        *check = (ngd_check_t){ .step = step, .verdict = given.verdict, .detail = given.detail };
        if (given.verdict == NGD_VERDICT_UNKNOWN) {
            ngd_check_help(step, evidence->connection.user_agent, &check->help);
        }
    }
}

const char *ngd_check_verdict_name(ngd_check_verdict_t verdict)
{
    static const char *const names[] = {
        [NGD_VERDICT_OK] = "ok",
        [NGD_VERDICT_PROBLEM] = "problem",
        [NGD_VERDICT_UNKNOWN] = "unknown",
        [NGD_VERDICT_NOT_APPLICABLE] = "not-applicable",
    };

    return names[verdict];
}
