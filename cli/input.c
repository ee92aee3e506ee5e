#include "input.h"

#include <apr_strings.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- reading ------------------------------------------------------------------ */

/* One byte more than the limit, so that too much can be told from just enough. */
static bool read_stream(const ngd_command_t *command, FILE *stream, const char *name, apr_pool_t *pool,
                        ngd_span_t *text)
{
    char *bytes = apr_palloc(pool, NGD_INPUT_BYTES_MAX + 1);
    size_t len = fread(bytes, 1, NGD_INPUT_BYTES_MAX + 1, stream);

    if (ferror(stream)) {
        ngd_complain(command, "%s: %s", name, strerror(errno));
        return false;
    }
    if (len > NGD_INPUT_BYTES_MAX) {
        ngd_complain(command, "%s: more than %d bytes; a token is never that large", name, NGD_INPUT_BYTES_MAX);
        return false;
    }
    *text = (ngd_span_t){ (const uint8_t *)bytes, len };
    return true;
}

bool ngd_input_read(const ngd_command_t *command, const char *path, apr_pool_t *pool, ngd_span_t *text)
{
    FILE *file;
    bool read;

    if (!path || strcmp(path, "-") == 0) {
        return read_stream(command, stdin, "standard input", pool, text);
    }
    file = fopen(path, "re");
    if (!file) {
        ngd_complain(command, "%s: %s", path, strerror(errno));
        return false;
    }
    read = read_stream(command, file, path, pool, text);
    fclose(file);
    return read;
}

/* ---- lines ---------------------------------------------------------------------- */

typedef struct {
    const char *at;
    size_t len;
} line_t;

static bool is_margin(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '"' || c == '\'';
}

static line_t trimmed(line_t line)
{
    while (line.len > 0 && is_margin(line.at[0])) {
        line.at++;
        line.len--;
    }
    while (line.len > 0 && is_margin(line.at[line.len - 1])) {
        line.len--;
    }
    return line;
}

/* What curl -v puts before the headers of a request and of a response, and before nothing else of its own. */
static bool has_curls_mark(line_t line)
{
    return line.len >= 2 && (line.at[0] == '>' || line.at[0] == '<') && line.at[1] == ' ';
}

/*
 * The next line, without blanks and quotes around it, and without what curl -v
 * ("> ", "< ") and Network Monitor ("- ") put before headers; curls is whether it
 * bore curl's.
 */
static bool next_line(ngd_span_t *text, line_t *line, bool *curls)
{
    const uint8_t *end;

    if (text->len == 0) {
        return false;
    }
    end = memchr(text->data, '\n', text->len);
    *line = (line_t){ (const char *)text->data, end ? (size_t)(end - text->data) : text->len };
    text->data += line->len + (end ? 1 : 0);
    text->len -= line->len + (end ? 1 : 0);
    *curls = has_curls_mark(*line);
    *line = trimmed(*line);
    if (line->len > 0 && strchr("><-", line->at[0])) {
        *line = trimmed((line_t){ line->at + 1, line->len - 1 });
    }
    return true;
}

/* ---- headers -------------------------------------------------------------------- */

typedef struct {
    const char *name;
    bool from_client;
} field_t;

static const field_t fields[] = {
    { "Authorization", true },
    { "Proxy-Authorization", true },
    { "WWW-Authenticate", false },
    { "Proxy-Authenticate", false },
};

static const field_t *field_of(line_t line)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        size_t len = strlen(fields[i].name);

        if (line.len > len && line.at[len] == ':' && strncasecmp(line.at, fields[i].name, len) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static bool is_base64(line_t line)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == '\0' || !strchr(letters, line.at[i])) {
            return false;
        }
    }
    return line.len > 0;
}

/* A value that grows while its token goes on on further lines; parts are joined once. */
typedef struct {
    ngd_input_t *input;
    apr_pool_t *pool;
    const field_t *field;
    size_t line;
    char *value;
    size_t len;
    bool open;
} collector_t;

