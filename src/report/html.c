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

static void push_prose(apr_array_header_t *out, const char *before, const char *prose, const char *after)
{
    ngd_push(out, before);
    ngd_push(out, ngd_prose_html(prose, out->pool));
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
    for (size_t i = 0; i < ngd_sections_count; i++) {
        if (ngd_section_shows(&ngd_sections[i], document, out->pool)) {
            push_section(out, &ngd_sections[i], document);
        }
    }
}

/* ---- findings ------------------------------------------------------------ */

static void open_findings(apr_array_header_t *out, const char *title, const char *intro)
{
    push_escaped(out, "<section class=\"facts\">\n<div><h2>", title, "</h2>");
    if (intro != NULL) {
        push_escaped(out, "<p>", intro, "</p>");
    }
    ngd_push(out, "</div>\n<div class=\"tell\">\n");
}

static void close_findings(apr_array_header_t *out)
{
    ngd_push(out, "</div>\n</section>\n");
}

static void write_name(apr_array_header_t *out, const char *prose)
{
    push_prose(out, "<h3>", prose, "</h3>\n");
}

static void write_prose(apr_array_header_t *out, const char *prose)
{
    push_prose(out, "<p>", prose, "</p>\n");
}

static void write_item(apr_array_header_t *out, const char *prose)
{
    push_prose(out, "<p class=\"item\">", prose, "</p>\n");
}

static void write_step(apr_array_header_t *out, const char *whom, const char *prose, const char *command)
{
    push_escaped(out, "<div class=\"step\"><small>", whom, "</small>\n");
    write_prose(out, prose);
    if (command != NULL) {
        push_escaped(out, "<pre class=\"cmd\">", command, "</pre>\n");
    }
    ngd_push(out, "</div>\n");
}

static void push_hints(apr_array_header_t *out, const ngd_check_words_t *check)
{
    if (check->hints_count == 0) {
        return;
    }
    ngd_push(out, "<details><summary>How to see it</summary>\n");
    for (size_t i = 0; i < check->hints_count; i++) {
        push_escaped(out, "<p><b>", check->hints[i].where, "</b> ");
        push_prose(out, "", check->hints[i].prose, "</p>\n");
    }
    ngd_push(out, "</details>\n");
}

static void write_check(apr_array_header_t *out, const ngd_check_words_t *check)
{
    const ngd_verdict_t *verdict = check->verdict;

    push_escaped(out, "<div class=\"check ", verdict->name, "\"><b>");
    push_escaped(out, "<span aria-hidden=\"true\">", verdict->sign, "</span> ");
    push_escaped(out, "", verdict->word, "</b>\n");
    push_escaped(out, "<div><h3>", check->title, "</h3>\n");
    if (check->detail != NULL) {
        write_prose(out, check->detail);
    }
    push_hints(out, check);
    ngd_push(out, "</div></div>\n");
}

static const ngd_pen_t html_pen = {
    .open = open_findings,
    .close = close_findings,
    .name = write_name,
    .prose = write_prose,
    .item = write_item,
    .step = write_step,
    .check = write_check,
    .evidence = push_sections,
};

static void push_body(apr_array_header_t *out, const json_t *document, const ngd_opening_t *opening)
{
    ngd_push(out, "<div class=\"sheet\">\n");
    ngd_body_write(document, opening, &html_pen, out);
    ngd_push(out, "</div>\n");
}

/* ---- opening and end ----------------------------------------------------- */

static void push_reference(apr_array_header_t *out, const ngd_opening_t *opening)
{
    apr_pool_t *pool = out->pool;
    const char *reference = apr_pstrcat(pool, "<b>", ngd_escape(opening->reference, pool), "</b>", NULL);
    const char *contact = ngd_contact_render(opening->contact, NGD_FORMAT_HTML, pool);

    ngd_push(out, ngd_help_desk_line(reference, opening->slug, opening->time, contact, pool));
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
        push_prose(out, "<li>", *reason, "</li>\n");
    }
    ngd_push(out, "</ul>\n");
}

/* The two lines that Testkerb.asp printed come first, letter by letter. */
static void open_let_in(apr_array_header_t *out, const ngd_opening_t *opening)
{
    if (opening->protocol != NULL) {
        push_escaped(out, "<pre class=\"hero\">Authentication Method : ", opening->method, "\n");
        push_escaped(out, "Protocol : ", opening->protocol, "</pre>\n");
    }
    if (opening->user != NULL) {
        push_escaped(out, "<p class=\"eyebrow\">", opening->headline, "</p>\n");
        push_user(out, opening->user);
    } else {
        push_escaped(out, "<h1>", opening->headline, "</h1>\n");
    }
    push_prose(out, "<p class=\"lead\">", opening->lead, "</p>\n");
    push_reasons(out, opening->reasons);
}

static void open_refused(apr_array_header_t *out, const ngd_opening_t *opening)
{
    push_escaped(out, "<h1>", opening->headline, "</h1>\n");
    if (opening->lead != NULL) {
        push_prose(out, "<p class=\"lead\">", opening->lead, "</p>\n");
    }
    ngd_push(out, "<p class=\"desk\">" NGD_HELP_DESK "<samp>");
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
    ngd_page_mark(out, opening.signed_in);
    (opening.let_in ? open_let_in : open_refused)(out, &opening);
    push_body(out, document, &opening);
    if (opening.let_in) {
        close_let_in(out, &opening);
    }
    ngd_page_close(out);
    return apr_array_pstrcat(pool, out, 0);
}
