/* The ticket's claims against the keytab's index, and the Host header taken apart. */
#include <stdlib.h>

#include "check.h"
#include "compare.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define EIGHT_A "aaaaaaaa"
#define SIXTY_FOUR_A EIGHT_A EIGHT_A EIGHT_A EIGHT_A EIGHT_A EIGHT_A EIGHT_A EIGHT_A
#define TWO_HUNDRED_A SIXTY_FOUR_A SIXTY_FOUR_A SIXTY_FOUR_A EIGHT_A

/* ---- principals ------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    ngd_principal_name_t principal;
    ngd_span_t realm;
    const char *text;           /* NULL: it is not whole */
} principal_case_t;

static const principal_case_t principals[] = {
    { "two components and a realm", { .part = { SPAN("HTTP"), SPAN("web.example.test") }, .parts = 2, .parts_total = 2 },
      SPAN("EXAMPLE.TEST"), "HTTP/web.example.test@EXAMPLE.TEST" },
    { "one component", { .part = { SPAN("WEB$") }, .parts = 1, .parts_total = 1 }, SPAN("R"), "WEB$@R" },
    { "a slash in a component is escaped", { .part = { SPAN("HTTP/web") }, .parts = 1, .parts_total = 1 }, SPAN("R"),
      "HTTP\\/web@R" },
    { "so is an @", { .part = { SPAN("HTTP"), SPAN("web@x") }, .parts = 2, .parts_total = 2 }, SPAN("R"),
      "HTTP/web\\@x@R" },
    { "and a backslash", { .part = { SPAN("a\\") }, .parts = 1, .parts_total = 1 }, SPAN("R"), "a\\\\@R" },
    { "the realm's characters are escaped, too", { .part = { SPAN("a") }, .parts = 1, .parts_total = 1 }, SPAN("R@S/T"),
      "a@R\\@S\\/T" },
    { "an empty component stays one", { .part = { SPAN("a"), SPAN("") }, .parts = 2, .parts_total = 2 }, SPAN("R"),
      "a/@R" },
    { "without a realm it is not whole", { .part = { SPAN("a") }, .parts = 1, .parts_total = 1 }, SPAN(""), NULL },
    { "nor without components", { .parts = 0 }, SPAN("R"), NULL },
    { "nor with more components than were kept",
      { .part = { SPAN("1"), SPAN("2"), SPAN("3"), SPAN("4"), SPAN("5"), SPAN("6"), SPAN("7"), SPAN("8") }, .parts = 8,
        .parts_total = 10 }, SPAN("R"), NULL },
    { "a name that does not fit is not whole",
      { .part = { SPAN(TWO_HUNDRED_A TWO_HUNDRED_A TWO_HUNDRED_A) }, .parts = 1, .parts_total = 1 }, SPAN("R"), NULL },
    { "nor is one whose realm does not fit", { .part = { SPAN("a") }, .parts = 1, .parts_total = 1 },
      SPAN(TWO_HUNDRED_A TWO_HUNDRED_A TWO_HUNDRED_A), NULL },
};

static void check_principals(void)
{
    for (size_t i = 0; i < COUNT(principals); i++) {
        const principal_case_t *c = &principals[i];
        char text[NGD_PRINCIPAL_TEXT_SIZE];
        bool whole = ngd_principal_with_realm(&c->principal, c->realm, text, sizeof text);

        check_text(whole ? text : NULL, c->text, "principals: %s", c->name);
    }
}

/* The shortest buffers, too: nothing is written behind them. */
static void check_sizes(void)
{
    ngd_principal_name_t name = { .part = { SPAN("ab") }, .parts = 1, .parts_total = 1 };
    ngd_span_t realm = SPAN("RS");
    char *text;

    for (size_t size = 1; size <= 7; size++) {
        text = malloc(size);
        bool whole = ngd_principal_with_realm(&name, realm, text, size);
        check(whole == (size == 7) && strlen(text) < size, "ab@RS is %s in %zu bytes", size == 7 ? "whole" : "not whole",
              size);
        free(text);
    }
}

/* ---- the index -------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const ngd_keytab_entry_t entries[4];
    size_t count;
    bool no_kvno;
    ngd_comparison_t want;
    int nearest;                /* an entry's index, or -1 */
} index_case_t;

