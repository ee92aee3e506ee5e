#include "body.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_core.h>

#include "attempt.h"
#include "collect.h"
#include "explain.h"
#include "places.h"
#include "setup.h"

APLOG_USE_MODULE(negotiate_diag);

/* ---- what all of them share -------------------------------------------------------------------------------------- */

/* Nothing of this may be kept, framed, sniffed or scripted; err_headers_out goes out whatever the status. */
static void set_headers(request_rec *r, ngd_format_t format)
{
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->err_headers_out, "X-Content-Type-Options", "nosniff");
    apr_table_setn(r->err_headers_out, "Referrer-Policy", "no-referrer");
    apr_table_mergen(r->err_headers_out, "Vary", "Accept");
    if (format == NGD_FORMAT_HTML) {
        apr_table_setn(r->err_headers_out, "Content-Security-Policy", ngd_page_csp());
    }
    ap_set_content_type(r, ngd_format_content_type(format));
}

static ngd_format_t accepted_format(const request_rec *r)
{
    return ngd_format_of_accept(apr_table_get(r->headers_in, "Accept"));
}

/* ---- whoami ------------------------------------------------------------------------------------------------------ */

/* The value of "format" in the query string; NULL where it does not say. */
static const char *query_format(request_rec *r)
{
    const char *at = r->args;
    const char *value = NULL;

    while (at && *at) {
        const char *pair = ap_getword(r->pool, &at, '&');
        if (strncmp(pair, "format=", 7) == 0) {
            value = pair + 7;
        }
    }
    return value;
}

static int refuse_format(request_rec *r)
{
    r->status = HTTP_BAD_REQUEST;
    set_headers(r, NGD_FORMAT_TEXT);
    ap_rputs("format takes html, json or text.\n", r);
    return OK;
}

/* Who reads this was let in and may know all of his own sign-on; the keytab is another matter. */
static const char *render_whoami(request_rec *r, ngd_format_t format, apr_size_t *len)
{
    ngd_view_t view = ngd_settings_view(r);
    const ngd_evidence_t *evidence = ngd_collect(r, ngd_attempt_of(r));
    ngd_diagnosis_t diagnosis;

    view.explain = NGD_EXPLAIN_FULL;
    ngd_diagnose(evidence, &diagnosis);
    return ngd_report_render(evidence, &diagnosis, &view, format, r->pool, len);
}

/* OK where the handler may go on, otherwise its answer. */
static int only_get(request_rec *r)
{
    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
    return r->method_number == M_GET ? OK : HTTP_METHOD_NOT_ALLOWED;
}

static int send_page(request_rec *r, const char *body, apr_size_t len, ngd_format_t format)
{
    if (!body) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    set_headers(r, format);
    ap_set_content_length(r, (apr_off_t)len);
    ap_rwrite(body, (int)len, r);
    return OK;
}

