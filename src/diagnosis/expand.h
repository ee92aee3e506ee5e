/*
 * expand.h - the catalogue's texts with the facts of one attempt in them.
 *
 * A placeholder has a type, which says how its value is written, and a general
 * form ("HTTP/HOST"), which stands for it where there is no evidence, where the
 * fact is not known, and for readers who may not be told.
 *
 * Security: claimed names come from the network.  In a text they stand between
 * backticks and have none inside; in a command a value with any character that a
 * shell could take for more than a letter is replaced by the general form, since
 * commands are there to be copied.
 */
#ifndef NGD_EXPAND_H
#define NGD_EXPAND_H

#include "diagnosis.h"

typedef enum {
    NGD_TYPE_NAME,              /* a principal, an SPN, a realm, a host: may be claimed */
    NGD_TYPE_WORD,              /* a word of our own or of the configuration */
    NGD_TYPE_PATH,
    NGD_TYPE_NUMBER,
    NGD_TYPE_DURATION,          /* "7 min 30 s" */
    NGD_TYPE_TIME,              /* "2026-11-23 14:02:07 UTC" */
} ngd_placeholder_type_t;

enum { NGD_EXPANDED_SIZE = 2048 };

typedef enum {
    NGD_EXPAND_TEXT,
    NGD_EXPAND_COMMAND,
} ngd_expand_t;

/*
 * Writes text with its placeholders filled in, NUL-terminated, into out, cut at a
 * character's border where it does not fit.  evidence may be NULL: all in their
 * general form.  Returns out.
 */
const char *ngd_expand(const char *text, const ngd_evidence_t *evidence, ngd_expand_t how, char *out, size_t size);

/* The placeholders, for tests: the name of the i-th one, or NULL behind the last. */
const char *ngd_placeholder_name(size_t i);
/* Whether it tells a principal, an SPN, a key version, a path or a clock; false for an unknown one as well. */
bool ngd_placeholder_is_private(const char *name, size_t len);
bool ngd_placeholder_exists(const char *name, size_t len);

#endif
