/* prose.c - our own sentences, wrapped for a terminal or marked up for a page. */
#include <apr_escape.h>
#include <apr_strings.h>
#include <string.h>

#include "render.h"

void ngd_push(apr_array_header_t *out, const char *text)
{
    APR_ARRAY_PUSH(out, const char *) = text;
}

const char *ngd_spaces(apr_pool_t *pool, size_t count)
{
    char *spaces = apr_palloc(pool, count + 1);

    memset(spaces, ' ', count);
    spaces[count] = '\0';
    return spaces;
}

/* Up to the next blank; what stands between backticks is never broken. */
static size_t word_length(const char *text)
{
    bool code = false;
    size_t i;

    for (i = 0; text[i] != '\0' && (code || text[i] != ' '); i++) {
        code ^= text[i] == '`';
    }
    return i;
}

/* A word without its backticks, and how many columns it takes. */
static const char *plain_word(const char *word, size_t len, apr_pool_t *pool, size_t *columns)
{
    char *plain = apr_palloc(pool, len + 1);
    size_t kept = 0;

    *columns = 0;
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '`') {
            continue;
        }
        plain[kept++] = word[i];
        *columns += ((unsigned char)word[i] & 0xc0) != 0x80;
    }
    plain[kept] = '\0';
    return plain;
}

void ngd_prose_wrap(apr_array_header_t *out, size_t indent, const char *prose)
{
    const char *line_break = apr_pstrcat(out->pool, "\n", ngd_spaces(out->pool, indent), NULL);
    size_t column = indent;

    while (*prose != '\0') {
        size_t len = word_length(prose), columns;
        const char *word = plain_word(prose, len, out->pool, &columns);

        if (column > indent && column + 1 + columns > NGD_TEXT_COLUMNS) {
            ngd_push(out, line_break);
            column = indent;
        } else if (column > indent) {
            ngd_push(out, " ");
            column++;
        }
        ngd_push(out, word);
        column += columns;
        prose += len;
        prose += strspn(prose, " ");
    }
    ngd_push(out, "\n");
}

/* Pushes prose unwrapped, as a line of its own. */
static void push_line(apr_array_header_t *out, const char *prose)
{
    size_t columns;

    ngd_push(out, plain_word(prose, strlen(prose), out->pool, &columns));
    ngd_push(out, "\n");
}

void ngd_push_command(apr_array_header_t *out, size_t indent, const char *command)
{
    for (;;) {
        size_t len = strcspn(command, "\n");

        ngd_push(out, ngd_spaces(out->pool, indent));
        ngd_push(out, apr_pstrmemdup(out->pool, command, len));
        ngd_push(out, "\n");
        if (command[len] == '\0') {
            return;
        }
        command += len + 1;
    }
}

void ngd_push_three_lines(apr_array_header_t *out, const char *headline, const char *relief, const char *desk)
{
    push_line(out, headline);
    if (relief != NULL) {
        push_line(out, relief);
    }
    ngd_push(out, apr_pstrcat(out->pool, NGD_HELP_DESK, desk, "\n", NULL));
}

/* All attributes of our pages stand in double quotes: the single quote needs no escape. */
const char *ngd_escape(const char *text, apr_pool_t *pool)
{
    return apr_pescape_entity(pool, text, 0);
}

const char *ngd_prose_html(const char *prose, apr_pool_t *pool)
{
    apr_array_header_t *out = apr_array_make(pool, 8, sizeof(const char *));
    bool code = false;

    for (;;) {
        size_t len = strcspn(prose, "`");

        ngd_push(out, ngd_escape(apr_pstrmemdup(pool, prose, len), pool));
        prose += len;
        if (*prose == '\0') {
            break;
        }
        code = !code;
        ngd_push(out, code ? "<code>" : "</code>");
        prose++;
    }
    ngd_push(out, code ? "</code>" : "");   /* prose that was cut */
    return apr_array_pstrcat(pool, out, 0);
}
