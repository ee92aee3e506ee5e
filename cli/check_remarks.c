#include "check_remarks.h"

#include <apr_strings.h>
#include <inttypes.h>
#include <string.h>

#include "catalogue.h"
#include "keytab_remarks.h"

const char *ngd_answer_text(const ngd_kdc_answer_t *answer, apr_pool_t *pool)
{
    const char *name = answer->code ? ngd_kerberos_error_name(answer->code) : NULL;

    return name ? apr_psprintf(pool, "%s (%d)", name, (int)answer->code) : ngd_clean(pool, answer->words);
}

/* ---- answers that say no ------------------------------------------------------------- */

static const ngd_remark_kind_t unreachable = {
    "kdc-unreachable", NGD_SEVERITY_PROBLEM, "No KDC of the realm answers, or none is known.",
    "Name the realm's KDCs in krb5.conf, or let DNS name them (_kerberos._tcp SRV records); let the firewall pass "
    "port 88 over TCP and UDP.",
};
static const ngd_remark_kind_t spn_unknown = {
    "spn-unknown", NGD_SEVERITY_PROBLEM,
    "The KDC knows no such service, or knows several: Active Directory answers alike where two accounts have one SPN.",
    "Active Directory: setspn -Q HTTP/HOST shows the accounts that have it, setspn -X all duplicates; then setspn -D "
    "takes it from a wrong one and setspn -S gives it to the right one. MIT: kadmin -q \"addprinc -randkey HTTP/HOST\".",
};
static const ngd_remark_kind_t key_refused = {
    "key-refused", NGD_SEVERITY_PROBLEM,
    "The KDC has another key for this name: its password was changed after the keytab was written, or the keytab was "
    "made with another password or salt.",
    "Write the keytab anew, with ktpass or ktadd. To see the key version that the KDC has: kinit as any user, then "
    "negotiate-diag check --ccache.",
};
static const ngd_remark_kind_t account_unusable = {
    "account-unusable", NGD_SEVERITY_PROBLEM, "The account is locked or disabled, or it or its password has expired.",
    "Active Directory: enable it, and set \"Password never expires\". MIT: kadmin -q \"modprinc +allow_tix -expire "
    "never -pwexpire never PRINCIPAL\".",
};
static const ngd_remark_kind_t enctype_unsupported = {
    "enctype-unsupported", NGD_SEVERITY_PROBLEM,
    "The KDC has no encryption type in common with the keytab, or with this computer's krb5.conf.",
    "Give the account AES keys, and write the keytab anew. In krb5.conf let permitted_enctypes have its default.",
};
static const ngd_remark_kind_t clock_skew = {
    "clock-skew", NGD_SEVERITY_PROBLEM, "The clocks of this computer and of the KDC differ by more than Kerberos allows.",
    "Let both follow the same time servers: timedatectl set-ntp true, or w32tm /resync.",
};
static const ngd_remark_kind_t kdc_refused = {
    "kdc-refused", NGD_SEVERITY_PROBLEM, "The KDC gave no ticket.", NULL,
};

static const ngd_remark_kind_t *kind_of_outcome(ngd_kdc_outcome_t outcome)
{
    switch (outcome) {
    case NGD_KDC_UNREACHABLE:
        return &unreachable;
    case NGD_KDC_SERVER_UNKNOWN:
        return &spn_unknown;
    case NGD_KDC_KEY_REFUSED:
        return &key_refused;
    case NGD_KDC_ACCOUNT_UNUSABLE:
        return &account_unusable;
    case NGD_KDC_NO_COMMON_ENCTYPE:
        return &enctype_unsupported;
    case NGD_KDC_CLOCK:
        return &clock_skew;
    case NGD_KDC_CLIENT_UNKNOWN:
    case NGD_KDC_NO_KEY:
    case NGD_KDC_OTHER:
    case NGD_KDC_FINE:
        break;
    }
    return &kdc_refused;
}

static void remark_on_answer(const char *name, const ngd_kdc_answer_t *answer, apr_pool_t *pool,
                             apr_array_header_t *remarks)
{
    ngd_remarks_add(remarks, kind_of_outcome(answer->outcome),
                    apr_psprintf(pool, "%s: %s", ngd_clean(pool, name), ngd_answer_text(answer, pool)));
}

