#include "checks_steps.h"

#include <string.h>
#include <strings.h>

#define FORWARDABLE 0x40000000u         /* TicketFlags (RFC 4120 section 5.3): bit 1 */
#define OK_AS_DELEGATE 0x00040000u      /* bit 13 */

/* The realm of clients that are nobody at all (RFC 8062 section 3). */
#define ANONYMOUS_REALM "WELLKNOWN:ANONYMOUS"

/* A header this full may be too large for the next user, who is in more groups. */
enum { LARGE_PERCENT = 50 };

typedef ngd_checks_view_t view_t;
typedef ngd_answer_t answer_t;

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

static bool refused_by(const view_t *view, ngd_refusal_t refusal)
{
    return view->evidence->decision.refusal == refusal;
}

/* Where nothing came, and where httpd threw away what came before anybody could read it. */
static answer_t nothing_seen(const view_t *view, const char *detail)
{
    return unknown(refused_by(view, NGD_REFUSAL_HEADER_SIZE)
                       ? "httpd refused the request before its header was read, so this cannot be seen from here."
                       : detail);
}

/* ---- domain ------------------------------------------------------------------------------- */

/* The part behind the '@', which no realm has inside. */
static const char *realm_of(const char *principal)
{
    return principal != NULL ? ngd_principal_realm(principal) : "";
}

static bool is_of_nobody(const view_t *view)
{
    return strcmp(realm_of(view->evidence->ticket.client), ANONYMOUS_REALM) == 0;
}

static bool crosses_realms(const view_t *view)
{
    const ngd_ticket_facts_t *ticket = &view->evidence->ticket;

    return ticket->opened && !is_of_nobody(view) && strcmp(realm_of(ticket->client), realm_of(ticket->server)) != 0;
}

static bool keytab_has_realm(const view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;
    const char *claimed = realm_of(view->claim.principal);

    for (size_t i = 0; i < keytab->entries_count; i++) {
        if (strcmp(realm_of(keytab->entries[i].principal), claimed) == 0) {
            return true;
        }
    }
    return false;
}

static answer_t domain_of_opened(const view_t *view)
{
    if (is_of_nobody(view)) {
        return unknown("The ticket is an anonymous one: it does not tell its client's realm.");
    }
    if (crosses_realms(view)) {
        return ok("No, and they need not be: the client `{client}` came through a trust between the realms.");
    }
    return ok("Yes: the ticket of `{client}` is for a service of the same realm.");
}

/* What is claimed tells only by which realm's KDC the ticket should have been made. */
static answer_t same_domain(const view_t *view)
{
    if (view->evidence->ticket.opened) {
        return domain_of_opened(view);
    }
    if (!view->names_service) {
        return nothing_seen(view, "Without a ticket the client's domain cannot be seen from here.");
    }
    if (keytab_has_realm(view)) {
        return ok("The ticket claims to be from the realm `{realm}`, as the keytab's entries are.");
    }
    return view->keys_fail ? problem("The ticket claims to be from the realm `{realm}`, and the keytab has no entry of "
                                     "that realm.")
                           : unknown("The ticket claims to be from the realm `{realm}`. Whether that is this server's, "
                                     "cannot be seen without its keys.");
}

/* ---- who asks ----------------------------------------------------------------------------- */

static answer_t server_configured(const view_t *view)
{
    if (view->captured) {
        return unknown("A captured header does not tell how the server that it was sent to is configured.");
    }
    if (refused_by(view, NGD_REFUSAL_ELSEWHERE)) {
        return unknown("Another module or server refused the request. Which ways of signing on it knows, cannot be "
                       "seen from here.");
    }
    if (refused_by(view, NGD_REFUSAL_HEADER_SIZE)) {
        return not_applicable("httpd refused the request before anybody was asked to sign on.");
    }
    if (refused_by(view, NGD_REFUSAL_AUTHORIZATION)) {
        return ok("Yes: `{user}` was signed on here.");
    }
    if (view->asked_here) {
        return ok("Yes: `AuthType Negotiate` holds here.");
    }
    return view->evidence->authentication.user != NULL
               ? unknown("`{user}` was signed on by another module. Whether it knows Negotiate, cannot be seen from "
                         "here.")
               : not_applicable("This address asks nobody to sign on with `AuthType Negotiate`.");
}

