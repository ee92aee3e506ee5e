#include "count.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <mod_status.h>

#include "counters.h"

/* Of the configuration in force; NULL: nothing is counted. */
static ngd_counters_t *counters;

static apr_status_t end_counting(void *data)
{
    (void)data;
    counters = NULL;
    return APR_SUCCESS;
}

void ngd_count_begin(apr_pool_t *pconf)
{
    apr_shm_t *shm;

    if (apr_shm_create(&shm, sizeof *counters, NULL, pconf) != APR_SUCCESS) {
        return;
    }
    counters = apr_shm_baseaddr_get(shm);
    memset(counters, 0, sizeof *counters);
    apr_pool_cleanup_register(pconf, NULL, end_counting, apr_pool_cleanup_null);
}

void ngd_count(ngd_cause_id_t cause)
{
    if (counters) {
        ngd_counters_add(counters, cause);
    }
}

static void print(request_rec *r, const char *before, const char *between, const char *after)
{
    for (ngd_cause_id_t id = 0; id < NGD_CAUSES; id++) {
        uint64_t found = ngd_counters_of(counters, id);
        if (found > 0) {
            ap_rvputs(r, before, ngd_cause(id)->slug, between, apr_psprintf(r->pool, "%" APR_UINT64_T_FMT, (apr_uint64_t)found),
                      after, NULL);
        }
    }
}

int ngd_count_status(request_rec *r, int flags)
{
    if (!counters) {
        return DECLINED;
    }
    if (flags & AP_STATUS_SHORT) {
        print(r, "NegotiateCause-", ": ", "\n");
        return OK;
    }
    ap_rputs("<hr />\n<h2>Negotiate: sign-ons that did not succeed, by cause</h2>\n"
             "<table border=\"0\"><tr><th>Cause</th><th>Times</th></tr>\n", r);
    print(r, "<tr><td>", "</td><td>", "</td></tr>\n");
    ap_rputs("</table>\n", r);
    return OK;
}
