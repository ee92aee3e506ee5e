/*
 * prose.h - our own text, in which `backticks` hold what has to be typed or looked
 * for, as lines for a terminal.
 *
 * Everything is pushed to an array of const char *, in whose pool it is made; the
 * pieces joined are the text.
 */
#ifndef NGD_PROSE_H
#define NGD_PROSE_H

#include <apr_tables.h>

enum { NGD_TEXT_COLUMNS = 78 };

void ngd_push(apr_array_header_t *out, const char *text);
const char *ngd_spaces(apr_pool_t *pool, size_t count);

/* Wrapped, and without the backticks, between which no line breaks; the line already holds indent columns. */
void ngd_prose_wrap(apr_array_header_t *out, size_t indent, const char *prose);
/* A command, which is never wrapped, line by line. */
void ngd_push_command(apr_array_header_t *out, size_t indent, const char *command);

#endif
