/*
 * remark.h - what the commands that look at keytabs have to say: findings with a
 * stable slug, a severity and, where there is one, a way to mend it.
 *
 * Slugs are a contract with scripts: never renamed.  Where a finding is what the
 * catalogue calls a cause, it bears the cause's slug.
 */
#ifndef NGD_REMARK_H
#define NGD_REMARK_H

#include "command.h"

typedef enum {
    NGD_SEVERITY_NOTE,          /* worth knowing; nothing is wrong */
    NGD_SEVERITY_WARNING,       /* works now, and should not stay so */
    NGD_SEVERITY_PROBLEM,       /* keeps people from signing on, or puts keys at risk */
} ngd_severity_t;

typedef struct {
    const char *slug;
    ngd_severity_t severity;
    const char *says;
    const char *mend;           /* NULL where there is nothing to do */
} ngd_remark_kind_t;

typedef struct {
    const ngd_remark_kind_t *kind;
    const char *about;          /* which entries, which path; clean text, or NULL */
} ngd_remark_t;

apr_array_header_t *ngd_remarks_make(apr_pool_t *pool);
void ngd_remarks_add(apr_array_header_t *remarks, const ngd_remark_kind_t *kind, const char *about);

/* NGD_EXIT_FOUND if any is more than a note. */
ngd_exit_t ngd_remarks_verdict(const apr_array_header_t *remarks);

void ngd_remarks_print(const apr_array_header_t *remarks);
/* A list of {slug, severity, says, about, mend}. */
json_t *ngd_remarks_json(const apr_array_header_t *remarks);

/* ---- lists of names that stay readable ------------------------------------- */

typedef struct {
    const char *text;           /* NULL: empty */
    size_t count;
} ngd_names_t;

/* Appends a name, cleaned; behind the first few only counts them. */
void ngd_names_add(ngd_names_t *names, apr_pool_t *pool, const char *name);
/* "a, b, c and 12 more"; NULL for an empty list. */
const char *ngd_names_text(const ngd_names_t *names, apr_pool_t *pool);

#endif
