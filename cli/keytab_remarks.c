#include "keytab_remarks.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

/* ---- the file ---------------------------------------------------------------------- */

static const ngd_remark_kind_t missing = {
    .slug = "keytab-missing", .severity = NGD_SEVERITY_PROBLEM, .says = "There is no such file.",
    .mend = "Write the keytab to this path, or name the right one in NegotiateKeytab.",
};
static const ngd_remark_kind_t unreadable = {
    .slug = "keytab-unreadable", .severity = NGD_SEVERITY_PROBLEM, .says = "The file cannot be read by you.",
    .mend = "Run this command as root, or as the user that the web server runs as.",
};
static const ngd_remark_kind_t empty = {
    .slug = "keytab-empty", .severity = NGD_SEVERITY_PROBLEM, .says = "The file holds no key.",
    .mend = "Write the keytab anew: its writer failed, or all entries were removed.",
};
static const ngd_remark_kind_t torn = {
    .slug = "keytab-torn", .severity = NGD_SEVERITY_PROBLEM,
    .says = "The file ends inside an entry: it was cut off on its way here, or is being written right now.",
    .mend = "Copy it again, in binary mode, under another name, and move it into place.",
};
static const ngd_remark_kind_t corrupt = {
    .slug = "keytab-corrupt", .severity = NGD_SEVERITY_PROBLEM,
    .says = "This is no keytab, or holds an entry that Kerberos does not understand.",
    .mend = "Write the keytab anew with ktpass or ktadd, and copy it in binary mode.",
};
static const ngd_remark_kind_t unloadable = {
    .slug = "krb5-conf-broken", .severity = NGD_SEVERITY_PROBLEM,
    .says = "The file is whole, but Kerberos cannot load it; its own configuration may be broken.",
    .mend = "Mend the krb5.conf that the words above complain about.",
};

static const ngd_remark_kind_t *kind_of_state(const ngd_keytab_file_t *file)
{
    switch (file->state) {
    case NGD_KEYTAB_MISSING:
        return &missing;
    case NGD_KEYTAB_UNREADABLE:
        return &unreadable;
    case NGD_KEYTAB_EMPTY:
        return &empty;
    case NGD_KEYTAB_CORRUPT:
        return file->torn ? &torn : &corrupt;
    case NGD_KEYTAB_UNLOADABLE:
        return &unloadable;
    case NGD_KEYTAB_GOOD:
    case NGD_KEYTAB_UNREAD:
        break;
    }
    return NULL;
}

static void remark_on_file(const char *path, const ngd_inventory_t *inventory, apr_pool_t *pool,
                           apr_array_header_t *remarks)
{
    const ngd_remark_kind_t *kind = kind_of_state(&inventory->file);
    const char *about = ngd_clean(pool, path);

    if (inventory->file.os_error) {
        about = apr_pstrcat(pool, about, ": ", strerror(inventory->file.os_error), NULL);
    } else if (inventory->why[0]) {
        about = apr_pstrcat(pool, about, ": ", ngd_clean(pool, inventory->why), NULL);
    }
    ngd_remarks_add(remarks, kind, about);
}

/* ---- the entries: one predicate for each kind of remark ------------------------------- */

typedef bool entry_predicate_t(const ngd_inventory_entry_t *entry);

bool ngd_enctype_is_weak(int enctype)
{
    enum { DES_LAST = 8, DES3 = 16, RC4 = 23, RC4_EXPORT = 24 };

    return (enctype >= 1 && enctype <= DES_LAST) || enctype == DES3 || enctype == RC4 || enctype == RC4_EXPORT;
}

static bool has_weak_key(const ngd_inventory_entry_t *entry)
{
    return ngd_enctype_is_weak(entry->entry.enctype);
}

/* Kerberos compares letter by letter; browsers ask for HTTP. */
static bool has_http_in_other_case(const ngd_inventory_entry_t *entry)
{
    return entry->service && !ngd_inventory_is_http(entry) && strcasecmp(entry->service, "HTTP") == 0;
}

