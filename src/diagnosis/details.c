#include "details.h"

#include <string.h>
#include <strings.h>

static void add_detail(ngd_finding_t *finding, bool holds, ngd_detail_id_t detail)
{
    if (holds && finding->details_count < NGD_DETAILS_MAX) {
        finding->details[finding->details_count++] = detail;
    }
}

/* Why a client gets no ticket for the address, as far as the address itself tells.  A proxy may ask for one of its own. */
void ngd_details_missing_ticket(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    const char *agent = view->evidence->connection.user_agent;
    bool windows = agent != NULL && strstr(agent, "Windows NT") != NULL;
    bool known = !view->evidence->connection.proxied;
    bool named = known && view->host.name[0] != '\0' && !view->host.is_address;
    bool has_key = named && ngd_keytab_has_host(&view->evidence->keytab, view->host.name);
    bool keys = view->evidence->keytab.entries_count > 0;

    add_detail(finding, known && view->host.is_address, NGD_DETAIL_IP_ADDRESS);
    add_detail(finding, named && view->host.is_local && !has_key, NGD_DETAIL_LOCAL_NAME);
    add_detail(finding, named && !view->host.is_local && keys && !has_key, NGD_DETAIL_HOST_WITHOUT_KEY);
    add_detail(finding, named && !ngd_is_usual_port(&view->host, view->evidence), NGD_DETAIL_PORT);
    add_detail(finding, named && view->host.has_dot && !view->host.is_local && windows, NGD_DETAIL_INTERNET_ZONE);
    add_detail(finding, named && has_key, NGD_DETAIL_DUPLICATE_SPN);
}

/* The host of a claimed HTTP service, without a port that some clients put behind it. */
static ngd_span_t claimed_host(const ngd_rules_view_t *view)
{
    const ngd_principal_name_t *sname = &view->evidence->token.ap_req.sname;
    ngd_span_t host = { NULL, 0 };

    if (view->has_ticket && ngd_rules_part_is(sname, 0, "HTTP") && sname->parts == 2 && sname->part[1].len > 0) {
        const uint8_t *colon = memchr(sname->part[1].data, ':', sname->part[1].len);
        host = sname->part[1];
        host.len = colon != NULL ? (size_t)(colon - host.data) : host.len;
    }
    return host;
}

/* A proxy in front asks for a host of its own, and tells nothing of what the browser asked for. */
static bool host_differs(const ngd_rules_view_t *view)
{
    ngd_span_t claimed = claimed_host(view);

    return claimed.len > 0 && view->host.name[0] != '\0' && !view->evidence->connection.proxied
           && (claimed.len != strlen(view->host.name)
               || strncasecmp((const char *)claimed.data, view->host.name, claimed.len) != 0);
}

static bool claims_port(const ngd_rules_view_t *view)
{
    ngd_span_t claimed = claimed_host(view);

    return claimed.len > 0 && claimed.len < view->evidence->token.ap_req.sname.part[1].len && view->host.port != 0;
}

/* Another keytab opens it, though not with a key of the ticket's own name: that is whose SPN it is. */
static bool is_on_other_account(const ngd_rules_view_t *view)
{
    const ngd_keytab_facts_t *keytab = &view->evidence->keytab;

    return keytab->other_path != NULL && keytab->other_principal != NULL
           && strcasecmp(keytab->other_principal, view->claim.principal) != 0;
}

/* A ticket for a service that no web server is. */
static bool claims_other_service(const ngd_rules_view_t *view)
{
    const ngd_principal_name_t *sname = &view->evidence->token.ap_req.sname;

    return view->has_ticket && sname->parts > 0
           && (sname->part[0].len != 4 || strncasecmp((const char *)sname->part[0].data, "HTTP", 4) != 0);
}

void ngd_details_missing_key(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    add_detail(finding, view->claim.same_name == 0 && claims_other_service(view), NGD_DETAIL_OTHER_SERVICE);
    add_detail(finding, host_differs(view), NGD_DETAIL_HOST_DIFFERS);
    add_detail(finding, claims_port(view), NGD_DETAIL_PORT);
    add_detail(finding, view->claim.same_name > 0 && view->evidence->keytab.other_path != NULL,
               NGD_DETAIL_OTHER_KEYTAB);
    add_detail(finding, view->claim.same_name > 0 && is_on_other_account(view), NGD_DETAIL_OTHER_ACCOUNT);
}

/* GSSAPI tries the entry whatever its spelling, so where the versions differ, that is enough of a reason. */
void ngd_details_other_case(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    ngd_details_missing_key(view, finding);
    add_detail(finding, ngd_rules_nothing_opens(view) && view->claim.other_case_same_kvno == 0,
               NGD_DETAIL_OTHER_VERSION);
}

void ngd_details_wrong_key(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    ngd_details_missing_key(view, finding);
    add_detail(finding, view->evidence->keytab.other_path == NULL, NGD_DETAIL_KEY_FROM_PASSWORD);
}

void ngd_details_other_account(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    add_detail(finding, ngd_is_machine_account(view->evidence->keytab.matched->principal), NGD_DETAIL_MACHINE_ACCOUNT);
    add_detail(finding, host_differs(view), NGD_DETAIL_HOST_DIFFERS);
}

/*
 * The ticket has the KDC's clock in it: it was issued at its start.  Where that lies in this server's future, the KDC and
 * this server disagree; where it lies in the client's, the KDC and the client do.  Otherwise nobody can tell, nor where
 * the KDC made the ticket for a later time.
 */
void ngd_details_skew(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    int64_t limit = view->skew_limit_secs;
    int64_t start = ngd_rules_start_secs(view);
    bool issued_then = (view->evidence->ticket.flags & (NGD_TICKET_POSTDATED | NGD_TICKET_INVALID)) == 0;
    bool after_server = issued_then && start > view->now_secs + limit;
    bool after_client = issued_then && start > view->now_secs + view->skew_secs + limit;

    add_detail(finding, after_server && !after_client, NGD_DETAIL_SERVER_CLOCK);
    add_detail(finding, after_client && !after_server, NGD_DETAIL_CLIENT_CLOCK);
}

void ngd_details_file(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    add_detail(finding, view->evidence->keytab.entries_count > 0, NGD_DETAIL_OLD_KEYS);
}

void ngd_details_malformed(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    add_detail(finding, ngd_rules_wraps_another(&view->evidence->token), NGD_DETAIL_ANOTHER_INSIDE);
    add_detail(finding, view->evidence->connection.proxied, NGD_DETAIL_THROUGH_PROXY);
}

void ngd_details_way(const ngd_rules_view_t *view, ngd_finding_t *finding)
{
    add_detail(finding, view->evidence->connection.proxied, NGD_DETAIL_THROUGH_PROXY);
}
