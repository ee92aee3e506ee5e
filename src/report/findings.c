/* findings.c - why, how to mend it, what else was noticed, and the checklist, whatever the format. */
#include <apr_strings.h>
#include <string.h>

#include "render.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char likely[] =
    "This is likely, not certain: what is known suggests it, but something else could look the same.";

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- a finding ----------------------------------------------------------- */

static void write_finding(const json_t *finding, const ngd_pen_t *pen, apr_array_header_t *out)
{
    const json_t *details = json_object_get(finding, "details");

    pen->name(out, text_of(finding, "title"));
    if (strcmp(text_of(finding, "certainty"), "likely") == 0) {
        pen->prose(out, likely);
    }
    pen->prose(out, text_of(finding, "explanation"));
    for (size_t i = 0; i < json_array_size(details); i++) {
        pen->item(out, text_of(json_array_get(details, i), "text"));
    }
}

static const char *whom_words(const char *whom)
{
    static const struct {
        const char *whom, *words;
    } table[] = {
        { "user", "On your computer" },
        { "all", "For administrators" },
        { "active-directory", "With Active Directory" },
        { "mit", "With MIT Kerberos" },
    };
    size_t i = 0;

    while (i + 1 < COUNT(table) && strcmp(table[i].whom, whom) != 0) {
        i++;
    }
    return table[i].words;
}

static void write_fixes(const json_t *finding, const ngd_pen_t *pen, apr_array_header_t *out)
{
    const json_t *fixes = json_object_get(finding, "fix");

    for (size_t i = 0; i < json_array_size(fixes); i++) {
        const json_t *fix = json_array_get(fixes, i);

        pen->step(out, whom_words(text_of(fix, "for")), text_of(fix, "text"), text_of(fix, "command"));
    }
}

static void write_cause(const json_t *cause, const ngd_pen_t *pen, apr_array_header_t *out)
{
    pen->open(out, "Why", NULL);
    write_finding(cause, pen, out);
    pen->close(out);
    pen->open(out, "How to mend it", NULL);
    write_fixes(cause, pen, out);
    pen->close(out);
}

/* ---- what else ----------------------------------------------------------- */

static void write_also(const json_t *also, const ngd_pen_t *pen, apr_array_header_t *out)
{
    if (json_array_size(also) == 0) {
        return;
    }
    pen->open(out, "Also noticed", "Not what decided, but worth knowing.");
    for (size_t i = 0; i < json_array_size(also); i++) {
        const json_t *finding = json_array_get(also, i);
        const char *more = apr_pstrcat(out->pool, "`negotiate-diag causes ", text_of(finding, "slug"),
                                       "` says how to mend it.", NULL);

        write_finding(finding, pen, out);
        pen->prose(out, more);
    }
    pen->close(out);
}

static void write_findings(const json_t *document, const ngd_pen_t *pen, apr_array_header_t *out)
{
    const json_t *cause = ngd_document_at(document, "cause");

    if (cause != NULL) {
        write_cause(cause, pen, out);
    }
    write_also(json_object_get(document, "also"), pen, out);
}

/* ---- the checklist ------------------------------------------------------- */

static const ngd_verdict_t *verdict_of(const char *name)
{
    static const ngd_verdict_t verdicts[] = {
        { "ok", "\xe2\x9c\x93", "+", "OK" },
        { "problem", "\xe2\x9c\x97", "!", "Problem" },
        { "not-applicable", "\xe2\x80\x93", "-", "Does not apply" },
        { "unknown", "?", "?", "Not seen here" },
    };
    size_t i = 0;

    while (i + 1 < COUNT(verdicts) && strcmp(verdicts[i].name, name) != 0) {
        i++;
    }
    return &verdicts[i];
}

static void add_hints(const json_t *help, ngd_check_words_t *words)
{
    static const struct {
        const char *key, *where;
    } places[NGD_HINTS_MAX] = {
        { "browser", "In this browser" }, { "windows", "Windows" }, { "linux", "Linux" }, { "macos", "macOS" },
    };

    for (size_t i = 0; i < COUNT(places); i++) {
        const char *prose = text_of(help, places[i].key);

        if (prose != NULL) {
            words->hints[words->hints_count++] = (ngd_hint_t){ places[i].where, prose };
        }
    }
}

static void write_check(const json_t *check, const ngd_pen_t *pen, apr_array_header_t *out)
{
    ngd_check_words_t words = {
        .verdict = verdict_of(text_of(check, "verdict")),
        .title = text_of(check, "title"),
        .detail = text_of(check, "detail"),
    };

    add_hints(json_object_get(check, "help"), &words);
    pen->check(out, &words);
}

static void write_checks(const json_t *checks, const ngd_pen_t *pen, apr_array_header_t *out)
{
    if (json_array_size(checks) == 0) {
        return;
    }
    pen->open(out, "The checklist",
              "Microsoft's \"Things to check if Kerberos authentication fails\", answered for this request.");
    for (size_t i = 0; i < json_array_size(checks); i++) {
        write_check(json_array_get(checks, i), pen, out);
    }
    pen->close(out);
}

/* ---- the body ------------------------------------------------------------ */

/* Who is signed in looks for his ticket first; who is not, for what is wrong. */
void ngd_body_write(const json_t *document, const ngd_opening_t *opening, const ngd_pen_t *pen,
                    apr_array_header_t *out)
{
    bool evidence_first = opening->let_in && opening->user != NULL;

    write_findings(document, pen, out);
    if (evidence_first) {
        pen->evidence(out, document);
    }
    write_checks(json_object_get(document, "checks"), pen, out);
    if (!evidence_first) {
        pen->evidence(out, document);
    }
}