static bool is_http_without_dot(const ngd_inventory_entry_t *entry)
{
    return ngd_inventory_is_http(entry) && !strchr(entry->host, '.') && strcmp(entry->host, "localhost") != 0;
}

static bool is_other_service(const ngd_inventory_entry_t *entry)
{
    return entry->service && strcasecmp(entry->service, "HTTP") != 0;
}

static bool is_machine_account(const ngd_inventory_entry_t *entry)
{
    return entry->machine_account;
}

static bool has_other_key(const ngd_inventory_entry_t *entry)
{
    return entry->other_key;
}

static bool is_mere_repetition(const ngd_inventory_entry_t *entry)
{
    return entry->repeated && !entry->other_key;
}

bool ngd_keytab_is_the_sites_own(const ngd_inventory_t *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        if (is_other_service(&inventory->entries[i]) || is_machine_account(&inventory->entries[i])) {
            return false;
        }
    }
    return inventory->file.state == NGD_KEYTAB_GOOD;
}

static const struct {
    entry_predicate_t *holds;
    bool one_by_one;            /* each entry matters, not only its principal */
    ngd_remark_kind_t kind;
} entry_rules[] = {
    { has_other_key, true,
      { "conflicting-keys", NGD_SEVERITY_PROBLEM,
        "The same principal, key version and encryption type stand there twice with different keys; which one "
        "opens a ticket is chance.",
        "Write the keytab anew. Two exports that each set a new password leave such a file." } },
    { has_http_in_other_case, false,
      { "spn-case-mismatch", NGD_SEVERITY_PROBLEM,
        "HTTP is not in capital letters. Kerberos tells the cases apart, and clients ask for HTTP.",
        "Write the keytab anew with HTTP in capitals in the principal's name." } },
    { has_weak_key, true,
      { "weak-enctype", NGD_SEVERITY_WARNING,
        "The encryption types RC4, DES and 3DES are broken, and directories stop issuing tickets with them.",
        "Give the account AES keys (Active Directory: msDS-SupportedEncryptionTypes 24, then a new password; MIT: "
        "a new key), and write the keytab anew with these alone." } },
    { is_other_service, false,
      { "other-services", NGD_SEVERITY_WARNING,
        "The keytab holds keys of other services, which the web server does not need and everybody who takes "
        "the web server over gets.",
        "Give HTTP a keytab of its own that holds nothing else." } },
    { is_machine_account, false,
      { "machine-account", NGD_SEVERITY_NOTE,
        "The keytab holds the key of a computer account. Whoever reads it is the computer to the whole domain.",
        "Give the site a service account of its own, and a keytab with its key alone." } },
    { is_http_without_dot, false,
      { "short-host-name", NGD_SEVERITY_NOTE,
        "A host name without a domain. It serves people who type the short name, if the directory knows that SPN "
        "too; everybody else needs the full name.",
        NULL } },
    { is_mere_repetition, true,
      { "repeated-entry", NGD_SEVERITY_NOTE, "The very same entry stands there more than once. Harmless.", NULL } },
};

static const char *entry_text(const ngd_inventory_entry_t *entry, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s (kvno %u, %s)", entry->entry.principal, (unsigned)entry->entry.kvno,
                        ngd_enctype_text(pool, entry->entry.enctype));
}

static bool new_principal(const ngd_inventory_t *inventory, size_t i)
{
    return i == 0 || !ngd_inventory_same_principal(&inventory->entries[i - 1], &inventory->entries[i]);
}

/* Entries are sorted by principal, so that one that was named already is the last one named. */
static const char *entries_that(const ngd_inventory_t *inventory, entry_predicate_t *holds, bool one_by_one,
                                apr_pool_t *pool)
{
    ngd_names_t names = { .text = NULL };
    const ngd_inventory_entry_t *last = NULL;

    for (size_t i = 0; i < inventory->count; i++) {
        const ngd_inventory_entry_t *entry = &inventory->entries[i];

        if (!holds(entry)) {
            continue;
        }
        if (one_by_one) {
            ngd_names_add(&names, pool, entry_text(entry, pool));
        } else if (!last || !ngd_inventory_same_principal(last, entry)) {
            ngd_names_add(&names, pool, entry->entry.principal);
        }
        last = entry;
    }
    return ngd_names_text(&names, pool);
}

