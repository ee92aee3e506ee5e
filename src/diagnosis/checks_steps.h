/*
 * checks_steps.h - the steps of the checklist, one small function for each, and what
 * they look at.  Private to the checklist.
 */
#ifndef NGD_CHECKS_STEPS_H
#define NGD_CHECKS_STEPS_H

#include "checks.h"
#include "compare.h"

/* What several steps ask. */
typedef struct {
    const ngd_evidence_t *evidence;
    const ngd_diagnosis_t *diagnosis;
    ngd_comparison_t claim;
    ngd_host_t host;
    bool captured;              /* nothing is known of the connection, nor of the server that was asked */
    bool asked_here;            /* this module is the one that asks for the sign-on */
    bool has_token;             /* a Negotiate header with something in it came */
    bool has_ticket;            /* a Kerberos ticket came, whatever became of it */
    bool names_service;         /* and it can be read what it claims to be for */
    bool accepted_key;          /* a key that may sign users on here opened it */
    bool keys_fail;             /* or all keys were tried, and none that may does */
} ngd_checks_view_t;

/* An answer is a verdict and the sentence that gives its reason. */
typedef struct {
    ngd_check_verdict_t verdict;
    const char *detail;
} ngd_answer_t;

/* Whether a cause is among the findings. */
bool ngd_checks_found(const ngd_checks_view_t *view, ngd_cause_id_t cause);

/* The step's answer from the evidence alone. */
ngd_answer_t ngd_checks_answer(const ngd_checks_view_t *view, ngd_step_t step);

#endif
