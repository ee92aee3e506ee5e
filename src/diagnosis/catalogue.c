#include "catalogue.h"

#include <string.h>

#define NGD_CAUSE(id, ...) [NGD_CAUSE_##id] = { __VA_ARGS__ },
#define NGD_DETAIL(id, ...)
static const ngd_cause_t causes[NGD_CAUSES] = {
#include "causes.def"
};
#undef NGD_CAUSE
#undef NGD_DETAIL

#define NGD_CAUSE(id, ...)
#define NGD_DETAIL(id, ...) [NGD_DETAIL_##id] = { __VA_ARGS__ },
static const ngd_detail_t details[NGD_DETAILS] = {
#include "causes.def"
};
#undef NGD_CAUSE
#undef NGD_DETAIL

const ngd_cause_t *ngd_cause(ngd_cause_id_t id)
{
    return &causes[id];
}

const ngd_detail_t *ngd_detail(ngd_detail_id_t id)
{
    return &details[id];
}

ngd_cause_id_t ngd_cause_by_slug(const char *slug)
{
    ngd_cause_id_t id = 0;

    while (id < NGD_CAUSES && strcmp(causes[id].slug, slug) != 0) {
        id++;
    }
    return id;
}

int ngd_cause_iis_status(const ngd_cause_t *cause)
{
    return cause->iis_status != 0 ? cause->iis_status : cause->status;
}

size_t ngd_fix_count(const ngd_cause_t *cause)
{
    size_t count = 0;

    while (count < NGD_FIXES_MAX && cause->fix[count].text != NULL) {
        count++;
    }
    return count;
}

/* ---- words ---------------------------------------------------------------------- */

const char *ngd_who_name(ngd_who_t who)
{
    static const char *const names[] = {
        [NGD_WHO_CLIENT] = "client",
        [NGD_WHO_SERVER] = "server",
        [NGD_WHO_DIRECTORY] = "directory",
    };

    return names[who];
}

const char *ngd_for_name(ngd_for_t whom)
{
    static const char *const names[] = {
        [NGD_FOR_USER] = "user",
        [NGD_FOR_ALL] = "all",
        [NGD_FOR_AD] = "active-directory",
        [NGD_FOR_MIT] = "mit",
    };

    return names[whom];
}

static const struct {
    const char *name;
    const char *title;
} steps[NGD_STEPS] = {
    [NGD_STEP_SAME_DOMAIN] = { "same-domain", "Are the client and server in the same domain" },
    [NGD_STEP_SERVER_CONFIGURED] = { "server-configured", "Is the server configured to use integrated authentication" },
    [NGD_STEP_BROWSER_CONFIGURED] = { "browser-configured", "Is integrated authentication enabled in the browser" },
    [NGD_STEP_ZONE] = { "zone", "Does the URL that's used resolve to a security zone for which credentials can be sent" },
    [NGD_STEP_CHALLENGE] = { "challenge", "Is the server configured to send the WWW-Authenticate: Negotiate header" },
    [NGD_STEP_SAME_COMPUTER] = { "same-computer", "Are the client and server installed on the same computer" },
    [NGD_STEP_TICKET] = { "ticket", "Can the client get a Kerberos ticket" },
    [NGD_STEP_PORT] = { "port", "Does the web server use a port other than default (80)" },
    [NGD_STEP_SPN] = { "spn", "Does the browser use the expected SPN" },
    [NGD_STEP_ACCOUNT] = { "account", "Does the server's key match the account associated with the SPN" },
    [NGD_STEP_MACHINE_ACCOUNT] = { "machine-account", "Is the ticket sealed for the machine account instead" },
    [NGD_STEP_DELEGATION] = { "delegation", "Why does delegation fail although Kerberos authentication works" },
    [NGD_STEP_PERFORMANCE] = { "performance", "Why do I get bad performance when I use Kerberos authentication" },
    [NGD_STEP_FORESTS] = { "forests", "Why does Kerberos delegation fail between two forests" },
};

