#include "collect.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>

#include "connection.h"
#include "inspect.h"
#include "setup.h"

/* ---- the request ------------------------------------------------------------------------------------------------- */

/*
 * Headers from outside, as text that a renderer can escape: valid UTF-8 of a
 * length that a page can show.
 */
enum { SHOWN_HEADER_BYTES = 1024 };

static const char *header_text(const request_rec *r, const char *name, apr_pool_t *pool)
{
    const char *value = apr_table_get(r->headers_in, name);
    ngd_span_t text = { (const uint8_t *)value, value ? strlen(value) : 0 };

    return value ? ngd_text_utf8(text, NGD_CHARSET_OEM, apr_palloc(pool, SHOWN_HEADER_BYTES), SHOWN_HEADER_BYTES)
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

bool ngd_collect_is_proxied(const request_rec *r)
{
    bool found = r->useragent_addr != r->connection->client_addr;

    apr_table_do(is_forwarding_header, &found, r->headers_in, NULL);
    return found;
}

static const char *peer(const conn_rec *c, apr_pool_t *pool)
{
    return apr_psprintf(pool, ap_strchr_c(c->client_ip, ':') ? "[%s]:%d" : "%s:%d", c->client_ip,
                        c->client_addr->port);
}

/* A client on this computer comes from the address it came to, or from the loopback network. */
static bool is_same_computer(const conn_rec *c)
{
    return strcmp(c->client_ip, c->local_ip) == 0 || strncmp(c->client_ip, "127.", 4) == 0
           || strcmp(c->client_ip, "::1") == 0;
}

static void collect_connection(const request_rec *r, const ngd_attempt_t *attempt, apr_pool_t *pool,
                               ngd_connection_facts_t *facts)
{
    *facts = (ngd_connection_facts_t){
        .id = ngd_connection_id(r->connection),
        .requests = ngd_connection_requests(r->connection),
        .protocol = apr_pstrdup(pool, r->protocol),
        .tls = ap_ssl_conn_is_ssl(r->connection) != 0,
        .client = peer(r->connection, pool),
        .proxied = ngd_collect_is_proxied(r),
        .header_limit_bytes = r->server->limit_req_fieldsize > 0 ? (size_t)r->server->limit_req_fieldsize : 0,
        .host = header_text(r, "Host", pool),
        .user_agent = header_text(r, "User-Agent", pool),
        .same_computer = is_same_computer(r->connection),
        .challenged_before = attempt && attempt->challenged_before,
    };
}

static void count_field_name(ngd_header_t *header)
{
    if (header->scheme != NGD_SCHEME_NONE) {
        header->header_bytes += NGD_FIELD_NAME_BYTES;
    }
}

/* ---- the attempt ------------------------------------------------------------------------------------------------- */

static const char *user_of(const request_rec *r, const ngd_attempt_t *attempt)
{
    return attempt ? attempt->user : r->user;
}

static const char *protocol_of(const request_rec *r, const ngd_attempt_t *attempt)
{
    if (attempt) {
        return attempt->user ? "Kerberos" : "Anonymous";
    }
    return r->user && r->ap_auth_type ? r->ap_auth_type : "Anonymous";
}

static void collect_authentication(const request_rec *r, const ngd_attempt_t *attempt, apr_pool_t *pool,
                                   ngd_authentication_facts_t *facts)
{
    const char *user = user_of(r, attempt);

    *facts = (ngd_authentication_facts_t){
        .method = user ? apr_pstrdup(pool, attempt ? NGD_AUTH_TYPE : r->ap_auth_type) : NULL,
        .protocol = apr_pstrdup(pool, protocol_of(r, attempt)),
        .user = apr_pstrdup(pool, user),
        .source = user ? NGD_SOURCE_REQUEST : NGD_SOURCE_NONE,
        .persist = NGD_PERSIST_REQUEST,
    };
}

static void collect_token(const ngd_attempt_t *attempt, ngd_evidence_t *evidence)
{
    evidence->header = attempt->header;
    evidence->base64_stop = attempt->base64_stop;
    ngd_token_decode(attempt->token, &evidence->token);
}

/* A request on which nobody decided may still have brought a token: shown as it claims to be. */
static void collect_unasked_token(const request_rec *r, apr_pool_t *pool, ngd_evidence_t *evidence)
{
    ngd_attempt_t read = { .pool = pool };

    ngd_attempt_read(&read, apr_table_get(r->headers_in, "Authorization"));
    collect_token(&read, evidence);
}

/* ---- ticket and keytab ------------------------------------------------------------------------------------------- */

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

static ngd_subject_t subject_of(const request_rec *r, const ngd_attempt_t *attempt, apr_pool_t *pool)
{
    ngd_subject_t subject = {
        .acceptor = attempt->policy.acceptor,
        .host = r->hostname && *r->hostname ? r->hostname : NULL,
        .keys = ngd_keytab_keys(attempt->policy.acceptor.keytab, NGD_LOOK_USUAL),
        .token = attempt->token,
    };

    if (subject.keys) {
        apr_pool_cleanup_register(pool, subject.keys, release_keys, apr_pool_cleanup_null);
    }
    subject.others = ngd_setup_keytabs(&subject.others_count);
    return subject;
}

/* What a key of this server may be used on: a token that was judged with it. */
static void inspect(const request_rec *r, const ngd_attempt_t *attempt, apr_pool_t *pool, ngd_evidence_t *evidence)
{
    ngd_inspection_t *inspection = apr_pcalloc(pool, sizeof *inspection);
    ngd_subject_t subject = subject_of(r, attempt, pool);

    apr_pool_cleanup_register(pool, inspection, release_inspection, apr_pool_cleanup_null);
    switch (attempt->refusal) {
    case NGD_REFUSAL_NONE:
    case NGD_REFUSAL_AUTHORIZATION:
        ngd_inspect_accepted(&subject, evidence, inspection);
        break;
    case NGD_REFUSAL_TLS:
    case NGD_REFUSAL_HEADER_SIZE:
    case NGD_REFUSAL_INTERNAL:
        break;
    case NGD_REFUSAL_MESSAGE:
        ngd_inspect_keytab(&subject, evidence);
        evidence->keytab.keys_untried = true;
        break;
    case NGD_REFUSAL_NO_KEYS:
    case NGD_REFUSAL_NO_ENTRY:
    case NGD_REFUSAL_NO_CREDENTIAL:
    case NGD_REFUSAL_GSS:
    case NGD_REFUSAL_ANONYMOUS:
    case NGD_REFUSAL_LEGS:
    case NGD_REFUSAL_MOVED:
    case NGD_REFUSAL_ELSEWHERE:
        ngd_inspect_refused(&subject, evidence, inspection);
        break;
    }
}

enum { ACCEPTOR_TEXT_SIZE = 256 };

static void collect_attempt(const request_rec *r, const ngd_attempt_t *attempt, apr_pool_t *pool,
                            ngd_evidence_t *evidence)
{
    evidence->attempt.reference = attempt->reference;
    evidence->attempt.outcome = attempt->outcome;
    evidence->attempt.leg = attempt->leg;
    evidence->decision.refusal = attempt->refusal;
    evidence->decision.reply_code = attempt->reply_code;
    evidence->server.acceptor = ngd_acceptor_name_text(&attempt->policy.acceptor.name, apr_palloc(pool, ACCEPTOR_TEXT_SIZE),
                                                       ACCEPTOR_TEXT_SIZE);
    collect_token(attempt, evidence);
    if (attempt->policy.acceptor.keytab) {
        inspect(r, attempt, pool, evidence);
    }
}

static void collect_no_attempt(request_rec *r, apr_pool_t *pool, ngd_evidence_t *evidence)
{
    char *reference = apr_palloc(pool, NGD_REFERENCE_SIZE);

    ngd_reference_make(reference);
    ngd_attempt_publish_reference(r, reference);
    evidence->attempt.reference = reference;
    evidence->attempt.outcome = r->user ? NGD_OUTCOME_ACCEPTED : NGD_OUTCOME_ANONYMOUS;
    collect_unasked_token(r, pool, evidence);
}

const ngd_evidence_t *ngd_collect(request_rec *r, const ngd_attempt_t *attempt)
{
    apr_pool_t *pool = attempt ? attempt->pool : r->pool;
    ngd_evidence_t *evidence = apr_pcalloc(pool, sizeof *evidence);

    evidence->attempt.time_usecs = r->request_time;
    evidence->clock.server_usecs = r->request_time;
    evidence->contact = apr_pstrdup(pool, ngd_settings(r)->contact);
    evidence->server.user = ngd_setup_user();
    evidence->server.group = ngd_setup_group();
    collect_connection(r, attempt, pool, &evidence->connection);
    collect_authentication(r, attempt, pool, &evidence->authentication);
    if (attempt) {
        collect_attempt(r, attempt, pool, evidence);
    } else {
        collect_no_attempt(r, pool, evidence);
    }
    count_field_name(&evidence->header);
    return evidence;
}
