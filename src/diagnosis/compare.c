#include "compare.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- principals ------------------------------------------------------------------- */

bool ngd_principal_with_realm(const ngd_principal_name_t *name, ngd_span_t realm, char *out, size_t size)
{
    ngd_principal_name_t as_component = { .part = { realm }, .parts = 1, .parts_total = 1 };
    size_t used;

    out[0] = '\0';
    if (name->parts == 0 || name->parts < name->parts_total || realm.len == 0) {
        return false;
    }
    ngd_principal_text(name, out, size);
    used = strlen(out);
    if (used + 2 >= size) {
        return false;
    }
    out[used++] = '@';
    /* Escaped in the same way as a component. */
    ngd_principal_text(&as_component, out + used, size - used);
    return strlen(out) + 1 < size;
}

/* The '@' before the realm: the first one that no backslash escapes. */
static const char *realm_at(const char *principal)
{
    for (const char *c = principal; *c != '\0'; c++) {
        if (*c == '\\' && c[1] != '\0') {
            c++;
        } else if (*c == '@') {
            return c;
        }
    }
    return principal + strlen(principal);
}

const char *ngd_principal_realm(const char *principal)
{
    const char *at = realm_at(principal);

    return *at == '@' ? at + 1 : at;
}

bool ngd_is_machine_account(const char *principal)
{
    size_t len = (size_t)(realm_at(principal) - principal);

    return (len > 0 && principal[len - 1] == '$') || strncasecmp(principal, "host/", 5) == 0;
}

bool ngd_same_but_case(const char *a, const char *b)
{
    return strcmp(a, b) != 0 && strcasecmp(a, b) == 0;
}

static bool same_in_other_realm(const char *a, const char *b)
{
    size_t len = (size_t)(realm_at(a) - a);

    return len == (size_t)(realm_at(b) - b) && strncasecmp(a, b, len) == 0 && strcmp(a + len, b + len) != 0;
}

/* As krb5 compares them, whole. */
static bool same_kvno(const ngd_keytab_entry_t *entry, const ngd_encrypted_t *sealed)
{
    return !sealed->has_kvno || entry->kvno == sealed->kvno;
}

static void count_kvno(ngd_comparison_t *comparison, uint32_t kvno)
{
    if (comparison->same_name == 0 || kvno < comparison->oldest_kvno) {
        comparison->oldest_kvno = kvno;
    }
    if (comparison->same_name == 0 || kvno > comparison->newest_kvno) {
        comparison->newest_kvno = kvno;
    }
}

static void count_same_name(const ngd_keytab_entry_t *entry, const ngd_encrypted_t *sealed, ngd_comparison_t *comparison)
{
    count_kvno(comparison, entry->kvno);
    comparison->same_name++;
    if (!same_kvno(entry, sealed)) {
        return;
    }
    comparison->same_kvno++;
    comparison->same_enctype += entry->enctype == sealed->enctype;
}

static void count_entry(const ngd_keytab_entry_t *entry, const ngd_encrypted_t *sealed, ngd_comparison_t *comparison)
{
    if (strcmp(entry->principal, comparison->principal) == 0) {
        count_same_name(entry, sealed, comparison);
        return;
    }
    if (ngd_same_but_case(entry->principal, comparison->principal)) {
        comparison->other_case++;
        comparison->other_case_same_kvno += same_kvno(entry, sealed);
        comparison->nearest = entry;
    } else if (same_in_other_realm(entry->principal, comparison->principal)) {
        comparison->other_realm++;
        comparison->nearest = comparison->nearest == NULL ? entry : comparison->nearest;
    }
}

void ngd_compare(const ngd_evidence_t *evidence, ngd_comparison_t *comparison)
{
    const ngd_ap_req_t *ap_req = &evidence->token.ap_req;

    memset(comparison, 0, sizeof *comparison);
    if (evidence->token.inner != NGD_INNER_AP_REQ
        || !ngd_principal_with_realm(&ap_req->sname, ap_req->realm, comparison->principal,
                                     sizeof comparison->principal)) {
        return;
    }
    comparison->complete = ap_req->ticket.present && ap_req->ticket_der.len > 0;
    for (size_t i = 0; i < evidence->keytab.entries_count; i++) {
        count_entry(&evidence->keytab.entries[i], &ap_req->ticket, comparison);
    }
}

/* ---- clocks ---------------------------------------------------------------------- */

enum { USECS_PER_SEC = 1000000 };

int64_t ngd_skew_secs(const ngd_clock_facts_t *clock)
{
    return (clock->client_usecs - clock->server_usecs) / USECS_PER_SEC;
}

/* ---- the connection --------------------------------------------------------------- */

/* A server always knows the address of whom it answers. */
bool ngd_is_captured(const ngd_evidence_t *evidence)
{
    return evidence->connection.client == NULL;
}

/* ---- hosts ------------------------------------------------------------------------ */

static bool is_ip_address(const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static unsigned port_number(const char *digits)
{
    char *end;
    unsigned long port = strtoul(digits, &end, 10);

    return isdigit((unsigned char)digits[0]) && *end == '\0' && port <= 65535 ? (unsigned)port : 0;
}

/* Where the name ends and ":port" begins, or the end of the text.  Some clients leave the brackets of IPv6 out. */
static const char *end_of_name(const char *text)
{
    const char *bracket = text[0] == '[' ? strchr(text, ']') : NULL;

    if (bracket != NULL) {
        return bracket;
    }
    return text + (is_ip_address(text) ? strlen(text) : strcspn(text, ":"));
}

static void copy_name(const char *text, size_t len, char *out, size_t size)
{
    if (len >= size) {
        len = size - 1;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = (char)tolower((unsigned char)text[i]);
    }
    out[len] = '\0';
    if (len > 1 && out[len - 1] == '.') {
        out[len - 1] = '\0';
    }
}

void ngd_host_parse(const char *text, ngd_host_t *host)
{
    const char *begin, *end, *colon;

    memset(host, 0, sizeof *host);
    if (text == NULL) {
        return;
    }
    end = end_of_name(text);
    begin = text[0] == '[' ? text + 1 : text;
    if (end > begin) {
        copy_name(begin, (size_t)(end - begin), host->name, sizeof host->name);
    }
    colon = strchr(end, ':');
    host->port = colon != NULL ? port_number(colon + 1) : 0;
    host->is_address = is_ip_address(host->name);
    host->is_local = strcmp(host->name, "localhost") == 0 || ends_in(host->name, ".localhost");
    host->has_dot = !host->is_address && strchr(host->name, '.') != NULL;
}

bool ngd_is_usual_port(const ngd_host_t *host, const ngd_evidence_t *evidence)
{
    bool tls = evidence->connection.tls || (ngd_is_captured(evidence) && host->port == 443);

    return host->port == 0 || host->port == (tls ? 443u : 80u);
}

bool ngd_keytab_has_host(const ngd_keytab_facts_t *keytab, const char *host)
{
    static const char service[] = "HTTP/";
    size_t service_len = sizeof service - 1, len = strlen(host);

    for (size_t i = 0; i < keytab->entries_count; i++) {
        const char *principal = keytab->entries[i].principal;
        const char *at = realm_at(principal);

        if (strncmp(principal, service, service_len) == 0 && (size_t)(at - principal) == service_len + len
            && strncasecmp(principal + service_len, host, len) == 0) {
            return true;
        }
    }
    return false;
}
