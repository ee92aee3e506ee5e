/*
 * base64.h - the helpers' tokens as text, one per line.
 */
#ifndef NGD_TEST_BASE64_H
#define NGD_TEST_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <gssapi/gssapi.h>

/* Prints the token and a line feed, at once. */
void print_base64(FILE *out, const gss_buffer_desc *token);

/*
 * Reads a line of base64 into *token; its value is allocated, release it with
 * free().  False at the end of the input.  An empty line is an empty token;
 * what is no base64 gives the value NULL.
 */
bool read_base64(FILE *in, gss_buffer_desc *token);

#endif