/* The ticket is for HTTP/web@R, key version 3, type 18. */
static const index_case_t indexes[] = {
    { "an empty keytab has nothing", .want = { .complete = true }, .nearest = -1 },
    { "an entry may be the same in everything", { { "HTTP/web@R", 3, 18, 0 } }, 1,
      .want = { .complete = true, .same_name = 1, .same_kvno = 1, .same_enctype = 1, .oldest_kvno = 3, .newest_kvno = 3 },
      .nearest = -1 },
    { "the version counts before the type", { { "HTTP/web@R", 2, 18, 0 }, { "HTTP/web@R", 3, 17, 0 } }, 2,
      .want = { .complete = true, .same_name = 2, .same_kvno = 1, .oldest_kvno = 2, .newest_kvno = 3 }, .nearest = -1 },
    { "the oldest and the newest version are those of the name, in any order",
      { { "HTTP/web@R", 7, 18, 0 }, { "HTTP/other@R", 9, 18, 0 }, { "HTTP/web@R", 5, 18, 0 }, { "HTTP/web@R", 6, 18, 0 } },
      4, .want = { .complete = true, .same_name = 3, .oldest_kvno = 5, .newest_kvno = 7 }, .nearest = -1 },
    { "a version of 0 is the oldest", { { "HTTP/web@R", 0, 18, 0 }, { "HTTP/web@R", 4, 18, 0 } }, 2,
      .want = { .complete = true, .same_name = 2, .oldest_kvno = 0, .newest_kvno = 4 }, .nearest = -1 },
    { "a ticket without a version has every one", { { "HTTP/web@R", 1, 18, 0 }, { "HTTP/web@R", 9, 23, 0 } }, 2,
      .no_kvno = true,
      .want = { .complete = true, .same_name = 2, .same_kvno = 2, .same_enctype = 1, .oldest_kvno = 1, .newest_kvno = 9 },
      .nearest = -1 },
    { "upper and lower case make another name", { { "http/WEB@r", 3, 18, 0 } }, 1,
      .want = { .complete = true, .other_case = 1 }, .nearest = 0 },
    { "another realm makes another name", { { "HTTP/web@S", 3, 18, 0 } }, 1,
      .want = { .complete = true, .other_realm = 1 }, .nearest = 0 },
    { "another realm and another case is of the other realm", { { "HTTP/WEB@S", 3, 18, 0 } }, 1,
      .want = { .complete = true, .other_realm = 1 }, .nearest = 0 },
    { "another service is nothing like it", { { "host/web@R", 3, 18, 0 } }, 1, .want = { .complete = true },
      .nearest = -1 },
    { "a longer host is nothing like it", { { "HTTP/web1@S", 3, 18, 0 }, { "HTTP/we@S", 3, 18, 0 } }, 2,
      .want = { .complete = true }, .nearest = -1 },
    { "an escaped @ does not begin the realm", { { "HTTP/web\\@S@R", 3, 18, 0 } }, 1, .want = { .complete = true },
      .nearest = -1 },
    { "another case is nearer than another realm, in either order",
      { { "HTTP/web@S", 3, 18, 0 }, { "HTTP/Web@R", 3, 18, 0 }, { "HTTP/web@T", 3, 18, 0 } }, 3,
      .want = { .complete = true, .other_case = 1, .other_realm = 2 }, .nearest = 1 },
};

static ngd_evidence_t evidence_of(const index_case_t *c)
{
    return (ngd_evidence_t){
        .token.inner = NGD_INNER_AP_REQ,
        .token.ap_req.realm = SPAN("R"),
        .token.ap_req.sname = { .part = { SPAN("HTTP"), SPAN("web") }, .parts = 2, .parts_total = 2 },
        .token.ap_req.ticket = { .present = true, .has_kvno = !c->no_kvno, .kvno = c->no_kvno ? 0 : 3, .enctype = 18 },
        .token.ap_req.ticket_der = SPAN("ticket"),
        .keytab = { .entries = c->entries, .entries_count = c->count },
    };
}

static void check_index(const index_case_t *c)
{
    ngd_evidence_t evidence = evidence_of(c);
    ngd_comparison_t got;

    ngd_compare(&evidence, &got);
    check(got.complete == c->want.complete && got.same_name == c->want.same_name && got.same_kvno == c->want.same_kvno
          && got.same_enctype == c->want.same_enctype, "index: %s: the same", c->name);
    check(got.oldest_kvno == c->want.oldest_kvno && got.newest_kvno == c->want.newest_kvno,
          "index: %s: its versions", c->name);
    check(got.other_case == c->want.other_case && got.other_realm == c->want.other_realm, "index: %s: the like", c->name);
    check(got.nearest == (c->nearest < 0 ? NULL : &c->entries[c->nearest]), "index: %s: the nearest", c->name);
}

static void check_indexes(void)
{
    for (size_t i = 0; i < COUNT(indexes); i++) {
        check_index(&indexes[i]);
    }
}

static void check_incomplete(void)
{
    ngd_evidence_t evidence = evidence_of(&indexes[1]);
    ngd_comparison_t got;

    evidence.token.ap_req.ticket_der.len = 0;
    ngd_compare(&evidence, &got);
    check(!got.complete && got.same_name == 1, "a ticket that was cut off is compared, and not complete");
    evidence.token.ap_req.ticket_der.len = 1;
    evidence.token.ap_req.ticket.present = false;
    ngd_compare(&evidence, &got);
    check(!got.complete, "nor is one without its sealed part");
    evidence.token.ap_req.realm.len = 0;
    ngd_compare(&evidence, &got);
    check(!got.complete && got.principal[0] == '\0' && got.same_name == 0, "without a realm nothing is compared");
    evidence = evidence_of(&indexes[1]);
    evidence.token.inner = NGD_INNER_AP_REP;
    ngd_compare(&evidence, &got);
    check(!got.complete && got.same_name == 0, "what is no AP-REQ has no claims");
}

