/*
 * checks.h - Microsoft's checklist "Things to check if Kerberos authentication
 * fails", in its order, each step answered from the evidence.
 *
 * A step that a server cannot see says so, and how it is seen on the client.
 * Pure, as all of this room.
 */
#ifndef NGD_CHECKS_H
#define NGD_CHECKS_H

#include "diagnosis.h"

#undef linux        /* GNU C predefines it */

typedef enum {
    NGD_VERDICT_OK,
    NGD_VERDICT_PROBLEM,
    NGD_VERDICT_UNKNOWN,            /* cannot be seen from here */
    NGD_VERDICT_NOT_APPLICABLE,
} ngd_check_verdict_t;

/* How to see it on the client; a member is NULL where there is nothing to say. */
typedef struct {
    const char *browser;            /* in the browser that sent this request */
    const char *windows;
    const char *linux;
    const char *macos;
} ngd_check_help_t;

typedef struct {
    ngd_step_t step;
    ngd_check_verdict_t verdict;
    const char *detail;             /* a static text with placeholders of expand.h */
    ngd_check_help_t help;          /* for NGD_VERDICT_UNKNOWN; static texts, likewise */
} ngd_check_t;

enum { NGD_CHECKS = NGD_STEPS - 1 };

/* One check for each step of the article. */
void ngd_checks(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis, ngd_check_t checks[NGD_CHECKS]);

/* "ok", "problem", "unknown", "not-applicable" */
const char *ngd_check_verdict_name(ngd_check_verdict_t verdict);

#endif
