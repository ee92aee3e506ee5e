/* cause.c - the diagnosis as the document has it: cause, also, checks. */
#include "document.h"
#include "render.h"
#include "value.h"

static void drop_backticks(char *prose)
{
    char *kept = prose;

    for (; *prose != '\0'; prose++) {
        if (*prose != '`') {
            *kept++ = *prose;
        }
    }
    *kept = '\0';
}

static json_t *prose_value(const char *text, const ngd_teller_t *teller)
{
    char prose[NGD_EXPANDED_SIZE];

    if (text == NULL) {
        return json_null();
    }
    ngd_expand(text, teller->evidence, NGD_EXPAND_TEXT, prose, sizeof prose);
    if (teller->prose == NGD_PROSE_PLAIN) {
        drop_backticks(prose);
    }
    return ngd_value_prose(prose);
}

static json_t *command_value(const char *text, const ngd_teller_t *teller)
{
    char command[NGD_EXPANDED_SIZE];

    if (text == NULL) {
        return json_null();
    }
    return ngd_value_command(ngd_expand(text, teller->evidence, NGD_EXPAND_COMMAND, command, sizeof command));
}

/* ---- a finding ----------------------------------------------------------- */

static json_t *fixes_value(const ngd_cause_t *cause, const ngd_teller_t *teller)
{
    json_t *fixes = json_array();

    for (size_t i = 0; i < ngd_fix_count(cause); i++) {
        const ngd_fix_t *fix = &cause->fix[i];

        json_array_append_new(fixes, json_pack("{s:s,s:o,s:o}",
                                               "for", ngd_for_name(fix->whom),
                                               "text", prose_value(fix->text, teller),
                                               "command", command_value(fix->command, teller)));
    }
    return fixes;
}

static json_t *details_value(const ngd_finding_t *finding, const ngd_teller_t *teller)
{
    json_t *details = json_array();

    for (size_t i = 0; i < finding->details_count; i++) {
        const ngd_detail_t *detail = ngd_detail(finding->details[i]);

        json_array_append_new(details, json_pack("{s:s,s:o}",
                                                 "slug", detail->slug,
                                                 "text", prose_value(detail->text, teller)));
    }
    return details;
}

/* "401.1"; IIS leaves a substatus of 0 out in its messages. */
static json_t *iis_status_value(const ngd_cause_t *cause)
{
    int status = ngd_cause_iis_status(cause);

    return cause->substatus == 0 ? json_sprintf("%d", status) : json_sprintf("%d.%d", status, cause->substatus);
}

static json_t *iis_value(const ngd_cause_t *cause)
{
    return json_pack("{s:o,s:I,s:s?}",
                     "status", iis_status_value(cause),
                     "win32", (json_int_t)cause->win32,
                     "name", ngd_win32_name(cause->win32));
}

static json_t *kerberos_value(const ngd_cause_t *cause)
{
    if (cause->kerberos == 0) {
        return json_null();
    }
    return json_pack("{s:i,s:s?}",
                     "code", cause->kerberos,
                     "name", ngd_kerberos_error_name(cause->kerberos));
}

static json_t *finding_value(const ngd_finding_t *finding, const ngd_teller_t *teller)
{
    const ngd_cause_t *cause = ngd_cause(finding->cause);
    char relief[NGD_RELIEF_SIZE];

    return json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:s,s:o,s:o,s:s?,s:o}",
                     "slug", cause->slug,
                     "who", ngd_who_name(cause->who),
                     "headline", prose_value(cause->headline, teller),
                     "relief", prose_value(ngd_relief(cause, relief, sizeof relief), teller),
                     "title", prose_value(cause->title, teller),
                     "explanation", prose_value(cause->explanation, teller),
                     "fix", fixes_value(cause, teller),
                     "certainty", ngd_certainty_name(finding->certainty),
                     "iis", iis_value(cause),
                     "kerberos", kerberos_value(cause),
                     "step", ngd_step_name(cause->step),
                     "details", details_value(finding, teller));
}

json_t *ngd_cause_value(const ngd_diagnosis_t *diagnosis, const ngd_teller_t *teller)
{
    return diagnosis->has_cause ? finding_value(&diagnosis->cause, teller) : json_null();
}

json_t *ngd_also_value(const ngd_diagnosis_t *diagnosis, const ngd_teller_t *teller)
{
    json_t *also = json_array();

    for (size_t i = 0; i < diagnosis->also_count; i++) {
        json_array_append_new(also, finding_value(&diagnosis->also[i], teller));
    }
    return also;
}

/* ---- checks -------------------------------------------------------------- */

static json_t *help_value(const ngd_check_help_t *help, const ngd_teller_t *teller)
{
    if (help->browser == NULL && help->windows == NULL && help->linux == NULL && help->macos == NULL) {
        return json_null();
    }
    return json_pack("{s:o,s:o,s:o,s:o}",
                     "browser", prose_value(help->browser, teller),
                     "windows", prose_value(help->windows, teller),
                     "linux", prose_value(help->linux, teller),
                     "macos", prose_value(help->macos, teller));
}

static json_t *check_value(const ngd_check_t *check, const ngd_teller_t *teller)
{
    return json_pack("{s:s,s:s,s:s,s:o,s:o}",
                     "step", ngd_step_name(check->step),
                     "title", ngd_step_title(check->step),
                     "verdict", ngd_check_verdict_name(check->verdict),
                     "detail", prose_value(check->detail, teller),
                     "help", help_value(&check->help, teller));
}

json_t *ngd_checks_value(const ngd_evidence_t *facts, const ngd_diagnosis_t *diagnosis,
                         const ngd_teller_t *teller)
{
    ngd_check_t checks[NGD_CHECKS];
    json_t *values = json_array();

    ngd_checks(facts, diagnosis, checks);
    for (size_t i = 0; i < NGD_CHECKS; i++) {
        json_array_append_new(values, check_value(&checks[i], teller));
    }
    return values;
}
