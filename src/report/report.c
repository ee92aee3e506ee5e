/* report.c - a report in the format that is asked for. */
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "render.h"

/* 15 digits show milliseconds as they were meant: -0.4, not -0.40000000000000002. */
static const char *document_json(const json_t *document, apr_pool_t *pool)
{
    char *dumped = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    const char *text = dumped == NULL ? NULL : apr_pstrcat(pool, dumped, "\n", NULL);

    free(dumped);
    return text;
}

static const struct {
    ngd_prose_t prose;
    const char *(*render)(const json_t *document, apr_pool_t *pool);
} renderers[NGD_FORMATS] = {
    [NGD_FORMAT_HTML] = { NGD_PROSE_MARKED, ngd_report_html },
    [NGD_FORMAT_JSON] = { NGD_PROSE_PLAIN, document_json },
    [NGD_FORMAT_TEXT] = { NGD_PROSE_MARKED, ngd_report_text },
};

const char *ngd_report_render(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis,
                              const ngd_view_t *view, ngd_format_t format, apr_pool_t *pool, size_t *len)
{
    json_t *document = ngd_document_make(evidence, diagnosis, view, renderers[format].prose);
    const char *text = document == NULL ? NULL : renderers[format].render(document, pool);

    json_decref(document);
    *len = text == NULL ? 0 : strlen(text);
    return text;
}