/* ---- signing on ------------------------------------------------------------------------ */

static const ngd_remark_kind_t nobody = {
    "nobody-signed-on", NGD_SEVERITY_PROBLEM,
    "Nobody can sign on with a key of this keytab, so the KDC could not be asked about the services.",
    "Where the keytab's names are aliases of an account (Active Directory), that is how it is: kinit as any user, "
    "then negotiate-diag check --ccache.",
};

/* Nobody signs on by an alias: such a name is no finding where another one works. */
void ngd_attempt_remarks(const apr_array_header_t *attempted, apr_pool_t *pool, apr_array_header_t *remarks)
{
    ngd_names_t unknown = { .text = NULL };
    bool signed_on = attempted->nelts == 0, answered = true;

    for (int i = 0; i < attempted->nelts; i++) {
        const ngd_attempted_t *attempt = &APR_ARRAY_IDX(attempted, i, ngd_attempted_t);

        if (attempt->answer.outcome == NGD_KDC_FINE) {
            signed_on = true;
        } else if (attempt->answer.outcome == NGD_KDC_CLIENT_UNKNOWN) {
            ngd_names_add(&unknown, pool, attempt->principal);
        } else {
            remark_on_answer(attempt->principal, &attempt->answer, pool, remarks);
            answered = answered && attempt->answer.outcome != NGD_KDC_UNREACHABLE;
        }
    }
    if (!signed_on && answered) {
        ngd_remarks_add(remarks, &nobody, unknown.count > 0 ? apr_pstrcat(pool, "unknown to the KDC as clients: ",
                                                                          ngd_names_text(&unknown, pool), NULL)
                                                            : NULL);
    }
}

void ngd_clock_remark(int64_t ahead_secs, apr_pool_t *pool, apr_array_header_t *remarks)
{
    if (ahead_secs > NGD_SKEW_LIMIT_SECS || ahead_secs < -NGD_SKEW_LIMIT_SECS) {
        ngd_remarks_add(remarks, &clock_skew,
                        apr_psprintf(pool, "the KDC's clock is %" PRId64 " s %s", ahead_secs < 0 ? -ahead_secs : ahead_secs,
                                     ahead_secs < 0 ? "behind" : "ahead"));
    }
}

/* ---- tickets --------------------------------------------------------------------------- */

static const ngd_remark_kind_t not_in_keytab = {
    "spn-not-in-keytab", NGD_SEVERITY_PROBLEM, "The KDC knows the service, but the keytab has no entry for it.",
    "Add its key to the keytab, or take the SPN away from where it is not wanted.",
};
static const ngd_remark_kind_t old_kvno = {
    "keytab-old-kvno", NGD_SEVERITY_PROBLEM,
    "The KDC seals tickets with a newer key than the keytab has: the password was changed after it was written.",
    "Write the keytab anew, and keep the old entries in it for as long as a ticket lives.",
};
static const ngd_remark_kind_t newer_kvno = {
    "kdc-old-kvno", NGD_SEVERITY_PROBLEM,
    "The KDC seals tickets with another key version than the keytab has, and not with a newer one: the keytab was "
    "made with a number of its own, or this KDC has not heard of the change yet.",
    "Active Directory: repadmin /syncall, and make the keytab without ktpass /kvno. MIT: kprop, or wait for it.",
};
static const ngd_remark_kind_t enctype_missing = {
    "enctype-missing", NGD_SEVERITY_PROBLEM,
    "The KDC seals tickets with an encryption type that the keytab has no key for.",
    "Write the keytab anew with all of the account's encryption types (ktpass /crypto ALL, ktadd without -e).",
};
static const ngd_remark_kind_t wrong_key = {
    "wrong-key", NGD_SEVERITY_PROBLEM,
    "Name, key version and encryption type fit, and the key still does not open the ticket: it was made from another "
    "password or salt.",
    "Write the keytab anew on the domain controller, rather than with ktutil and a typed password.",
};
static const ngd_remark_kind_t other_account = {
    "spn-on-other-account", NGD_SEVERITY_WARNING,
    "The key of another entry opens the ticket, the one under the service's own name does not: the SPN belongs to "
    "the account of that other entry.",
    "Give the SPN to the account that the keytab was made for (setspn -D, then setspn -S), or make the keytab for "
    "the account that has it.",
};
static const ngd_remark_kind_t other_number = {
    "kvno-differs", NGD_SEVERITY_NOTE,
    "The key is right although its version number is not the KDC's. This module tries every key; other software may "
    "go by the number.",
    NULL,
};
static const ngd_remark_kind_t weak = {
    "weak-enctype", NGD_SEVERITY_WARNING, "The KDC seals tickets for the service with a broken encryption type.",
    "Give the account AES keys (Active Directory: msDS-SupportedEncryptionTypes 24, then a new password; MIT: a new "
    "key), and write the keytab anew.",
};