static answer_t challenge(const view_t *view)
{
    bool by_another = refused_by(view, NGD_REFUSAL_AUTHORIZATION) && !view->has_token;

    if (view->captured) {
        return unknown("A captured header does not tell what the server answers.");
    }
    if (refused_by(view, NGD_REFUSAL_TLS)) {
        return problem("Not without TLS: only a request with `https://` is answered with it.");
    }
    if (refused_by(view, NGD_REFUSAL_HEADER_SIZE)) {
        return not_applicable("httpd refused the request before anybody was asked to sign on.");
    }
    if (refused_by(view, NGD_REFUSAL_ELSEWHERE) || by_another) {
        return unknown("Another module or server answers here; what it sends cannot be seen from here.");
    }
    if (!view->asked_here) {
        return not_applicable("This address asks nobody to sign on with `AuthType Negotiate`.");
    }
    if (view->evidence->connection.proxied && !view->has_token) {
        return ok("Yes. The request came through a proxy, though, and some of them take that header away.");
    }
    return ok("Yes, to every request without a token.");
}

/* ---- the browser -------------------------------------------------------------------------- */

static answer_t browser_configured(const view_t *view)
{
    ngd_scheme_t scheme = view->evidence->header.scheme;

    if (scheme == NGD_SCHEME_NEGOTIATE) {
        return ok("Yes: it answered with Negotiate.");
    }
    if (scheme != NGD_SCHEME_NONE) {
        return unknown("It answered with {scheme}, so it cannot be seen from here whether it may use Negotiate.");
    }
    if (view->evidence->connection.challenged_before) {
        return unknown("It was asked on this connection, and came back without a token. So it may not use Negotiate "
                       "for this address, or it got no ticket.");
    }
    return nothing_seen(view, "No token came, so it cannot be seen from here whether the browser may use Negotiate.");
}

static bool agent_names(const view_t *view, const char *system)
{
    const char *agent = view->evidence->connection.user_agent;

    return agent != NULL && strstr(agent, system) != NULL;
}

static answer_t zone(const view_t *view)
{
    bool named = view->host.name[0] != '\0' || !view->captured;

    if (view->has_ticket) {
        return named ? ok("The browser sent a ticket to `{host}`, so it trusts this address.")
                     : ok("The browser sent a ticket, so it trusts the address.");
    }
    if (named && view->has_token && view->evidence->token.inner == NGD_INNER_NTLM) {
        return unknown("The browser sent NTLM to `{host}`: it trusts this address, or somebody typed a password.");
    }
    if ((view->host.has_dot || view->host.is_address) && !view->host.is_local && agent_names(view, "Windows NT")) {
        return unknown("Windows takes `{host}` for the Internet zone until somebody lists it elsewhere: so it does "
                       "with every name that has a dot, and with every IP address.");
    }
    return nothing_seen(view, "That is the client's to decide, and cannot be seen from here.");
}

/* Only Windows refuses its own computer's other names (KB 896861, KB 926642). */
static answer_t same_computer(const view_t *view)
{
    const ngd_connection_facts_t *connection = &view->evidence->connection;
    bool not_windows = agent_names(view, "Linux") || agent_names(view, "Mac OS X");

    if (!view->captured && !connection->same_computer && !connection->proxied) {
        return ok("No, they are two computers.");
    }
    if (view->has_ticket) {
        return ok("That does not matter here: a Kerberos ticket came.");
    }
    if (view->captured) {
        return unknown("A captured header does not tell the client's address.");
    }
    if (connection->proxied) {
        return unknown("The request came through a proxy, so the client's own address cannot be seen from here.");
    }
    if (not_windows) {
        return ok("Yes. That is in the way on Windows only.");
    }
    return unknown("Yes. Windows does not sign on to a name that leads to its own computer, unless that name is "
                   "allowed in `BackConnectionHostNames`.");
}

/* ---- the ticket --------------------------------------------------------------------------- */

