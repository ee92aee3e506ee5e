/*
 * report.h - what people and programs read about one attempt.
 *
 * One view model, three renderers: the JSON document of the contract is built
 * from the evidence; HTML and text are tables of rows over that document, so
 * that the three can never tell different stories.
 *
 * What a reader may see is decided before rendering, by ngd_view_t; a renderer
 * never decides it.  Everything from outside is escaped here and nowhere else.
 *
 * This room knows APR's pools, jansson, src/diagnosis and src/token; no httpd.
 */
#ifndef NGD_REPORT_H
#define NGD_REPORT_H

#include <apr_pools.h>
#include <jansson.h>

#include "checks.h"
#include "expand.h"

typedef enum {
    NGD_FORMAT_HTML,
    NGD_FORMAT_JSON,
    NGD_FORMAT_TEXT,
    NGD_FORMATS
} ngd_format_t;

/* "text/html; charset=utf-8" and so on; static. */
const char *ngd_format_content_type(ngd_format_t format);

/*
 * The format that an Accept header asks for (RFC 9110 section 12.5.1): HTML
 * where it names text/html or application/xhtml+xml, JSON where it names
 * application/json, text where it names text/plain, by the greatest q if
 * several (of equal ones HTML, then JSON), text otherwise.  NULL: text.
 * Wildcards name nothing, and what has q=0 or a q that is none is not asked for.
 */
ngd_format_t ngd_format_of_accept(const char *accept);
/* The format called "html", "json" or "text"; false if name is none of them or NULL. */
bool ngd_format_by_name(const char *name, ngd_format_t *format);

/* How much a reader is told. */
typedef enum {
    NGD_EXPLAIN_OFF,        /* the reference alone */
    NGD_EXPLAIN_BRIEF,      /* cause, owner, cure in their general form: no principal, service, kvno, path or clock */
    NGD_EXPLAIN_FULL,       /* with the evidence */
} ngd_explain_t;

typedef struct {
    ngd_explain_t explain;
    bool keytab;            /* may see all entries, and where keytabs are, also in texts; with NGD_EXPLAIN_FULL only */
} ngd_view_t;

/*
 * The document of the contract ("version": 1).  Every key of it is there, null
 * or empty where nothing is known; with NGD_EXPLAIN_OFF whole objects are null.
 * A document with a cause reads as a refusal, whatever the attempt's outcome.  Text is valid UTF-8 without control
 * characters, cut where it is absurdly long; times are ISO 8601 with the
 * server's offset.  The entry that opened the ticket shows to everybody.  The
 * caller owns the reference.  NULL only when memory ran out.
 */
json_t *ngd_report_document(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis,
                            const ngd_view_t *view);

/*
 * A finished report, allocated in pool and NUL-terminated; *len without the NUL.
 * It tells all that the evidence has (but for view): who may only be told less
 * gets a notice.  NULL only when memory ran out.
 */
const char *ngd_report_render(const ngd_evidence_t *evidence, const ngd_diagnosis_t *diagnosis,
                              const ngd_view_t *view, ngd_format_t format, apr_pool_t *pool, size_t *len);

/* ---- bodies that are the same for everybody ------------------------------- */

/*
 * What NGD_EXPLAIN_BRIEF and NGD_EXPLAIN_OFF say as HTML and text: rendered once,
 * before the first request; a request only fills the slots in.  The first notices
 * are those of the causes: (ngd_notice_t)NGD_CAUSE_NO_TOKEN is the challenge's own
 * body, which most people with a broken browser see.
 */
typedef enum {
    NGD_NOTICE_CONTINUE = NGD_CAUSES,   /* the negotiation wants another leg; only a client that stopped shows it */
    NGD_NOTICE_REFERENCE,               /* NGD_EXPLAIN_OFF */
    NGD_NOTICE_DENIED,                  /* the same for a user who is signed in */
    NGD_NOTICES
} ngd_notice_t;

typedef enum {
    NGD_SLOT_NONE,              /* a literal piece */
    NGD_SLOT_REFERENCE,
    NGD_SLOT_TIME,              /* when it happened, "2026-11-23 15:02 +01:00" */
    NGD_SLOT_CONTACT,           /* ngd_contact_render() of NegotiateContact: it brings its own ", " */
} ngd_slot_t;

enum { NGD_PIECES_MAX = 16 };

typedef struct {
    ngd_slot_t slot;
    const char *text;           /* of a literal */
    size_t len;
} ngd_piece_t;

typedef struct {
    ngd_piece_t piece[NGD_PIECES_MAX];
    size_t count;
} ngd_template_t;

/* Renders a notice into pieces allocated in pool: HTML, or text for the other formats. */
void ngd_notice_render(ngd_notice_t notice, ngd_format_t format, apr_pool_t *pool,
                       ngd_template_t *template_out);

/*
 * What stands in NGD_SLOT_CONTACT, at the end of a line: ", " and the contact,
 * escaped for HTML (a link for http, https and mailto URLs and for plain mail
 * addresses), plain in text; "" where contact is NULL or empty.
 */
const char *ngd_contact_render(const char *contact, ngd_format_t format, apr_pool_t *pool);

/* "2026-11-23 15:02 +01:00", in the server's time zone, in pool; "" for 0. */
const char *ngd_time_render(int64_t time_usecs, apr_pool_t *pool);

/* The Content-Security-Policy of every HTML page of this room: their styles and nothing else; static. */
const char *ngd_page_csp(void);

#endif
