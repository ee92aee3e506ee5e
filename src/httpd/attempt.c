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

/* What a request keeps of attempts: in the request of the client also the last ones of its whole tree. */
typedef struct {
    ngd_attempt_t *own;
    ngd_attempt_t *last;
    ngd_attempt_t *denied;
} trace_t;

/* What stands for a trace where the header has been read and no attempt was made: costs no memory. */
static const trace_t header_read;

static const void *noted(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &negotiate_diag_module);
}

static trace_t *trace_of(const request_rec *r)
{
    const void *trace = noted(r);

    return trace == &header_read ? NULL : (trace_t *)trace;
}

void ngd_attempt_note_header(request_rec *r)
{
    ap_set_module_config(r->request_config, &negotiate_diag_module, (void *)&header_read);
}

bool ngd_attempt_has_header(const request_rec *r)
{
    return noted(r) != NULL;
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

void ngd_attempt_publish_reference(request_rec *r, const char *reference)
{
    apr_table_setn(r->subprocess_env, "NEGOTIATE_ATTEMPT", reference);
    apr_table_setn(r->subprocess_env, "NEGOTIATE_CONNECTION", ngd_connection_id(r->connection));
}

/* As IIS writes them: "401.1", and apart for a log of the W3C's format, whose status is the answer's own. */
static void publish_iis(request_rec *r, const ngd_cause_t *cause)
{
    int status = ngd_cause_iis_status(cause);
    bool same_status = status == cause->status;

    apr_table_setn(r->subprocess_env, "NEGOTIATE_SUBSTATUS", apr_psprintf(r->pool, "%d.%d", status, cause->substatus));
    apr_table_setn(r->subprocess_env, "NEGOTIATE_SC_SUBSTATUS", apr_itoa(r->pool, same_status ? cause->substatus : 0));
    apr_table_setn(r->subprocess_env, "NEGOTIATE_WIN32_STATUS",
                   apr_psprintf(r->pool, "%" APR_UINT64_T_FMT, (apr_uint64_t)cause->win32));
}

static void publish_cause(request_rec *r, const ngd_finding_t *finding)
{
    const ngd_cause_t *cause = ngd_cause(finding->cause);

    apr_table_setn(r->subprocess_env, "NEGOTIATE_CAUSE", cause->slug);
    apr_table_setn(r->subprocess_env, "NEGOTIATE_CERTAINTY", ngd_certainty_name(finding->certainty));
    apr_table_setn(r->subprocess_env, "NEGOTIATE_WHO", ngd_who_name(cause->who));
    apr_table_setn(r->subprocess_env, "NEGOTIATE_HEADLINE", cause->headline);
    publish_iis(r, cause);
}

/* Without a cause the sign-on went well, or goes on. */
static void publish_no_cause(request_rec *r)
{
    apr_table_setn(r->subprocess_env, "NEGOTIATE_SC_SUBSTATUS", "0");
    apr_table_setn(r->subprocess_env, "NEGOTIATE_WIN32_STATUS", "0");
}

void ngd_attempt_publish(request_rec *r, const ngd_attempt_t *attempt)
{
    ngd_attempt_publish_reference(r, attempt->reference);
    if (attempt->diagnosis.has_cause) {
        publish_cause(r, &attempt->diagnosis.cause);
    } else {
        publish_no_cause(r);
    }
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

static bool decode_base64(ngd_attempt_t *attempt)
{
    apr_size_t size = NGD_BASE64_BYTES(attempt->header.base64.len);
    uint8_t *bytes = apr_palloc(attempt->pool, size);
    apr_size_t len;

    attempt->base64_stop = ngd_base64_decode(attempt->header.base64, bytes, size, &len);
    attempt->token = (ngd_span_t){ bytes, len };
    return attempt->base64_stop.reason == NGD_STOP_NONE && len > 0;
}

bool ngd_attempt_read(ngd_attempt_t *attempt, const char *authorization)
{
    attempt->authorization = apr_pstrdup(attempt->pool, authorization);
    ngd_header_split(attempt->authorization, authorization ? strlen(authorization) : 0, &attempt->header);
    return attempt->header.scheme == NGD_SCHEME_NEGOTIATE && decode_base64(attempt);
}

void ngd_attempt_share(request_rec *r, ngd_attempt_t *attempt)
{
    make_trace(r)->own = attempt;
}

void ngd_attempt_note_denied(request_rec *r, const ngd_attempt_t *attempt)
{
    request_rec *top = client_request(r);
    trace_t *trace = make_trace(top);

    if (!trace->denied) {
        trace->denied = apr_palloc(top->pool, sizeof *trace->denied);
    }
    *trace->denied = *attempt;
    trace->denied->pool = top->pool;
}

ngd_attempt_t *ngd_attempt_denied(request_rec *r)
{
    const trace_t *trace = trace_of(client_request(r));

    return trace ? trace->denied : NULL;
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
        ngd_attempt_publish(r, attempt);
    }
    return DECLINED;
}
