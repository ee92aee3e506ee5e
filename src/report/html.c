/*
 * html.c - a report as a page: whoami, testkerb, or an explanation.
 *
 * Every piece that is not a literal of this file goes through ngd_escape or
 * ngd_prose_html on its way out, and no attribute but the meter's numbers
 * comes from the document.
 */
#include <apr_strings.h>
#include <string.h>

#include "render.h"

static void push_escaped(apr_array_header_t *out, const char *before, const char *text, const char *after)
{
    ngd_push(out, before);
    ngd_push(out, ngd_escape(text, out->pool));
    ngd_push(out, after);
}

/* ---- sections ------------------------------------------------------------ */

/* A share in percent, 100 where there is more than the limit; -1 without a limit. */
static int share_of_limit(const json_t *document, const char *path)
{
    json_int_t value = json_integer_value(ngd_document_at(document, path));
    json_int_t limit = json_integer_value(ngd_document_at(document, "connection.header_limit_bytes"));

    if (limit <= 0) {
        return -1;
    }
    return value >= limit ? 100 : (int)(value * 100 / limit);
}

/* Numbers in attributes, since the policy allows no style of its own; the words beside it say the same. */
static void push_meter(apr_array_header_t *out, int percent)
{
    if (percent >= 0) {
        ngd_push(out, apr_psprintf(out->pool,
                                   "<svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" "
                                   "aria-hidden=\"true\"><rect width=\"%d\" height=\"1\"/></svg>", percent));
    }
}

static void push_cell(apr_array_header_t *out, const ngd_row_t *row, const ngd_cell_t *cell,
                      const json_t *document)
{
    bool code = row->look == NGD_LOOK_CODE;

    push_escaped(out, code ? "<dd><code>" : "<dd>", cell->text, code ? "</code>" : "");
    if (row->look == NGD_LOOK_METER) {
        push_meter(out, share_of_limit(document, row->path));
    }
    if (cell->note != NULL) {
        push_escaped(out, " <small>", cell->note, "</small>");
    }
    ngd_push(out, "</dd>\n");
}

static void push_row(apr_array_header_t *out, const ngd_row_t *row, const json_t *document)
{
    apr_array_header_t *cells = ngd_row_cells(row, document, out->pool);

    if (cells->nelts == 0) {
        return;
    }
    push_escaped(out, "<div><dt>", row->label, "</dt>\n");
    for (int i = 0; i < cells->nelts; i++) {
        push_cell(out, row, &APR_ARRAY_IDX(cells, i, ngd_cell_t), document);
    }
    ngd_push(out, "</div>\n");
}

static void push_section(apr_array_header_t *out, const ngd_section_t *section, const json_t *document)
{
    push_escaped(out, "<section class=\"facts\">\n<div><h2>", section->title, "</h2>");
    if (section->intro != NULL) {
        push_escaped(out, "<p>", section->intro, "</p>");
    }
    ngd_push(out, "</div>\n<dl>\n");
    for (size_t i = 0; i < section->rows_count; i++) {
        push_row(out, &section->rows[i], document);
    }
    ngd_push(out, "</dl>\n</section>\n");
}

static void push_sections(apr_array_header_t *out, const json_t *document)
{
    ngd_push(out, "<div class=\"sheet\">\n");
    for (size_t i = 0; i < ngd_sections_count; i++) {
        if (ngd_section_shows(&ngd_sections[i], document, out->pool)) {
            push_section(out, &ngd_sections[i], document);
        }
    }
    ngd_push(out, "</div>\n");
}

/* ---- opening and end ----------------------------------------------------- */

static void push_reference(apr_array_header_t *out, const ngd_opening_t *opening)
{
    push_escaped(out, "<b>", opening->reference, "</b>, ");
    ngd_push(out, opening->time);
    ngd_push(out, ngd_contact_render(opening->contact, NGD_FORMAT_HTML, out->pool));
}

/* The realm is set back, and a long name breaks before it. */
static void push_user(apr_array_header_t *out, const char *user)
{
    size_t name_len = strcspn(user, "@");

    push_escaped(out, "<h1>", apr_pstrmemdup(out->pool, user, name_len), "");
    push_escaped(out, "<wbr><span>", user + name_len, "</span></h1>\n");
}

static void push_reasons(apr_array_header_t *out, const char *const *reason)
{
    if (*reason == NULL) {
        return;
    }
    ngd_push(out, "<ul>\n");
    for (; *reason != NULL; reason++) {
        ngd_push(out, apr_pstrcat(out->pool, "<li>", ngd_prose_html(*reason, out->pool), "</li>\n", NULL));
    }
    ngd_push(out, "</ul>\n");
}

/* The two lines that Testkerb.asp printed come first, letter by letter. */
static void open_let_in(apr_array_header_t *out, const ngd_opening_t *opening)
{
    push_escaped(out, "<pre class=\"hero\">Authentication Method : ", opening->method, "\n");
    push_escaped(out, "Protocol : ", opening->protocol, "</pre>\n");
    if (opening->user != NULL) {
        push_escaped(out, "<p class=\"eyebrow\">", opening->headline, "</p>\n");
        push_user(out, opening->user);
    } else {
        push_escaped(out, "<h1>", opening->headline, "</h1>\n");
    }
    ngd_push(out, "<p class=\"lead\">");
    ngd_push(out, ngd_prose_html(opening->lead, out->pool));
    ngd_push(out, "</p>\n");
    push_reasons(out, opening->reasons);
}

static void open_refused(apr_array_header_t *out, const ngd_opening_t *opening)
{
    push_escaped(out, "<h1>", opening->headline, "</h1>\n");
    push_escaped(out, "<p class=\"lead\">", opening->lead, "</p>\n<p class=\"desk\">" NGD_HELP_DESK "<samp>");
    push_reference(out, opening);
    ngd_push(out, "</samp></p>\n");
}

/* The links only stand where ?format= is ours to answer: on pages that somebody was let in to. */
static void close_let_in(apr_array_header_t *out, const ngd_opening_t *opening)
{
    ngd_push(out, "<footer>\n<p>Reference ");
    push_reference(out, opening);
    ngd_push(out, "</p>\n<p class=\"links\">The same as <a href=\"?format=json\">JSON</a> or "
                  "<a href=\"?format=text\">plain text</a></p>\n</footer>\n");
}

static const char *title_of(const ngd_opening_t *opening, apr_pool_t *pool)
{
    if (opening->user == NULL) {
        return opening->headline;
    }
    return apr_pstrcat(pool, opening->headline, " ", opening->user, NULL);
}

const char *ngd_report_html(const json_t *document, apr_pool_t *pool)
{
    apr_array_header_t *out = apr_array_make(pool, 512, sizeof(const char *));
    ngd_opening_t opening = ngd_opening_of(document, pool);

    ngd_page_open(out, ngd_report_style, opening.state, title_of(&opening, pool));
    ngd_page_mark(out, opening.user != NULL);
    (opening.let_in ? open_let_in : open_refused)(out, &opening);
    push_sections(out, document);
    if (opening.let_in) {
        close_let_in(out, &opening);
    }
    ngd_page_close(out);
    return apr_array_pstrcat(pool, out, 0);
}
