#include "collect.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>

#include "connection.h"
#include "inspect.h"

/* ---- the request ------------------------------------------------------------------------------------------------- */

/*
 * Headers from outside, as text that a renderer can escape: valid UTF-8 of a
 * length that a page can show.
 */
enum { SHOWN_HEADER_BYTES = 1024 };

static const char *header_text(request_rec *r, const char *name)
{
    const char *value = apr_table_get(r->headers_in, name);
    ngd_span_t text = { (const uint8_t *)value, value ? strlen(value) : 0 };

    return value ? ngd_text_utf8(text, NGD_CHARSET_OEM, apr_palloc(r->pool, SHOWN_HEADER_BYTES), SHOWN_HEADER_BYTES)
                 : NULL;
}

static int is_forwarding_header(void *found, const char *name, const char *value)
{
    (void)value;
    if (ap_cstr_casecmp(name, "Via") == 0 || ap_cstr_casecmp(name, "Forwarded") == 0
        || ap_cstr_casecmpn(name, "X-Forwarded-", 12) == 0) {
        *(bool *)found = true;
    }
    return 1;
}

/* The signs of a proxy that a request can carry; their absence proves nothing. */
static bool is_proxied(const request_rec *r)
{
    bool found = r->useragent_addr != r->connection->client_addr;

    apr_table_do(is_forwarding_header, &found, r->headers_in, NULL);
    return found;
}

static const char *peer(request_rec *r)
{
    const conn_rec *c = r->connection;

    return apr_psprintf(r->pool, ap_strchr_c(c->client_ip, ':') ? "[%s]:%d" : "%s:%d", c->client_ip,
                        c->client_addr->port);
}

static void collect_connection(request_rec *r, ngd_connection_facts_t *facts)
{
    *facts = (ngd_connection_facts_t){
        .id = ngd_connection_id(r->connection),
        .requests = ngd_connection_requests(r->connection),
        .protocol = r->protocol,
        .tls = ap_ssl_conn_is_ssl(r->connection) != 0,
        .client = peer(r),
        .proxied = is_proxied(r),
        .header_limit_bytes = r->server->limit_req_fieldsize > 0 ? (size_t)r->server->limit_req_fieldsize : 0,
        .host = header_text(r, "Host"),
        .user_agent = header_text(r, "User-Agent"),
    };
}

/* LimitRequestFieldSize counts the whole field: its name, the colon and the blank as well. */
static void count_field_name(ngd_header_t *header)
{
    if (header->scheme != NGD_SCHEME_NONE) {
        header->header_bytes += sizeof "Authorization: " - 1;
    }
}

/* ---- the attempt ------------------------------------------------------------------------------------------------- */

static const char *protocol_of(const request_rec *r, const ngd_attempt_t *attempt)
{
    if (attempt) {
        return attempt->outcome == NGD_OUTCOME_ACCEPTED ? "Kerberos" : "Anonymous";
    }
    return r->user && r->ap_auth_type ? r->ap_auth_type : "Anonymous";
}

static void collect_authentication(const request_rec *r, const ngd_attempt_t *attempt,
                                   ngd_authentication_facts_t *facts)
{
    *facts = (ngd_authentication_facts_t){
        .method = r->user ? r->ap_auth_type : NULL,
        .protocol = protocol_of(r, attempt),
        .user = r->user,
        .source = r->user ? NGD_SOURCE_REQUEST : NGD_SOURCE_NONE,
        .persist = NGD_PERSIST_REQUEST,
    };
}

/* A request on which nobody decided may still have brought a token: shown as it claims to be. */
static void collect_unasked_token(request_rec *r, ngd_evidence_t *evidence)
{
    const char *value = apr_table_get(r->headers_in, "Authorization");
    ngd_span_t bytes = { NULL, 0 };

    ngd_header_split(value, value ? strlen(value) : 0, &evidence->header);
    if (evidence->header.scheme == NGD_SCHEME_NEGOTIATE) {
        size_t size = NGD_BASE64_BYTES(evidence->header.base64.len);
        uint8_t *out = apr_palloc(r->pool, size);
        evidence->base64_stop = ngd_base64_decode(evidence->header.base64, out, size, &bytes.len);
        bytes.data = out;
    }
    ngd_token_decode(bytes, &evidence->token);
}

static apr_status_t release_keys(void *keys)
{
    ngd_keyset_release(keys);
    return APR_SUCCESS;
}

static apr_status_t release_inspection(void *inspection)
{
    ngd_inspection_release(inspection);
    return APR_SUCCESS;
}

/* Opens the ticket that signed the client on; what a refused ticket shows is not looked at here. */
static void collect_ticket(request_rec *r, const ngd_attempt_t *attempt, ngd_evidence_t *evidence)
{
    ngd_keytab_t *keytab = attempt->policy.acceptor.keytab;
    ngd_keyset_t *keys = ngd_keytab_keys(keytab, NGD_LOOK_USUAL);
    ngd_inspection_t *inspection = apr_pcalloc(r->pool, sizeof *inspection);

    evidence->keytab.path = ngd_keytab_path(keytab);
    evidence->keytab.state = ngd_keytab_state(keytab);
    if (!keys) {
        return;
    }
    apr_pool_cleanup_register(r->pool, keys, release_keys, apr_pool_cleanup_null);
    evidence->keytab.entries = ngd_keyset_entries(keys, &evidence->keytab.entries_count);
    if (attempt->outcome != NGD_OUTCOME_ACCEPTED || evidence->token.inner != NGD_INNER_AP_REQ) {
        return;
    }
    ngd_inspect(keys, &evidence->token.ap_req, inspection);
    apr_pool_cleanup_register(r->pool, inspection, release_inspection, apr_pool_cleanup_null);
    evidence->ticket = inspection->ticket;
    evidence->keytab.matched = inspection->matched;
    evidence->clock.has_client = inspection->has_client_time;
    evidence->clock.client_usecs = inspection->client_usecs;
}

static void collect_attempt(request_rec *r, const ngd_attempt_t *attempt, ngd_evidence_t *evidence)
{
    evidence->attempt.reference = attempt->reference;
    evidence->attempt.outcome = attempt->outcome;
    evidence->attempt.leg = attempt->leg;
    evidence->header = attempt->header;
    evidence->base64_stop = attempt->base64_stop;
    ngd_token_decode(attempt->token, &evidence->token);
    collect_ticket(r, attempt, evidence);
}

static void collect_no_attempt(request_rec *r, ngd_evidence_t *evidence)
{
    char *reference = apr_palloc(r->pool, NGD_REFERENCE_SIZE);

    ngd_reference_make(reference);
    ngd_attempt_publish(r, reference);
    evidence->attempt.reference = reference;
    evidence->attempt.outcome = r->user ? NGD_OUTCOME_ACCEPTED : NGD_OUTCOME_ANONYMOUS;
    collect_unasked_token(r, evidence);
}

const ngd_evidence_t *ngd_collect(request_rec *r, const ngd_attempt_t *attempt)
{
    ngd_evidence_t *evidence = apr_pcalloc(r->pool, sizeof *evidence);

    evidence->attempt.time_usecs = r->request_time;
    evidence->clock.server_usecs = r->request_time;
    evidence->contact = ngd_settings(r)->contact;
    collect_connection(r, &evidence->connection);
    if (attempt) {
        collect_attempt(r, attempt, evidence);
    } else {
        collect_no_attempt(r, evidence);
    }
    count_field_name(&evidence->header);
    collect_authentication(r, attempt, &evidence->authentication);
    return evidence;
}
