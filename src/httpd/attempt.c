#include "attempt.h"

#include <apr_atomic.h>
#include <apr_strings.h>

#include "connection.h"

/* ---- references ------------------------------------------------------------------------------------------- */

static apr_uint64_t seed;
static volatile apr_uint64_t drawn;

void ngd_reference_seed(void)
{
    if (apr_generate_random_bytes((unsigned char *)&seed, sizeof seed) != APR_SUCCESS) {
        seed = (apr_uint64_t)apr_time_now() * (apr_uint64_t)getpid();
    }
}

/*
 * An odd multiplier permutes the 40-bit numbers, so a child repeats no
 * reference within 2^40 of them, and neighbours do not look alike.
 */
static apr_uint64_t next_number(void)
{
    const apr_uint64_t odd = 0x9e3779b97f4a7c15u;

    return ((seed + apr_atomic_inc64(&drawn)) * odd) & 0xffffffffffu;
}

void ngd_reference_make(char reference[NGD_REFERENCE_SIZE])
{
    static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    apr_uint64_t number = next_number();

    for (int i = 0, at = 0; i < 8; i++) {
        if (i == 4) {
            reference[at++] = '-';
        }
        reference[at++] = crockford[(number >> (35 - 5 * i)) & 31];
    }
    reference[NGD_REFERENCE_SIZE - 1] = '\0';
}

/* ---- attempts ----------------------------------------------------------------------------------------------- */

static void publish(request_rec *r, const ngd_attempt_t *attempt)
{
    apr_table_setn(r->subprocess_env, "NEGOTIATE_ATTEMPT", attempt->reference);
    apr_table_setn(r->subprocess_env, "NEGOTIATE_CONNECTION", ngd_connection_id(r->connection));
}

ngd_attempt_t *ngd_attempt_begin(request_rec *r, const ngd_policy_t *policy, const char *reference)
{
    ngd_attempt_t *attempt = apr_pcalloc(r->pool, sizeof *attempt);

    attempt->policy = *policy;
    attempt->status = HTTP_UNAUTHORIZED;
    if (reference) {
        apr_cpystrn(attempt->reference, reference, sizeof attempt->reference);
    } else {
        ngd_reference_make(attempt->reference);
    }
    ngd_attempt_share(r, attempt);
    return attempt;
}

void ngd_attempt_share(request_rec *r, ngd_attempt_t *attempt)
{
    ap_set_module_config(r->request_config, &negotiate_diag_module, attempt);
    publish(r, attempt);
}

ngd_attempt_t *ngd_attempt_of(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &negotiate_diag_module);
}

/* A subrequest that was redirected has both; what it was redirected from is nearer. */
static const request_rec *origin(const request_rec *r)
{
    return r->prev ? r->prev : r->main;
}

ngd_attempt_t *ngd_attempt_before(const request_rec *r)
{
    ngd_attempt_t *attempt = NULL;

    for (r = origin(r); r && !attempt; r = origin(r)) {
        attempt = ngd_attempt_of(r);
    }
    return attempt;
}

int ngd_attempt_fixup(request_rec *r)
{
    const ngd_attempt_t *attempt = ngd_attempt_of(r) ? NULL : ngd_attempt_before(r);

    if (attempt) {
        publish(r, attempt);
    }
    return DECLINED;
}