static answer_t ticket(const view_t *view)
{
    if (view->has_ticket) {
        return ok("Yes: it sent one, which claims to be for `{principal}`.");
    }
    if (view->has_token && view->evidence->token.inner == NGD_INNER_NTLM) {
        return unknown("It sent NTLM. Windows does so where it gets no ticket for `HTTP/{host}`; why it gets none, "
                       "only the client can say.");
    }
    return nothing_seen(view, "None came. Whether the client can get one for `HTTP/{host}`, only the client can say.");
}

static bool names_port(const view_t *view)
{
    const ngd_principal_name_t *sname = &view->evidence->token.ap_req.sname;
    char text[NGD_HOST_TEXT_SIZE];
    ngd_host_t claimed;

    if (!view->names_service || sname->parts != 2) {
        return false;
    }
    ngd_host_parse(ngd_text_utf8(sname->part[1], NGD_CHARSET_OEM, text, sizeof text), &claimed);
    return claimed.port != 0;
}

static answer_t port_in_name(const view_t *view)
{
    if (view->accepted_key || view->claim.same_name > 0) {
        return ok("The client puts the port into the SPN, `{sname}`, and the keytab has a key for it.");
    }
    return view->keys_fail ? problem("The client puts the port into the SPN: its ticket is for `{sname}`, which the "
                                     "keytab does not have.")
                           : unknown("The client puts the port into the SPN, `{sname}`. Whether the keytab has a key "
                                     "for that, was not tried.");
}

static answer_t port(const view_t *view)
{
    if (names_port(view)) {
        return port_in_name(view);
    }
    if (view->host.name[0] == '\0') {
        return view->captured ? unknown("The address is not known, and so its port is not.")
                              : unknown("The request names no host, and so no port.");
    }
    if (ngd_is_usual_port(&view->host, view->evidence)) {
        return ok("No.");
    }
    return view->names_service
               ? ok("Yes, {port}. The client leaves it out of the SPN, as browsers do.")
               : unknown("Yes, {port}. Browsers leave it out of the SPN unless they are told otherwise; whether this "
                         "one does, cannot be seen without a ticket.");
}

static bool names_http(const view_t *view)
{
    const ngd_principal_name_t *sname = &view->evidence->token.ap_req.sname;

    return sname->parts == 2 && sname->part[0].len == 4
           && strncasecmp((const char *)sname->part[0].data, "HTTP", 4) == 0;
}

static bool names_host(const view_t *view)
{
    ngd_span_t host = view->evidence->token.ap_req.sname.part[1];
    size_t len = strlen(view->host.name);

    return names_http(view) && host.len == len && strncasecmp((const char *)host.data, view->host.name, len) == 0;
}

static answer_t other_spn(const view_t *view)
{
    if (view->accepted_key || view->claim.same_name > 0) {
        return names_http(view) ? ok("The address names `{host}`, the ticket `{sname}`: the browser followed the DNS "
                                     "to another name (CNAME), and the keytab has a key for that.")
                                : ok("The ticket is for `{sname}` instead of `HTTP/{host}`, and the keytab has a key "
                                     "for that.");
    }
    return view->keys_fail ? problem("The address names `{host}`, but the ticket is for `{sname}`, which the keytab "
                                     "does not have.")
                           : unknown("The address names `{host}`, the ticket `{sname}`. Whether the keytab has a key "
                                     "for that, was not tried.");
}

static answer_t spn(const view_t *view)
{
    if (!view->names_service) {
        return nothing_seen(view, "Without a whole ticket it cannot be seen which name the browser asked for; "
                                  "`HTTP/{host}` is expected.");
    }
    if (view->host.name[0] == '\0') {
        return view->captured ? unknown("The ticket is for `{sname}`; the address to compare it with is not known.")
                              : unknown("The ticket is for `{sname}`; the request names no host to compare it with.");
    }
    return names_host(view) ? ok("Yes: `{sname}`.") : other_spn(view);
}

/* ---- the key ------------------------------------------------------------------------------ */