static void check_case(void)
{
    check(ngd_same_but_case("HTTP/Web@R", "http/web@r"), "two names may differ in case only");
    check(!ngd_same_but_case("HTTP/web@R", "HTTP/web@R"), "equal ones do not");
    check(!ngd_same_but_case("HTTP/web@R", "HTTP/web2@R"), "nor do different ones");
}

/* ---- hosts ------------------------------------------------------------------------------- */

typedef struct {
    const char *text;
    ngd_host_t want;
} host_case_t;

static const host_case_t hosts[] = {
    { NULL, { .port = 0 } },
    { "", { .port = 0 } },
    { "web", { .name = "web" } },
    { "web.example.test", { .name = "web.example.test", .has_dot = true } },
    { "WEB.Example.TEST", { .name = "web.example.test", .has_dot = true } },
    { "web.example.test.", { .name = "web.example.test", .has_dot = true } },
    { "web.", { .name = "web" } },
    { "web.:8080", { .name = "web", .port = 8080 } },
    { ".", { .name = ".", .has_dot = true } },
    { "web:80", { .name = "web", .port = 80 } },
    { "web:0", { .name = "web" } },
    { "web:65535", { .name = "web", .port = 65535 } },
    { "web:65536", { .name = "web" } },
    { "web:99999999999999999999", { .name = "web" } },
    { "web:-1", { .name = "web" } },
    { "web:+80", { .name = "web" } },
    { "web: 80", { .name = "web" } },
    { "web:80x", { .name = "web" } },
    { "web:", { .name = "web" } },
    { ":80", { .port = 80 } },
    { "192.0.2.1", { .name = "192.0.2.1", .is_address = true } },
    { "192.0.2.1:8080", { .name = "192.0.2.1", .port = 8080, .is_address = true } },
    { "192.0.2.256", { .name = "192.0.2.256", .has_dot = true } },
    { "[2001:DB8::1]", { .name = "2001:db8::1", .is_address = true } },
    { "[2001:db8::1]:8443", { .name = "2001:db8::1", .port = 8443, .is_address = true } },
    { "[::1", { .name = "", .port = 0 } },
    { "2001:db8::1", { .name = "2001:db8::1", .is_address = true } },
    { "::1", { .name = "::1", .is_address = true } },
    { "localhost", { .name = "localhost", .is_local = true } },
    { "LOCALHOST:8080", { .name = "localhost", .port = 8080, .is_local = true } },
    { "web.localhost", { .name = "web.localhost", .is_local = true, .has_dot = true } },
    { "mylocalhost", { .name = "mylocalhost" } },
    { "localhost.example.test", { .name = "localhost.example.test", .has_dot = true } },
};

static void check_host(const host_case_t *c)
{
    const char *shown = c->text != NULL ? c->text : "(no header)";
    ngd_host_t host;

    ngd_host_parse(c->text, &host);
    check_text(host.name, c->want.name, "host %s: its name", shown);
    check(host.port == c->want.port, "host %s: its port is %u (%u)", shown, c->want.port, host.port);
    check(host.is_address == c->want.is_address && host.is_local == c->want.is_local && host.has_dot == c->want.has_dot,
          "host %s: its kind", shown);
}

static void check_hosts(void)
{
    ngd_host_t host;

    for (size_t i = 0; i < COUNT(hosts); i++) {
        check_host(&hosts[i]);
    }
    ngd_host_parse(TWO_HUNDRED_A TWO_HUNDRED_A ":80", &host);
    check(strlen(host.name) == sizeof host.name - 1 && host.port == 80, "a host beyond the limit is cut, not its port");
}

/* ---- keys of hosts ----------------------------------------------------------------------- */

static void check_keys(void)
{
    static const ngd_keytab_entry_t entries[] = {
        { "host/machine.example.test@R", 1, 18, 0 },
        { "HTTP/Web.Example.Test@R", 1, 18, 0 },
        { "http/small.example.test@R", 1, 18, 0 },
        { "HTTP/web2@example.test@R", 1, 18, 0 },
    };
    ngd_keytab_facts_t keytab = { .entries = entries, .entries_count = COUNT(entries) };
    ngd_keytab_facts_t none = { .entries = NULL };

    check(ngd_keytab_has_host(&keytab, "web.example.test"), "a host's key is found, in whatever case");
    check(!ngd_keytab_has_host(&keytab, "machine.example.test"), "the machine's own key is none of HTTP");
    check(!ngd_keytab_has_host(&keytab, "small.example.test"), "MIT tells HTTP from http");
    check(!ngd_keytab_has_host(&keytab, "web.example"), "the beginning of a host is another host");
    check(!ngd_keytab_has_host(&keytab, "web.example.test@R"), "a host has no realm");
    check(!ngd_keytab_has_host(&keytab, ""), "no host has no key");
    check(!ngd_keytab_has_host(&none, "web.example.test"), "no keytab has no key");
}

int main(void)
{
    check_principals();
    check_sizes();
    check_indexes();
    check_incomplete();
    check_case();
    check_hosts();
    check_keys();
    return check_done();
}
