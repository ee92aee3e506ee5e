/* text.c - a report as plain text. */
#include <apr_strings.h>
#include <string.h>

#include "render.h"

enum {
    MARGIN = 2,
    VALUE_COLUMN = 26,          /* the longest label, its margin and a gap */
};

static const char *with_note(const ngd_cell_t *cell, apr_pool_t *pool)
{
    return cell->note == NULL ? cell->text : apr_pstrcat(pool, cell->text, " (", cell->note, ")", NULL);
}

/* What has to be compared letter by letter is never wrapped, and its backticks are its own. */
static void push_cell(apr_array_header_t *out, const ngd_row_t *row, const ngd_cell_t *cell)
{
    if (row->look == NGD_LOOK_WORDS) {
        ngd_prose_wrap(out, VALUE_COLUMN, with_note(cell, out->pool));
        return;
    }
    ngd_push(out, with_note(cell, out->pool));
    ngd_push(out, "\n");
}

static void push_row(apr_array_header_t *out, const ngd_row_t *row, const json_t *document)
{
    apr_array_header_t *cells = ngd_row_cells(row, document, out->pool);

    for (int i = 0; i < cells->nelts; i++) {
        const char *label = i == 0 ? row->label : "";

        ngd_push(out, ngd_spaces(out->pool, MARGIN));
        ngd_push(out, label);
        ngd_push(out, ngd_spaces(out->pool, VALUE_COLUMN - MARGIN - strlen(label)));
        push_cell(out, row, &APR_ARRAY_IDX(cells, i, ngd_cell_t));
    }
}

static void push_section(apr_array_header_t *out, const ngd_section_t *section, const json_t *document)
{
    ngd_push(out, "\n");
    ngd_push(out, section->title);
    ngd_push(out, "\n");
    if (section->intro != NULL) {
        ngd_push(out, ngd_spaces(out->pool, MARGIN));
        ngd_prose_wrap(out, MARGIN, section->intro);
    }
    for (size_t i = 0; i < section->rows_count; i++) {
        push_row(out, &section->rows[i], document);
    }
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

enum { ITEM_INDENT = MARGIN + 2, COMMAND_INDENT = MARGIN + 6, DETAIL_COLUMN = VALUE_COLUMN + 2 };

static void push_prose(apr_array_header_t *out, size_t indent, const char *prose)
{
    ngd_push(out, ngd_spaces(out->pool, indent));
    ngd_prose_wrap(out, indent, prose);
}

static void open_findings(apr_array_header_t *out, const char *title, const char *intro)
{
    ngd_push(out, apr_pstrcat(out->pool, "\n", title, "\n", NULL));
    if (intro != NULL) {
        push_prose(out, MARGIN, intro);
    }
}

static void close_findings(apr_array_header_t *out)
{
    (void)out;
}

static void write_prose(apr_array_header_t *out, const char *prose)
{
    push_prose(out, MARGIN, prose);
}

static void write_name(apr_array_header_t *out, const char *prose)
{
    push_prose(out, MARGIN, apr_pstrcat(out->pool, prose, ".", NULL));
}

static void write_item(apr_array_header_t *out, const char *prose)
{
    ngd_push(out, ngd_spaces(out->pool, MARGIN));
    ngd_push(out, "- ");
    ngd_prose_wrap(out, ITEM_INDENT, prose);
}

static void write_step(apr_array_header_t *out, const char *whom, const char *prose, const char *command)
{
    write_item(out, apr_pstrcat(out->pool, whom, ": ", prose, NULL));
    if (command != NULL) {
        ngd_push_command(out, COMMAND_INDENT, command);
    }
}

static void write_check(apr_array_header_t *out, const ngd_check_words_t *check)
{
    const ngd_verdict_t *verdict = check->verdict;
    const char *word = apr_pstrcat(out->pool, verdict->plain_sign, " ", verdict->word, NULL);

    ngd_push(out, ngd_spaces(out->pool, MARGIN));
    ngd_push(out, word);
    ngd_push(out, ngd_spaces(out->pool, VALUE_COLUMN - MARGIN - strlen(word)));
    ngd_prose_wrap(out, VALUE_COLUMN, check->title);
    if (check->detail != NULL) {
        push_prose(out, DETAIL_COLUMN, check->detail);
    }
    for (size_t i = 0; i < check->hints_count; i++) {
        push_prose(out, DETAIL_COLUMN,
                   apr_pstrcat(out->pool, check->hints[i].where, ": ", check->hints[i].prose, NULL));
    }
}

static const ngd_pen_t text_pen = {
    .open = open_findings,
    .close = close_findings,
    .name = write_name,
    .prose = write_prose,
    .item = write_item,
    .step = write_step,
    .check = write_check,
    .evidence = push_sections,
};

/* ---- opening and end ----------------------------------------------------- */

static const char *reference_line(const ngd_opening_t *opening, apr_pool_t *pool)
{
    const char *contact = ngd_contact_render(opening->contact, NGD_FORMAT_TEXT, pool);

    return ngd_help_desk_line(opening->reference, opening->slug, opening->time, contact, pool);
}

/* The two lines that Testkerb.asp printed, letter by letter, then whom they speak of. */
static void open_let_in(apr_array_header_t *out, const ngd_opening_t *opening)
{
    if (opening->protocol != NULL) {
        ngd_push(out, apr_pstrcat(out->pool, "Authentication Method : ", opening->method, "\nProtocol : ",
                                  opening->protocol, "\n\n", NULL));
    }
    ngd_push(out, opening->headline);
    if (opening->user != NULL) {
        ngd_push(out, apr_pstrcat(out->pool, " ", opening->user, ".", NULL));
    }
    ngd_push(out, "\n");
    ngd_prose_wrap(out, 0, opening->lead);
    for (const char *const *reason = opening->reasons; *reason != NULL; reason++) {
        ngd_push(out, "\n- ");
        ngd_prose_wrap(out, 2, *reason);
    }
}

static void open_refused(apr_array_header_t *out, const ngd_opening_t *opening)
{
    ngd_push_three_lines(out, opening->headline, opening->lead, reference_line(opening, out->pool));
}

const char *ngd_report_text(const json_t *document, apr_pool_t *pool)
{
    apr_array_header_t *out = apr_array_make(pool, 256, sizeof(const char *));
    ngd_opening_t opening = ngd_opening_of(document, pool);

    (opening.let_in ? open_let_in : open_refused)(out, &opening);
    ngd_body_write(document, &opening, &text_pen, out);
    if (opening.let_in && opening.reference[0] != '\0') {
        ngd_push(out, "\nReference ");
        ngd_push(out, reference_line(&opening, pool));
        ngd_push(out, "\n");
    }
    return apr_array_pstrcat(pool, out, 0);
}