const char *ngd_step_name(ngd_step_t step)
{
    return steps[step].name;
}

const char *ngd_step_title(ngd_step_t step)
{
    return steps[step].title;
}

/* ---- numbers of others ------------------------------------------------------------ */

typedef struct {
    uint32_t number;
    const char *name;
} number_t;

#define NAME_OF(list, number) name_of(list, sizeof(list) / sizeof(list)[0], number)

static const char *name_of(const number_t *list, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].number == number) {
            return list[i].name;
        }
    }
    return NULL;
}

const char *ngd_win32_name(uint32_t win32)
{
    static const number_t names[] = {
        { 0, "ERROR_SUCCESS" },
        { 5, "ERROR_ACCESS_DENIED" },
        { 0x80090303, "SEC_E_TARGET_UNKNOWN" },
        { 0x80090304, "SEC_E_INTERNAL_ERROR" },
        { 0x80090305, "SEC_E_SECPKG_NOT_FOUND" },
        { 0x80090308, "SEC_E_INVALID_TOKEN" },
        { 0x8009030c, "SEC_E_LOGON_DENIED" },
        { 0x8009030e, "SEC_E_NO_CREDENTIALS" },
        { 0x8009030f, "SEC_E_MESSAGE_ALTERED" },
        { 0x80090310, "SEC_E_OUT_OF_SEQUENCE" },
        { 0x80090317, "SEC_E_CONTEXT_EXPIRED" },
        { 0x80090318, "SEC_E_INCOMPLETE_MESSAGE" },
        { 0x80090321, "SEC_E_BUFFER_TOO_SMALL" },
        { 0x80090322, "SEC_E_WRONG_PRINCIPAL" },
        { 0x80090324, "SEC_E_TIME_SKEW" },
        { 0x80090326, "SEC_E_ILLEGAL_MESSAGE" },
        { 0x80090331, "SEC_E_ALGORITHM_MISMATCH" },
        { 0x80090348, "SEC_E_NO_KERB_KEY" },
    };

    return NAME_OF(names, win32);
}

const char *ngd_kerberos_error_name(int32_t code)
{
    static const number_t names[] = {
        { 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN" },
        { 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN" },
        { 8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE" },
        { 12, "KDC_ERR_POLICY" },
        { 14, "KDC_ERR_ETYPE_NOSUPP" },
        { 18, "KDC_ERR_CLIENT_REVOKED" },
        { 23, "KDC_ERR_KEY_EXPIRED" },
        { 24, "KDC_ERR_PREAUTH_FAILED" },
        { 25, "KDC_ERR_PREAUTH_REQUIRED" },
        { 28, "KDC_ERR_PATH_NOT_ACCEPTED" },
        { 31, "KRB_AP_ERR_BAD_INTEGRITY" },
        { 32, "KRB_AP_ERR_TKT_EXPIRED" },
        { 33, "KRB_AP_ERR_TKT_NYV" },
        { 34, "KRB_AP_ERR_REPEAT" },
        { 35, "KRB_AP_ERR_NOT_US" },
        { 36, "KRB_AP_ERR_BADMATCH" },
        { 37, "KRB_AP_ERR_SKEW" },
        { 38, "KRB_AP_ERR_BADADDR" },
        { 39, "KRB_AP_ERR_BADVERSION" },
        { 40, "KRB_AP_ERR_MSG_TYPE" },
        { 41, "KRB_AP_ERR_MODIFIED" },
        { 44, "KRB_AP_ERR_BADKEYVER" },
        { 45, "KRB_AP_ERR_NOKEY" },
        { 46, "KRB_AP_ERR_MUT_FAIL" },
        { 50, "KRB_AP_ERR_INAPP_CKSUM" },
        { 52, "KRB_ERR_RESPONSE_TOO_BIG" },
        { 60, "KRB_ERR_GENERIC" },
        { 68, "KDC_ERR_WRONG_REALM" },
    };

    return code > 0 ? NAME_OF(names, (uint32_t)code) : NULL;
}
