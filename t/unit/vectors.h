/*
 * vectors.h - the tokens in t/unit/vectors, for the tests of src/token.
 *
 * Found under $srcdir, as `make check` sets it, or under the current folder.
 * Names that begin with "damaged-" are tokens that are wrong on purpose.
 */
#ifndef NGD_VECTORS_H
#define NGD_VECTORS_H

#include "token.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VECTORS_MAX = 200, VECTOR_BYTES_MAX = 4096 };

typedef struct {
    char name[64];
    uint8_t bytes[VECTOR_BYTES_MAX];
    size_t len;
} vector_t;

static inline void vector_give_up(const char *path, const char *why)
{
    printf("Bail out! %s: %s\n", path, why);
    exit(99);
}

/* The base64 text of a vector, without its newline. */
static inline size_t vector_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t len;

    if (file == NULL) {
        vector_give_up(path, "cannot be opened");
    }
    len = fread(text, 1, size, file);
    fclose(file);
    if (len == size) {
        vector_give_up(path, "is too long");
    }
    while (len > 0 && text[len - 1] == '\n') {
        len--;
    }
    return len;
}

static inline const char *vector_path(const char *name, char *path, size_t size)
{
    const char *srcdir = getenv("srcdir");

    snprintf(path, size, "%.3000s/t/unit/vectors/%.100s.b64", srcdir != NULL ? srcdir : ".", name);
    return path;
}

static inline void vector_read(const char *path, vector_t *vector)
{
    const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    char text[VECTOR_BYTES_MAX];
    size_t len = vector_text(path, text, sizeof text);
    ngd_span_t span = { .data = (const uint8_t *)text, .len = len };

    snprintf(vector->name, sizeof vector->name, "%.*s", (int)strcspn(base, "."), base);
    ngd_base64_decode(span, vector->bytes, sizeof vector->bytes, &vector->len);
}

static inline void vector_load(const char *name, vector_t *vector)
{
    char path[4096];

    vector_read(vector_path(name, path, sizeof path), vector);
}

/* All of them, in the order of their names; returns how many. */
static inline size_t vector_load_all(vector_t *vectors)
{
    char pattern[4096];
    glob_t found;
    size_t count;

    if (glob(vector_path("*", pattern, sizeof pattern), 0, NULL, &found) != 0
        || found.gl_pathc > VECTORS_MAX) {
        vector_give_up(pattern, "no vectors, or too many");
    }
    count = found.gl_pathc;
    for (size_t i = 0; i < count; i++) {
        vector_read(found.gl_pathv[i], &vectors[i]);
    }
    globfree(&found);
    return count;
}

static inline ngd_span_t vector_span(const vector_t *vector)
{
    return (ngd_span_t){ .data = vector->bytes, .len = vector->len };
}

#endif
