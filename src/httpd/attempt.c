#include "attempt.h"

#include <apr_atomic.h>
#include <apr_strings.h>

#include "connection.h"

/* ---- references -------------------------------------------------------------------------------------------------- */

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

/* ---- attempts ---------------------------------------------------------------------------------------------------- */

/* What a request keeps of attempts: in the request of the client also the last one of its whole tree. */
typedef struct {
    ngd_attempt_t *own;
    ngd_attempt_t *last;
} trace_t;

static trace_t *trace_of(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &negotiate_diag_module);
}

static trace_t *make_trace(request_rec *r)
{
    trace_t *trace = trace_of(r);

    if (!trace) {
        trace = apr_pcalloc(r->pool, sizeof *trace);
        ap_set_module_config(r->request_config, &negotiate_diag_module, trace);
    }
    return trace;
}

/* A subrequest that was redirected has both; what it was redirected from is nearer. */
static request_rec *origin(const request_rec *r)
{
    return r->prev ? r->prev : r->main;
}

static request_rec *client_request(request_rec *r)
{
    while (origin(r)) {
        r = origin(r);
    }
    return r;
}

void ngd_attempt_publish(request_rec *r, const char *reference)
{
    apr_table_setn(r->subprocess_env, "NEGOTIATE_ATTEMPT", reference);
    apr_table_setn(r->subprocess_env, "NEGOTIATE_CONNECTION", ngd_connection_id(r->connection));
}

ngd_attempt_t *ngd_attempt_begin(request_rec *r, const ngd_policy_t *policy, const char *reference)
{
    request_rec *top = client_request(r);
    ngd_attempt_t *attempt = apr_pcalloc(top->pool, sizeof *attempt);

    attempt->pool = top->pool;
    attempt->policy = *policy;
    attempt->status = HTTP_UNAUTHORIZED;
    if (reference) {
        apr_cpystrn(attempt->reference, reference, sizeof attempt->reference);
    } else {
        ngd_reference_make(attempt->reference);
    }
    make_trace(top)->last = attempt;
    ngd_attempt_share(r, attempt);
    return attempt;
}

void ngd_attempt_share(request_rec *r, ngd_attempt_t *attempt)
{
    make_trace(r)->own = attempt;
    ngd_attempt_publish(r, attempt->reference);
}

ngd_attempt_t *ngd_attempt_of(const request_rec *r)
{
    const trace_t *trace = trace_of(r);

    return trace ? trace->own : NULL;
}

ngd_attempt_t *ngd_attempt_before(const request_rec *r)
{
    ngd_attempt_t *attempt = NULL;
    const request_rec *top = r;

    while (!attempt && origin(top)) {
        top = origin(top);
        attempt = ngd_attempt_of(top);
    }
    if (!attempt && trace_of(top)) {
        attempt = trace_of(top)->last;
    }
    return attempt;
}

int ngd_attempt_fixup(request_rec *r)
{
    const ngd_attempt_t *attempt = ngd_attempt_of(r) ? NULL : ngd_attempt_before(r);

    if (attempt) {
        ngd_attempt_publish(r, attempt->reference);
    }
    return DECLINED;
}