/* The keytab's entries of one name against a ticket. */
typedef struct {
    size_t same_name, same_kvno, same_enctype;
    uint32_t newest_kvno;
} fit_t;

/* Older keytabs keep the lowest eight bits of a kvno only. */
static bool same_kvno(uint32_t in_keytab, uint32_t in_ticket)
{
    return in_keytab == in_ticket || (in_keytab <= 0xff && in_keytab == (in_ticket & 0xff));
}

static fit_t fit_of(const ngd_inventory_t *inventory, const ngd_asked_t *asked)
{
    fit_t fit = { .same_name = 0 };

    for (size_t i = 0; i < inventory->count; i++) {
        const ngd_keytab_entry_t *entry = &inventory->entries[i].entry;

        if (strcmp(entry->principal, asked->spn) == 0) {
            fit.same_name++;
            fit.newest_kvno = entry->kvno;      /* sorted: the last one is the newest */
            if (same_kvno(entry->kvno, asked->ticket.kvno)) {
                fit.same_kvno++;
                fit.same_enctype += entry->enctype == asked->ticket.enctype;
            }
        }
    }
    return fit;
}

static const ngd_remark_kind_t *kind_of_ticket(const ngd_kdc_ticket_t *ticket, const fit_t *fit)
{
    if (fit->same_name == 0) {
        return &not_in_keytab;
    }
    if (ticket->opened_by_own) {
        return fit->same_kvno == 0 ? &other_number : NULL;
    }
    if (ticket->opened_by) {
        return &other_account;
    }
    if (fit->same_kvno == 0) {
        return ticket->kvno > fit->newest_kvno ? &old_kvno : &newer_kvno;
    }
    return fit->same_enctype == 0 ? &enctype_missing : &wrong_key;
}

static const char *about_ticket(const ngd_asked_t *asked, const fit_t *fit, apr_pool_t *pool)
{
    const ngd_kdc_ticket_t *ticket = &asked->ticket;
    const char *about = apr_psprintf(pool, "%s: the KDC has kvno %u, %s", ngd_clean(pool, asked->spn),
                                     (unsigned)ticket->kvno, ngd_enctype_text(pool, ticket->enctype));

    if (fit->same_name > 0) {
        about = apr_psprintf(pool, "%s; the keytab's newest is kvno %u", about, (unsigned)fit->newest_kvno);
    }
    if (ticket->opened_by && !ticket->opened_by_own) {
        about = apr_psprintf(pool, "%s; opened by %s", about, ngd_clean(pool, ticket->opened_by));
    }
    return about;
}

static void remark_on_ticket(const ngd_asked_t *asked, const ngd_inventory_t *inventory, apr_pool_t *pool,
                             apr_array_header_t *remarks)
{
    const fit_t fit = fit_of(inventory, asked);
    const ngd_remark_kind_t *kind = kind_of_ticket(&asked->ticket, &fit);
    const char *about = about_ticket(asked, &fit, pool);

    if (kind) {
        ngd_remarks_add(remarks, kind, about);
    }
    if (ngd_enctype_is_weak(asked->ticket.enctype)) {
        ngd_remarks_add(remarks, &weak, about);
    }
}

void ngd_ask_remarks(const apr_array_header_t *asked, const ngd_inventory_t *inventory, apr_pool_t *pool,
                     apr_array_header_t *remarks)
{
    for (int i = 0; i < asked->nelts; i++) {
        const ngd_asked_t *one = &APR_ARRAY_IDX(asked, i, ngd_asked_t);

        if (one->ticket.answer.outcome == NGD_KDC_FINE) {
            remark_on_ticket(one, inventory, pool, remarks);
        } else {
            remark_on_answer(one->spn, &one->ticket.answer, pool, remarks);
        }
    }
}