static answer_t account(const view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;

    if (!view->has_ticket) {
        return nothing_seen(view, "Without a ticket there is nothing that the keytab's keys could be tried on.");
    }
    if (view->accepted_key) {
        return keytab->matched != NULL ? ok("Yes: the entry `{matched}` of the keytab opens the ticket.")
                                       : ok("Yes: a key of the keytab opens the ticket.");
    }
    if (view->keys_fail) {
        return keytab->matched != NULL ? problem("Only the entry `{matched}` opens the ticket, and that one may not "
                                                 "sign anybody on here.")
                                       : problem("No key of the keytab opens the ticket.");
    }
    return unknown("The keytab's keys were not all tried on the ticket.");
}

static answer_t machine_account(const view_t *view)
{
    const ngd_keytab_entry_t *matched = view->evidence->keytab.matched;

    if (matched == NULL) {
        return view->keys_fail ? unknown("No key of this server opens the ticket, so it cannot be seen from here which "
                                         "account's key it is sealed with.")
                               : not_applicable("It is not known which key opens the ticket.");
    }
    if (!ngd_is_machine_account(matched->principal)) {
        return ok("No: `{matched}` opens it, which is no machine account.");
    }
    if (ngd_checks_found(view, NGD_CAUSE_SPN_ON_OTHER_ACCOUNT)) {
        return problem("Yes: the ticket for `{sname}` is sealed for `{matched}`, which may not sign anybody on here.");
    }
    return view->accepted_key ? ok("Yes, for `{matched}`, and that entry may sign users on here.")
                              : ok("Yes, for `{matched}`, which is what the client asked for.");
}

/* ---- beyond the sign-on --------------------------------------------------------------------- */

static answer_t delegation(const view_t *view)
{
    const ngd_ticket_facts_t *ticket = &view->evidence->ticket;

    if (!ticket->opened) {
        return not_applicable("This server passes no credentials on, and no ticket was opened that could tell more.");
    }
    if ((ticket->flags & FORWARDABLE) == 0) {
        return not_applicable("This server passes no credentials on. The ticket would not allow it either: it is not "
                              "forwardable.");
    }
    if ((ticket->flags & OK_AS_DELEGATE) == 0) {
        return not_applicable("This server passes no credentials on. The ticket is forwardable, but the directory has "
                              "not marked the service as trusted for delegation (`ok-as-delegate`).");
    }
    return not_applicable("This server passes no credentials on. The ticket would allow it: it is forwardable, and the "
                          "service is trusted for delegation.");
}

static answer_t performance(const view_t *view)
{
    static const char *const costs[] = {
        [NGD_PERSIST_REQUEST] = "Each request is signed on by itself. Images and the like need no sign-on.",
        [NGD_PERSIST_CONNECTION] = "Each connection is signed on once.",
        [NGD_PERSIST_SESSION] = "Each session is signed on once.",
    };
    size_t bytes = view->evidence->header.header_bytes, limit = view->evidence->connection.header_limit_bytes;

    if (limit > 0 && bytes > limit * LARGE_PERCENT / 100) {
        return ok("The `Authorization` header has {header_bytes} bytes; httpd refuses more than {header_limit}. Raise "
                  "`LimitRequestFieldSize` before a user in more groups comes.");
    }
    return view->asked_here ? ok(costs[view->evidence->authentication.persist])
                            : not_applicable("How often a client signs on here, is not for this module to say.");
}

static answer_t forests(const view_t *view)
{
    if (!view->evidence->ticket.opened || is_of_nobody(view)) {
        return not_applicable("The client's realm is not known.");
    }
    if (!crosses_realms(view)) {
        return not_applicable("Client and server are in the same realm.");
    }
    return (view->evidence->ticket.flags & OK_AS_DELEGATE) != 0
               ? ok("`{client}` comes from another realm, and the ticket would allow delegation all the same.")
               : ok("`{client}` comes from another realm. Signing on works across the trust; delegation would not. "
                    "Windows has it switched off between forests since 2019, whatever the account says.");
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

ngd_answer_t ngd_checks_answer(const ngd_checks_view_t *view, ngd_step_t step)
{
    return steps[step](view);
}
