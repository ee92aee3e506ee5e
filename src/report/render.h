/*
 * render.h - what the renderers share, private to src/report.
 *
 * A report is an opening and a list of sections; a section is a table of rows;
 * a row says where in the document its value stands and how it is put into
 * words.  Text and HTML walk the same tables, so neither can say more than the
 * document or something else than the other.
 *
 * Everything here is plain, unescaped text in the pool of the array it is
 * pushed to.  Escaping is the business of html.c alone.
 */
#ifndef NGD_RENDER_H
#define NGD_RENDER_H

#include <apr_tables.h>
#include <jansson.h>
#include <stdbool.h>

#include "prose.h"
#include "report.h"

/* ---- rows ---------------------------------------------------------------- */

/* One line of a value; a long list has several. */
typedef struct {
    const char *text;
    const char *note;           /* what it means, or NULL */
} ngd_cell_t;

/* Puts a value that is not null into cells (of ngd_cell_t); none where there is nothing to say. */
typedef void ngd_formatter_t(const json_t *document, const json_t *value, apr_array_header_t *cells);

typedef enum {
    NGD_LOOK_WORDS,             /* a sentence or a phrase of ours */
    NGD_LOOK_CODE,              /* something to compare letter by letter */
    NGD_LOOK_METER,             /* words, and a part of connection.header_limit_bytes */
} ngd_look_t;

typedef struct {
    const char *label;
    const char *path;           /* in the document: "ticket.end_time" */
    ngd_formatter_t *format;
    ngd_look_t look;
} ngd_row_t;

typedef struct {
    const char *title;
    const char *intro;          /* or NULL */
    const char *unless;         /* not shown where the document has a value here, or NULL */
    const ngd_row_t *rows;
    size_t rows_count;
} ngd_section_t;

extern const ngd_section_t ngd_sections[];
extern const size_t ngd_sections_count;

/* The value at a dotted path; NULL where nothing stands there or null does. */
const json_t *ngd_document_at(const json_t *document, const char *path);
const char *ngd_document_text(const json_t *document, const char *path);

/* The cells of a row, in pool; empty where the document has nothing for it. */
apr_array_header_t *ngd_row_cells(const ngd_row_t *row, const json_t *document, apr_pool_t *pool);
/* Whether a section has anything to say about this document. */
bool ngd_section_shows(const ngd_section_t *section, const json_t *document, apr_pool_t *pool);

/* A time of the document for people; "" for none. */
typedef enum {
    NGD_TO_THE_MINUTE = sizeof "15:02" - 1,
    NGD_TO_THE_SECOND = sizeof "15:02:07" - 1,
} ngd_precision_t;
const char *ngd_time_words(const char *iso, ngd_precision_t clock_columns, apr_pool_t *pool);

/* ---- the opening --------------------------------------------------------- */

/* What a reader has to know first. */
typedef struct {
    const char *state;          /* "accepted", ...: the outcome, also a class of the page */
    bool let_in;                /* opens as Testkerb.asp did, otherwise as a help desk wants it */
    bool signed_in;             /* somebody is, who may be refused all the same */
    const char *method;         /* upper-case; empty where nobody signed on */
    const char *protocol;
    const char *headline;       /* a sentence */
    const char *user;           /* whom the headline names, or NULL */
    const char *lead;           /* prose, or NULL */
    const char *const *reasons; /* more prose, up to a NULL */
    const char *reference;
    const char *slug;           /* of the cause, or NULL */
    const char *time;
    const char *contact;        /* as it is configured, or NULL */
} ngd_opening_t;

ngd_opening_t ngd_opening_of(const json_t *document, apr_pool_t *pool);

/*
 * A refusal opens with three lines, in reports and notices alike: a headline,
 * who can mend it, and what a help desk needs.
 */
extern const char ngd_off_headline[];
extern const char ngd_denied_headline[];
extern const char ngd_continue_headline[];
extern const char ngd_continue_relief[];

enum { NGD_RELIEF_SIZE = 512 };

/* The second line, as prose, into out. */
const char *ngd_relief(const ngd_cause_t *cause, char *out, size_t size);
#define NGD_PASSWORD_BOX " If a password box appears, cancel it."

/* The third line: NGD_HELP_DESK and reference, cause (or NULL), time and contact, which brings its own ", ". */
#define NGD_HELP_DESK "Tell the help desk: "
const char *ngd_help_desk_line(const char *reference, const char *slug, const char *time, const char *contact,
                               apr_pool_t *pool);

/* ---- the body ------------------------------------------------------------ */

/* What was found out, what to do, the checklist, and the evidence behind it all. */

/* A verdict for people: a sign that needs no colour, and a word. */
typedef struct {
    const char *name;           /* in the document; also a class of the page */
    const char *sign;
    const char *plain_sign;     /* for terminals */
    const char *word;
} ngd_verdict_t;

/* A way to see on the client what the server cannot. */
typedef struct {
    const char *where;
    const char *prose;
} ngd_hint_t;

enum { NGD_HINTS_MAX = 4 };

typedef struct {
    const ngd_verdict_t *verdict;
    const char *title;
    const char *detail;         /* prose, or NULL */
    ngd_hint_t hints[NGD_HINTS_MAX];
    size_t hints_count;
} ngd_check_words_t;

/* How a format writes it; each function pushes to out. */
typedef struct {
    void (*open)(apr_array_header_t *out, const char *title, const char *intro);
    void (*close)(apr_array_header_t *out);
    void (*name)(apr_array_header_t *out, const char *prose);
    void (*prose)(apr_array_header_t *out, const char *prose);
    void (*item)(apr_array_header_t *out, const char *prose);
    void (*step)(apr_array_header_t *out, const char *whom, const char *prose, const char *command);
    void (*check)(apr_array_header_t *out, const ngd_check_words_t *check);
    void (*evidence)(apr_array_header_t *out, const json_t *document);
} ngd_pen_t;

/* All that follows the opening. */
void ngd_body_write(const json_t *document, const ngd_opening_t *opening, const ngd_pen_t *pen,
                    apr_array_header_t *out);

/* ---- prose, beyond prose.h ----------------------------------------------- */

/* How a refusal opens in text: three lines, so that programs and screenshots find them. */
void ngd_push_three_lines(apr_array_header_t *out, const char *headline, const char *relief, const char *desk);
/* Escaped, with <code> for backticks. */
const char *ngd_prose_html(const char *prose, apr_pool_t *pool);

/* ---- pages --------------------------------------------------------------- */

extern const char ngd_report_style[];
extern const char ngd_notice_style[];

/* From the doctype to the open <main>; title is escaped here. */
void ngd_page_open(apr_array_header_t *out, const char *style, const char *state, const char *title);
/* The emblem at the top right: whole where somebody is signed in. */
void ngd_page_mark(apr_array_header_t *out, bool whole);
void ngd_page_close(apr_array_header_t *out);
const char *ngd_escape(const char *text, apr_pool_t *pool);

/* ---- renderers ----------------------------------------------------------- */

const char *ngd_report_html(const json_t *document, apr_pool_t *pool);
const char *ngd_report_text(const json_t *document, apr_pool_t *pool);

#endif