static void append(collector_t *to, line_t part)
{
    memcpy(to->value + to->len, part.at, part.len);
    to->len += part.len;
    to->value[to->len] = '\0';
}

static void decode(ngd_captured_t *captured, size_t value_bytes, apr_pool_t *pool)
{
    size_t size, len = 0;
    uint8_t *bytes;

    ngd_header_split(captured->value, value_bytes, &captured->header);
    size = NGD_BASE64_BYTES(captured->header.base64.len);
    bytes = apr_palloc(pool, size);
    captured->base64_stop = ngd_base64_decode(captured->header.base64, bytes, size, &len);
    captured->bytes = (ngd_span_t){ bytes, len };
    ngd_token_decode(captured->bytes, &captured->token);
}

static void finish(collector_t *from)
{
    ngd_captured_t *captured;

    if (!from->open) {
        return;
    }
    from->open = false;
    if (from->input->headers->nelts >= NGD_INPUT_HEADERS_MAX) {
        from->input->left_out++;
        return;
    }
    captured = apr_array_push(from->input->headers);
    captured->field = from->field ? from->field->name : NULL;
    captured->from_client = !from->field || from->field->from_client;
    captured->line = from->line;
    captured->value = apr_pstrmemdup(from->pool, from->value, from->len);
    decode(captured, from->len, from->pool);
}

/* A scheme that stands alone on its line may have its token on the next one. */
static void begin(collector_t *with, const field_t *field, size_t line, line_t value)
{
    finish(with);
    with->open = true;
    with->field = field;
    with->line = line;
    with->len = 0;
    append(with, value);
    if (!memchr(value.at, ' ', value.len)) {
        append(with, (line_t){ " ", 1 });
    }
}

/*
 * Once curl's marks were seen, what bears none is a body, or curl's own words.
 * True if they were.
 */
static bool collect_headers(ngd_span_t text, collector_t *collector)
{
    bool of_curl = false, marked;
    line_t line;

    for (size_t number = 1; next_line(&text, &line, &marked); number++) {
        const field_t *field;

        of_curl |= marked && line.len > 0 && !is_base64(line);      /* or a mail's quoted token */
        field = marked || !of_curl ? field_of(line) : NULL;
        if (field) {
            size_t name = strlen(field->name) + 1;

            begin(collector, field, number, trimmed((line_t){ line.at + name, line.len - name }));
        } else if (collector->open && is_base64(line)) {
            append(collector, line);
        } else {
            finish(collector);
        }
    }
    finish(collector);
    return of_curl;
}

/* ---- a bare token ---------------------------------------------------------------- */

/* "Negotiate YII...": the scheme stands before the first blank, if it is one that is known. */
static bool begins_with_scheme(line_t line)
{
    ngd_header_t header;

    ngd_header_split(line.at, line.len, &header);
    return header.scheme != NGD_SCHEME_OTHER && header.scheme != NGD_SCHEME_NONE;
}

/* No header anywhere: the whole input is one token, broken over lines or not. */
static void collect_bare(ngd_span_t text, collector_t *collector)
{
    static const line_t scheme = { "Negotiate ", 10 };
    bool marked;
    line_t line;

    for (size_t number = 1; next_line(&text, &line, &marked); number++) {
        if (line.len == 0) {
            continue;
        }
        if (!collector->open && begins_with_scheme(line)) {
            begin(collector, NULL, number, line);
        } else if (!collector->open) {
            begin(collector, NULL, number, scheme);
            append(collector, line);
        } else {
            append(collector, line);
        }
    }
    finish(collector);
}

void ngd_input_parse(ngd_span_t text, apr_pool_t *pool, ngd_input_t *input)
{
    /* No value is longer than the text and the scheme that a bare token gets. */
    collector_t collector = { .input = input, .pool = pool, .value = apr_palloc(pool, text.len + 16) };

    input->headers = apr_array_make(pool, 4, sizeof(ngd_captured_t));
    input->left_out = 0;
    if (!collect_headers(text, &collector) && input->headers->nelts == 0) {
        collect_bare(text, &collector);
    }
}