static void remark_on_entries(const ngd_inventory_t *inventory, apr_pool_t *pool, apr_array_header_t *remarks)
{
    for (size_t i = 0; i < sizeof entry_rules / sizeof entry_rules[0]; i++) {
        const char *about = entries_that(inventory, entry_rules[i].holds, entry_rules[i].one_by_one, pool);

        if (about) {
            ngd_remarks_add(remarks, &entry_rules[i].kind, about);
        }
    }
}

/* ---- the keytab as a whole --------------------------------------------------------------- */

const ngd_remark_kind_t ngd_remark_no_http = {
    .slug = "no-http-entry", .severity = NGD_SEVERITY_PROBLEM,
    .says = "No entry is for the HTTP service: with NegotiateAcceptorName HTTP, the default, nobody can sign on.",
    .mend = "Add the key of HTTP/ and the host's full name.",
};
static const ngd_remark_kind_t mixed_realms = {
    .slug = "mixed-realms", .severity = NGD_SEVERITY_WARNING,
    .says = "The entries are of several realms. That is right only where the site has an account in each.",
    .mend = "If it has not, leave the others out.",
};
static const ngd_remark_kind_t several_kvnos = {
    .slug = "several-kvnos", .severity = NGD_SEVERITY_NOTE,
    .says = "A principal has keys of several versions: what a rotation leaves, and right as long as a ticket for the "
            "old key may live.",
    .mend = NULL,
};

static void remark_on_http(const ngd_inventory_t *inventory, apr_array_header_t *remarks)
{
    for (size_t i = 0; i < inventory->count; i++) {
        if (ngd_inventory_is_http(&inventory->entries[i])) {
            return;
        }
    }
    ngd_remarks_add(remarks, &ngd_remark_no_http, NULL);
}

/* Names the realms that differ from the one before; sorted by principal, a realm can come again. */
static void remark_on_realms(const ngd_inventory_t *inventory, apr_pool_t *pool, apr_array_header_t *remarks)
{
    apr_table_t *seen = apr_table_make(pool, 4);
    ngd_names_t names = { .text = NULL };

    for (size_t i = 0; i < inventory->count; i++) {
        const char *realm = inventory->entries[i].realm;

        /* Tables compare without regard to case; realms that differ in nothing else are seldom meant. */
        if (!apr_table_get(seen, realm) || strcmp(apr_table_get(seen, realm), realm) != 0) {
            apr_table_setn(seen, realm, realm);
            ngd_names_add(&names, pool, realm);
        }
    }
    if (names.count > 1) {
        ngd_remarks_add(remarks, &mixed_realms, ngd_names_text(&names, pool));
    }
}

static void remark_on_kvnos(const ngd_inventory_t *inventory, apr_pool_t *pool, apr_array_header_t *remarks)
{
    ngd_names_t names = { .text = NULL };
    bool named = false;

    for (size_t i = 1; i < inventory->count; i++) {
        const ngd_keytab_entry_t *before = &inventory->entries[i - 1].entry, *entry = &inventory->entries[i].entry;

        named = named && !new_principal(inventory, i);
        if (!named && !new_principal(inventory, i) && before->kvno != entry->kvno) {
            ngd_names_add(&names, pool, entry->principal);
            named = true;
        }
    }
    if (names.count > 0) {
        ngd_remarks_add(remarks, &several_kvnos, ngd_names_text(&names, pool));
    }
}

void ngd_keytab_remarks(const char *path, const ngd_inventory_t *inventory, apr_pool_t *pool,
                        apr_array_header_t *remarks)
{
    if (inventory->file.state != NGD_KEYTAB_GOOD) {
        remark_on_file(path, inventory, pool, remarks);
        return;
    }
    remark_on_http(inventory, remarks);
    remark_on_entries(inventory, pool, remarks);
    remark_on_realms(inventory, pool, remarks);
    remark_on_kvnos(inventory, pool, remarks);
}
