/*
 * diagnosis.h - from the evidence to the cause.
 *
 * A table of rules, each a predicate over the evidence: a rule states its cause
 * only where the evidence implies it, and says "likely" where it only suggests
 * it.  Pure: no clock, no input or output, no memory of its own.
 */
#ifndef NGD_DIAGNOSIS_H
#define NGD_DIAGNOSIS_H

#include "catalogue.h"
#include "evidence.h"

typedef enum {
    NGD_CERTAIN,                /* the evidence implies it */
    NGD_LIKELY,                 /* the evidence suggests it */
} ngd_certainty_t;

enum { NGD_DETAILS_MAX = 6, NGD_ALSO_MAX = 8 };

typedef struct {
    ngd_cause_id_t cause;
    ngd_certainty_t certainty;
    ngd_detail_id_t details[NGD_DETAILS_MAX];
    size_t details_count;
} ngd_finding_t;

typedef struct {
    bool has_cause;             /* always for a refused attempt; never for one that was let in or goes on */
    ngd_finding_t cause;        /* the one to mend first */
    ngd_finding_t also[NGD_ALSO_MAX];
    size_t also_count;
} ngd_diagnosis_t;

void ngd_diagnose(const ngd_evidence_t *evidence, ngd_diagnosis_t *diagnosis);

/* "certain", "likely" */
const char *ngd_certainty_name(ngd_certainty_t certainty);

#endif
