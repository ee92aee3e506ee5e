#include "connection.h"

#include <apr_atomic.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <openssl/evp.h>

#include "attempt.h"

enum { DIGEST_BYTES = 32 };

typedef struct {
    char id[NGD_REFERENCE_SIZE];
    apr_uint32_t requests;
    ngd_pending_t pending;
    apr_uint32_t upgrade;                       /* 1: the digest's token may come once more */
    unsigned char upgrade_digest[DIGEST_BYTES];
    char upgrade_reference[NGD_REFERENCE_SIZE];
    ngd_refused_t refused;
    unsigned challenged;                        /* hash of the URL of an unanswered navigation; 0: none */
} slot_t;

/* HTTP/2 gives each stream a connection of its own; the real one is its master. */
static slot_t *slot_of(const conn_rec *c)
{
    return ap_get_module_config((c->master ? c->master : c)->conn_config, &negotiate_diag_module);
}

static apr_status_t end_pending(void *data)
{
    ngd_negotiation_end(&((slot_t *)data)->pending.state);
    return APR_SUCCESS;
}

int ngd_connection_begin(conn_rec *c, void *socket)
{
    slot_t *slot;

    (void)socket;
    if (c->master || c->outgoing) {
        return OK;
    }
    slot = apr_pcalloc(c->pool, sizeof *slot);
    ngd_reference_make(slot->id);
    apr_pool_cleanup_register(c->pool, slot, end_pending, apr_pool_cleanup_null);
    ap_set_module_config(c->conn_config, &negotiate_diag_module, slot);
    return OK;
}

int ngd_connection_request(request_rec *r)
{
    slot_t *slot = slot_of(r->connection);

    ngd_attempt_note_header(r);
    if (slot) {
        apr_atomic_inc32(&slot->requests);
        if (!r->connection->master) {
            /* Another request in HTTP/1: the upgrade did not take place. */
            apr_atomic_set32(&slot->upgrade, 0);
        }
    }
    return DECLINED;
}

const char *ngd_connection_id(const conn_rec *c)
{
    const slot_t *slot = slot_of(c);

    return slot ? slot->id : "-";
}

unsigned ngd_connection_requests(const conn_rec *c)
{
    slot_t *slot = slot_of(c);

    return slot ? apr_atomic_read32(&slot->requests) : 0;
}

ngd_pending_t *ngd_connection_pending(conn_rec *c)
{
    slot_t *slot = c->master ? NULL : slot_of(c);

    return slot ? &slot->pending : NULL;
}

/* ---- what a refusal leaves behind --------------------------------------------------------------------------------- */

/* Streams have no order, and behind a proxy one connection serves several clients. */
static slot_t *own_slot(const request_rec *r)
{
    return r->connection->master ? NULL : slot_of(r->connection);
}

/* The URL as the client asked for it: also the host, since one connection can serve several. */
static const char *url_of(const request_rec *r, apr_pool_t *pool)
{
    const char *host = apr_table_get(r->headers_in, "Host");

    return apr_pstrcat(pool, host ? host : "", r->unparsed_uri ? r->unparsed_uri : "", NULL);
}

static unsigned hash_of(const request_rec *r)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;
    unsigned hash = apr_hashfunc_default(url_of(r, r->pool), &len);

    return hash ? hash : 1;
}

void ngd_connection_note_refusal(request_rec *r, const ngd_attempt_t *attempt)
{
    slot_t *slot = own_slot(r);

    if (slot) {
        slot->refused.url = hash_of(r);
        slot->refused.request = ngd_connection_requests(r->connection);
        slot->refused.diagnosis = attempt->diagnosis;
        apr_cpystrn(slot->refused.reference, attempt->reference, sizeof slot->refused.reference);
    }
}

const ngd_refused_t *ngd_connection_refused_before(request_rec *r)
{
    slot_t *slot = own_slot(r);

    /* Most requests follow no refusal, and need not be hashed to know it. */
    if (!slot || slot->refused.url == 0 || slot->refused.request + 1 != ngd_connection_requests(r->connection)) {
        return NULL;
    }
    return slot->refused.url == hash_of(r) ? &slot->refused : NULL;
}

/* Browsers say so themselves (Fetch Metadata), but only to sites that are https or local; else the type they ask for does. */
static bool is_navigation(const request_rec *r)
{
    const char *mode = apr_table_get(r->headers_in, "Sec-Fetch-Mode");
    const char *accept = apr_table_get(r->headers_in, "Accept");

    if (mode) {
        return strcmp(mode, "navigate") == 0;
    }
    return r->method_number == M_GET && accept && ap_strstr_c(accept, "text/html");
}

bool ngd_connection_note_challenge(request_rec *r)
{
    slot_t *slot = is_navigation(r) ? own_slot(r) : NULL;
    unsigned hash = slot ? hash_of(r) : 0;
    bool again = slot && slot->challenged == hash;

    if (slot) {
        slot->challenged = hash;
    }
    return again;
}

void ngd_connection_note_token(request_rec *r)
{
    slot_t *slot = own_slot(r);

    if (slot) {
        slot->challenged = 0;
    }
}

/* ---- the upgrade to h2c ------------------------------------------------------------------------------------------- */

static void digest(const char *text, unsigned char out[DIGEST_BYTES])
{
    EVP_Digest(text, strlen(text), out, NULL, EVP_sha256(), NULL);
}

void ngd_connection_allow_upgrade(request_rec *r, const char *authorization, const char *reference)
{
    const char *upgrade = apr_table_get(r->headers_in, "Upgrade");
    slot_t *slot = slot_of(r->connection);

    if (!upgrade || r->connection->master || !slot || !ap_find_token(r->pool, upgrade, "h2c")) {
        return;
    }
    digest(authorization, slot->upgrade_digest);
    apr_cpystrn(slot->upgrade_reference, reference, sizeof slot->upgrade_reference);
    apr_atomic_set32(&slot->upgrade, 1);
}

bool ngd_connection_upgrade_allowed(const request_rec *r, const char *authorization,
                                    char reference[NGD_REFERENCE_SIZE])
{
    slot_t *slot = slot_of(r->connection);
    unsigned char came[DIGEST_BYTES];

    if (!r->connection->master || !slot || apr_atomic_read32(&slot->upgrade) == 0) {
        return false;
    }
    digest(authorization, came);
    if (memcmp(came, slot->upgrade_digest, sizeof came) != 0 || apr_atomic_cas32(&slot->upgrade, 0, 1) != 1) {
        return false;
    }
    apr_cpystrn(reference, slot->upgrade_reference, NGD_REFERENCE_SIZE);
    return true;
}
