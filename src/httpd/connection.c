#include "connection.h"

#include <apr_atomic.h>
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
