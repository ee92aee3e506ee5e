/*
 * document.h - the document before it is shown, private to src/report.
 *
 * The caller owns each returned reference; it is NULL only when memory ran out.
 */
#ifndef NGD_DOCUMENT_H
#define NGD_DOCUMENT_H

#include "report.h"

/* HTML has a mark-up for what stands between backticks; programs read plain text. */
typedef enum {
    NGD_PROSE_PLAIN,
    NGD_PROSE_MARKED,
} ngd_prose_t;

json_t *ngd_document_make(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis,
                          const ngd_view_t *view, ngd_prose_t prose);

/* How the catalogue's texts are told: with the facts of the evidence, or in their general form. */
typedef struct {
    const ngd_evidence_t *evidence;     /* NULL: in general form */
    ngd_prose_t prose;
} ngd_teller_t;

json_t *ngd_cause_value(const ngd_diagnosis_t *diagnosis, const ngd_teller_t *teller);
json_t *ngd_also_value(const ngd_diagnosis_t *diagnosis, const ngd_teller_t *teller);
/* The verdicts come from all facts; what is said of them is the teller's. */
json_t *ngd_checks_value(const ngd_evidence_t *facts, const ngd_diagnosis_t *diagnosis,
                         const ngd_teller_t *teller);

#endif