int ngd_whoami_handler(request_rec *r)
{
    ngd_format_t format = accepted_format(r);
    const char *wanted, *body;
    apr_size_t len;

    if (!r->handler || strcmp(r->handler, "negotiate-whoami") != 0) {
        return DECLINED;
    }
    if (only_get(r) != OK) {
        return HTTP_METHOD_NOT_ALLOWED;
    }
    wanted = query_format(r);
    if (wanted && !ngd_format_by_name(wanted, &format)) {
        return refuse_format(r);
    }
    body = render_whoami(r, format, &len);
    return send_page(r, body, len, format);
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static const char *slot_text(request_rec *r, const ngd_attempt_t *attempt, ngd_slot_t slot, ngd_format_t format)
{
    const char *contact = ngd_settings(r)->contact_shown[format];

    switch (slot) {
    case NGD_SLOT_REFERENCE:
        return attempt->reference;
    case NGD_SLOT_TIME:
        return ngd_time_render(r->request_time, r->pool);
    case NGD_SLOT_CONTACT:
        return contact ? contact : "";
    case NGD_SLOT_NONE:
        break;
    }
    return "";
}

static ngd_notice_t notice_of(const ngd_attempt_t *attempt, const ngd_view_t *view)
{
    if (view->explain == NGD_EXPLAIN_OFF) {
        return attempt->user ? NGD_NOTICE_DENIED : NGD_NOTICE_REFERENCE;
    }
    return attempt->diagnosis.has_cause ? (ngd_notice_t)attempt->diagnosis.cause.cause : NGD_NOTICE_CONTINUE;
}

/* The fixed body: its literal pieces are sent from where they are, only the slots are made. */
static void append_notice(request_rec *r, const ngd_attempt_t *attempt, ngd_notice_t notice, ngd_format_t format,
                          apr_bucket_brigade *out)
{
    const ngd_template_t *body = ngd_setup_notice(notice, format);

    for (apr_size_t i = 0; i < body->count; i++) {
        const ngd_piece_t *piece = &body->piece[i];
        bool literal = piece->slot == NGD_SLOT_NONE;
        const char *text = literal ? piece->text : slot_text(r, attempt, piece->slot, format);
        apr_size_t len = literal ? piece->len : strlen(text);
        APR_BRIGADE_INSERT_TAIL(out, literal ? apr_bucket_immortal_create(text, len, out->bucket_alloc)
                                             : apr_bucket_pool_create(text, len, r->pool, out->bucket_alloc));
    }
}

static void append_report(request_rec *r, ngd_attempt_t *attempt, const ngd_view_t *view, ngd_format_t format,
                          apr_bucket_brigade *out)
{
    apr_size_t len = 0;
    const ngd_evidence_t *evidence = ngd_explain_evidence(r, attempt);
    const char *body = ngd_report_render(evidence, &attempt->diagnosis, view, format, r->pool, &len);

    if (body) {
        APR_BRIGADE_INSERT_TAIL(out, apr_bucket_pool_create(body, len, r->pool, out->bucket_alloc));
    }
}

/* Full, and every JSON, is made of the request's own facts; the rest was rendered when the server started. */
static void append_explanation(request_rec *r, ngd_attempt_t *attempt, ngd_format_t format, apr_bucket_brigade *out)
{
    ngd_view_t view = ngd_settings_view(r);

    if (format == NGD_FORMAT_JSON || view.explain == NGD_EXPLAIN_FULL) {
        append_report(r, attempt, &view, format, out);
    } else {
        append_notice(r, attempt, notice_of(attempt, &view), format, out);
    }
}

/* httpd turns the 401 of a forward proxy into 407. */
static bool is_status_of(const ngd_attempt_t *attempt, const request_rec *r)
{
    return attempt->status == r->status
           || (attempt->status == HTTP_UNAUTHORIZED && r->status == HTTP_PROXY_AUTHENTICATION_REQUIRED);
}

/*
 * httpd refuses an oversized header before any module is asked: over HTTP/2 with a
 * status that means just that (RFC 6585 section 5), over HTTP/1 with 400 and a note
 * for its own page.  Its other notes on 400 come of too many fields, or after the
 * header was read.
 */
static bool is_header_too_large(const request_rec *r)
{
    bool noted = r->status == HTTP_BAD_REQUEST && apr_table_get(r->notes, "error-notes");
    bool too_many = r->server->limit_req_fields > 0
                    && apr_table_elts(r->headers_in)->nelts >= r->server->limit_req_fields;

    return r->status == HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE
           || (noted && !too_many && r->the_request && !ngd_attempt_has_header(r));
}

/* The attempt whose refusal this answer is; NULL if it is none. */
static ngd_attempt_t *refused_attempt(request_rec *r)
{
    /* A request can have its status from a subrequest, an index file's for one. */
    ngd_attempt_t *own = ngd_attempt_of(r);
    ngd_attempt_t *attempt = own ? own : ngd_attempt_before(r);

    if (!attempt && ngd_places_any(NGD_PLACED_AUTH_TYPE) && is_header_too_large(r)) {
        attempt = ngd_explain_header_size(r);
    } else if (attempt && attempt->outcome == NGD_OUTCOME_ACCEPTED) {
        attempt = ngd_explain_denied(r);
    }
    return attempt && attempt->outcome != NGD_OUTCOME_ACCEPTED && is_status_of(attempt, r) ? attempt : NULL;
}

void ngd_refusal_insert(request_rec *r)
{
    ngd_attempt_t *attempt = refused_attempt(r);

    /* A subrequest's environment is not what the log line of this request is made of. */
    if (attempt && !ngd_attempt_of(r)) {
        ngd_attempt_publish(r, attempt);
    }
    if (attempt && !ap_response_code_string(r, ap_index_of_response(r->status))) {
        ap_add_output_filter(NGD_REFUSAL_FILTER, attempt, r, r->connection);
    }
}

static apr_bucket_brigade *make_body(request_rec *r, ngd_attempt_t *attempt)
{
    ngd_format_t format = accepted_format(r);
    apr_bucket_brigade *out = apr_brigade_create(r->pool, r->connection->bucket_alloc);

    append_explanation(r, attempt, format, out);
    set_headers(r, format);
    APR_BRIGADE_INSERT_TAIL(out, apr_bucket_eos_create(out->bucket_alloc));
    return out;
}

/* Puts our body in the place of httpd's own: the first call sends it, what httpd wrote is dropped. */
apr_status_t ngd_refusal_filter(ap_filter_t *filter, apr_bucket_brigade *in)
{
    ngd_attempt_t *attempt = filter->ctx;

    apr_brigade_cleanup(in);
    if (!attempt) {
        return APR_SUCCESS;
    }
    filter->ctx = NULL;
    return ap_pass_brigade(filter->next, make_body(filter->r, attempt));
}

/* ---- refusals of others ------------------------------------------------------------------------------------------ */

static int tell_purpose(request_rec *r)
{
    set_headers(r, NGD_FORMAT_TEXT);
    ap_rputs("This page explains refusals of other modules and servers.  It is used like this:\n\n"
             "    ErrorDocument 401 ", r);
    ap_rputs(r->uri, r);
    ap_rputs("\n", r);
    return OK;
}

/* This module's own refusals are explained already, with what decided upon them. */
int ngd_explain_handler(request_rec *r)
{
    ngd_attempt_t *own;
    apr_bucket_brigade *out;

    if (!r->handler || strcmp(r->handler, "negotiate-explain") != 0) {
        return DECLINED;
    }
    if (!r->prev || !ap_is_HTTP_ERROR(r->status)) {
        return only_get(r) == OK ? tell_purpose(r) : HTTP_METHOD_NOT_ALLOWED;
    }
    own = refused_attempt(r);
    if (!own && !ngd_settings(r)->keytab) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "negotiate: SetHandler negotiate-explain needs a NegotiateKeytab");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    out = make_body(r, own ? own : ngd_explain_elsewhere(r));
    return ap_pass_brigade(r->output_filters, out) == APR_SUCCESS ? OK : AP_FILTER_ERROR;
}
