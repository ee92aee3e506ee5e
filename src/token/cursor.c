/*
 * cursor.c - bounds, and the first error that sticks.
 */
#include "der.h"

ngd_cursor_t ngd_cursor_over(ngd_span_t input, ngd_stop_t *stop)
{
    *stop = (ngd_stop_t){ .reason = NGD_STOP_NONE };
    return (ngd_cursor_t){
        .token = input.data,
        .at = input.data,
        .end = input.len > 0 ? input.data + input.len : input.data,
        .cut = true,
        .stop = stop,
    };
}

size_t ngd_cursor_left(const ngd_cursor_t *in)
{
    return in->at == in->end ? 0 : (size_t)(in->end - in->at);
}

bool ngd_cursor_stopped(const ngd_cursor_t *in)
{
    return in->stop->reason != NGD_STOP_NONE;
}

ngd_span_t ngd_cursor_rest(ngd_cursor_t *in)
{
    ngd_span_t rest = { .data = in->at, .len = ngd_cursor_left(in) };

    in->at = in->end;
    return rest;
}

const uint8_t *ngd_cursor_raw(ngd_cursor_t *in, size_t size, const char *expected)
{
    const uint8_t *raw = in->at;

    if (ngd_cursor_stopped(in)) {
        return NULL;
    }
    if (ngd_cursor_left(in) < size) {
        ngd_cursor_missing(in, expected);
        return NULL;
    }
    in->at += size;
    return raw;
}

static void keep(const ngd_cursor_t *in, ngd_stop_reason_t reason, const uint8_t *where, const char *expected)
{
    if (ngd_cursor_stopped(in)) {
        return;
    }
    *in->stop = (ngd_stop_t){
        .reason = reason,
        .offset = where == in->token ? 0 : (size_t)(where - in->token),
        .expected = expected,
    };
}

void ngd_cursor_malformed(const ngd_cursor_t *in, const uint8_t *where, const char *expected)
{
    keep(in, NGD_STOP_MALFORMED, where, expected);
}

void ngd_cursor_missing(const ngd_cursor_t *in, const char *expected)
{
    /* A whole element that is too short for its own contents was built wrong, not cut on its way. */
    keep(in, in->cut ? NGD_STOP_TRUNCATED : NGD_STOP_MALFORMED, in->end, expected);
}

void ngd_cursor_end(ngd_cursor_t *in, const char *expected)
{
    if (ngd_cursor_left(in) > 0) {
        ngd_cursor_malformed(in, in->at, expected);
    } else if (in->cut) {
        ngd_cursor_missing(in, expected);
    }
}
