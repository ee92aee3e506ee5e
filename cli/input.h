/*
 * input.h - tokens as people have them at hand: a header, a bare token, or what
 * curl -v printed.
 *
 * The input is hostile: it is limited, and nothing of it is believed.
 */
#ifndef NGD_INPUT_H
#define NGD_INPUT_H

#include "command.h"
#include "token.h"

enum {
    NGD_INPUT_BYTES_MAX = 1024 * 1024,
    NGD_INPUT_HEADERS_MAX = 100,        /* beyond it the rest is left out; curl -v of a sign-on has a handful */
};

/* One header with a token, or a challenge without one. */
typedef struct {
    const char *field;          /* "Authorization", "WWW-Authenticate", ...; NULL for a bare token */
    bool from_client;           /* a bare token is taken for a client's */
    size_t line;                /* where it begins, from 1 */
    const char *value;          /* "Negotiate YII...", joined where it was broken over lines */
    ngd_header_t header;        /* of that value */
    ngd_stop_t base64_stop;
    ngd_span_t bytes;           /* the token as far as its base64 could be read */
    ngd_token_t token;
} ngd_captured_t;

typedef struct {
    apr_array_header_t *headers;    /* of ngd_captured_t */
    size_t left_out;                /* beyond the limit */
} ngd_input_t;

/* Reads a file, or standard input for NULL and "-"; complains and returns false if it cannot, or it is too much. */
bool ngd_input_read(const ngd_command_t *command, const char *path, apr_pool_t *pool, ngd_span_t *text);

/* Finds the tokens in a text and decodes them. */
void ngd_input_parse(ngd_span_t text, apr_pool_t *pool, ngd_input_t *input);

#endif
