/*
 * The checklist: each step says what the evidence shows, and no more.
 */
#include "checks.h"

#include "check.h"
#include "checks_help.h"
#include "expand.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }

#define WEBKIT "AppleWebKit/537.36 (KHTML, like Gecko) "
#define WINDOWS "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " WEBKIT "Chrome/142.0 Safari/537.36"
#define EDGE WINDOWS " Edg/142.0"
#define FIREFOX "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
#define SAFARI "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) " WEBKIT "Version/18.1 Safari/605.1.15"

#define NOW_SECS INT64_C(1795442527)
#define FORWARDABLE 0x40000000u
#define OK_AS_DELEGATE 0x00040000u

/* ---- evidence ------------------------------------------------------------ */

static const ngd_keytab_entry_t entries[] = {
    { "HTTP/web.example.test@EXAMPLE.TEST", 3, 18, 1760000000 },
    { "WEB$@EXAMPLE.TEST", 2, 18, 1750000000 },
    { "host/web.example.test@EXAMPLE.TEST", 2, 18, 1750000000 },
};

#define KERBEROS_TOKEN(service, host, realm_name) { \
        .bytes = 2348, .kind = NGD_TOKEN_SPNEGO_INIT, \
        .mechanisms = { { NGD_MECH_KRB5, SPAN("k") } }, .mechanisms_count = 1, .mechanisms_total = 1, \
        .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, \
        .ap_req = { \
            .realm = SPAN(realm_name), \
            .sname = { .type = 2, .part = { SPAN(service), SPAN(host) }, .parts = 2, .parts_total = 2 }, \
            .ticket = { .present = true, .has_kvno = true, .enctype = 18, .kvno = 3 }, \
            .authenticator = { .present = true, .enctype = 18 }, \
            .ticket_der = SPAN("der"), \
        } }

static const ngd_token_t kerberos = KERBEROS_TOKEN("HTTP", "web.example.test", "EXAMPLE.TEST");

static const ngd_token_t ntlm = {
    .bytes = 40, .kind = NGD_TOKEN_NTLM, .inner = NGD_INNER_NTLM, .inner_mech = NGD_MECH_NTLMSSP, .ntlm = { .type = 1 },
};

static const ngd_header_t negotiate = { NGD_SCHEME_NEGOTIATE, SPAN("Negotiate"), SPAN("YIIabc"), 3144 };

static ngd_evidence_t no_token(void)
{
    return (ngd_evidence_t){
        .attempt = { "K7QF-3M2X", NOW_SECS * 1000000, NGD_OUTCOME_ANONYMOUS, 0 },
        .clock = { .server_usecs = NOW_SECS * 1000000 },
        .decision = { .refusal = NGD_REFUSAL_MESSAGE },
        .keytab = { .path = "/etc/httpd/web.keytab", .state = NGD_KEYTAB_GOOD, .entries = entries,
                    .entries_count = COUNT(entries), .admitted_count = 1 },
        .server = { .acceptor = "HTTP" },
        .connection = { .tls = true, .header_limit_bytes = 8190, .host = "web.example.test", .user_agent = WINDOWS,
                        .client = "192.0.2.17:50122" },
    };
}

static ngd_evidence_t sent(ngd_token_t token, ngd_refusal_t refusal)
{
    ngd_evidence_t evidence = no_token();

    evidence.attempt.outcome = refusal == NGD_REFUSAL_NONE ? NGD_OUTCOME_ACCEPTED : NGD_OUTCOME_REFUSED;
    evidence.attempt.leg = 1;
    evidence.header = negotiate;
    evidence.token = token;
    evidence.decision.refusal = refusal;
    return evidence;
}

static void open_with(ngd_evidence_t *evidence, const ngd_keytab_entry_t *entry)
{
    evidence->ticket = (ngd_ticket_facts_t){
        .opened = true, .client = "alice@EXAMPLE.TEST", .server = entry->principal, .flags = FORWARDABLE,
        .auth_time_secs = NOW_SECS - 1500, .end_time_secs = NOW_SECS + 35900, .session_enctype = 18,
        .authenticator_opened = true, .authenticator_client = "alice@EXAMPLE.TEST",
    };
    evidence->keytab.matched = entry;
    evidence->keytab.matched_admitted = entry == &entries[0];
    evidence->keytab.claimed_admitted = true;
}

static ngd_evidence_t healthy(void)
{
    ngd_evidence_t evidence = sent(kerberos, NGD_REFUSAL_NONE);

    open_with(&evidence, &entries[0]);
    evidence.authentication = (ngd_authentication_facts_t){
        .method = "Negotiate", .protocol = "Kerberos", .user = "alice@EXAMPLE.TEST", .source = NGD_SOURCE_REQUEST,
    };
    return evidence;
}

static ngd_evidence_t wrong_key(void)
{
    return sent(kerberos, NGD_REFUSAL_GSS);
}

static ngd_evidence_t other_account(void)
{
    ngd_evidence_t evidence = sent(kerberos, NGD_REFUSAL_GSS);

    open_with(&evidence, &entries[1]);
    return evidence;
}

/* A whoami page at an address that asks for nothing. */
static ngd_evidence_t unasked(void)
{
    ngd_evidence_t evidence = no_token();

    evidence.decision.refusal = NGD_REFUSAL_NONE;
    memset(&evidence.keytab, 0, sizeof evidence.keytab);
    evidence.server.acceptor = NULL;
    return evidence;
}

/* ---- what comes of it ---------------------------------------------------- */

static ngd_diagnosis_t diagnosis;
static ngd_check_t checks[NGD_CHECKS];

static void walk(const ngd_evidence_t *evidence)
{
    ngd_diagnose(evidence, &diagnosis);
    ngd_checks(evidence, &diagnosis, checks);
}

static const ngd_check_t *step_of(ngd_evidence_t evidence, ngd_step_t step)
{
    walk(&evidence);
    return &checks[step - 1];
}

static bool says(ngd_evidence_t evidence, ngd_step_t step, ngd_check_verdict_t verdict)
{
    const ngd_check_t *given = step_of(evidence, step);

    if (given->verdict != verdict) {
        printf("# %s is %s: %s\n", ngd_step_name(step), ngd_check_verdict_name(given->verdict), given->detail);
    }
    return given->verdict == verdict;
}

static size_t problems(ngd_evidence_t evidence)
{
    size_t count = 0;

    walk(&evidence);
    for (size_t i = 0; i < NGD_CHECKS; i++) {
        if (checks[i].verdict == NGD_VERDICT_PROBLEM) {
            printf("# problem: %s, %s\n", ngd_step_name(checks[i].step), checks[i].detail);
            count++;
        }
    }
    return count;
}

static bool mentions(const char *text, const char *words)
{
    return text != NULL && strstr(text, words) != NULL;
}

static bool tells(ngd_evidence_t evidence, ngd_step_t step, const char *words)
{
    return mentions(step_of(evidence, step)->detail, words);
}

/* ---- texts --------------------------------------------------------------- */

static bool has_known_placeholders(const char *text)
{
    for (const char *c = strchr(text, '{'); c != NULL; c = strchr(c + 1, '{')) {
        size_t len = strcspn(c + 1, "}");
        if (c[1 + len] != '}' || !ngd_placeholder_exists(c + 1, len)) {
            return false;
        }
    }
    return true;
}

static bool has_paired_backticks(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += *text == '`';
    }
    return count % 2 == 0;
}

static bool is_good_text(const char *text)
{
    char expanded[NGD_EXPANDED_SIZE];
    bool good = text[0] != '\0' && has_known_placeholders(text) && has_paired_backticks(text)
                && strlen(ngd_expand(text, NULL, NGD_EXPAND_TEXT, expanded, sizeof expanded)) + 1 < sizeof expanded;

    if (!good) {
        printf("# bad text: %s\n", text);
    }
    return good;
}

static bool is_good_or_null(const char *text)
{
    return text == NULL || is_good_text(text);
}

static bool has_all_systems(const ngd_check_help_t *help)
{
    return help->windows != NULL && help->linux != NULL && help->macos != NULL;
}

static bool has_none(const ngd_check_help_t *help)
{
    return help->browser == NULL && help->windows == NULL && help->linux == NULL && help->macos == NULL;
}

static bool has_good_texts(const ngd_check_t *one)
{
    return is_good_text(one->detail) && is_good_or_null(one->help.browser) && is_good_or_null(one->help.windows)
           && is_good_or_null(one->help.linux) && is_good_or_null(one->help.macos);
}

/* ---- what holds for every request ---------------------------------------- */

static const char *const agents[] = { NULL, WINDOWS, EDGE, FIREFOX, SAFARI, "curl/8.11.0", "Wget/1.25" };
static const char *const hosts[] = { NULL, "", "web.example.test", "web.example.test:8443", "intranet", "192.0.2.1",
                                     "[2001:db8::1]:80", "localhost" };

static const ngd_token_t tokens[] = {
    { .kind = NGD_TOKEN_EMPTY },
    KERBEROS_TOKEN("HTTP", "web.example.test", "EXAMPLE.TEST"),
    KERBEROS_TOKEN("HTTP", "web.example.test:8443", "EXAMPLE.TEST"),
    KERBEROS_TOKEN("HTTP", "other.example.test", "OTHER.TEST"),
    KERBEROS_TOKEN("host", "web.example.test", "EXAMPLE.TEST"),
    { .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .stop = { NGD_STOP_TRUNCATED, 40, "Ticket.sname" } },
    { .kind = NGD_TOKEN_NTLM, .inner = NGD_INNER_NTLM, .inner_mech = NGD_MECH_NTLMSSP, .ntlm = { .type = 1 } },
    { .kind = NGD_TOKEN_SPNEGO_RESP, .inner = NGD_INNER_NTLM, .inner_mech = NGD_MECH_NTLMSSP, .ntlm = { .type = 3 } },
};

enum { HOLDS_ORDER, HOLDS_TEXTS, HOLDS_HELP, HOLDS_FAILURE, HOLDS_PEACE, PROPERTIES };

static const char *const property_names[PROPERTIES] = {
    [HOLDS_ORDER] = "whatever the request, every step is there, in the article's order",
    [HOLDS_TEXTS] = "every text says something, with placeholders that exist and backticks in pairs",
    [HOLDS_HELP] = "what cannot be seen has help for Windows, Linux and macOS, and nothing else has",
    [HOLDS_FAILURE] = "the step of every failure that the diagnosis has found is a problem",
    [HOLDS_PEACE] = "where the diagnosis has found no failure, no step is a problem",
};

static bool fails_at(ngd_step_t step)
{
    bool fails = diagnosis.has_cause && ngd_cause(diagnosis.cause.cause)->counts == NGD_COUNTS_FAILURE
                 && ngd_cause(diagnosis.cause.cause)->step == step;

    for (size_t i = 0; i < diagnosis.also_count; i++) {
        const ngd_cause_t *cause = ngd_cause(diagnosis.also[i].cause);
        fails = fails || (cause->counts == NGD_COUNTS_FAILURE && cause->step == step);
    }
    return fails;
}

static bool has_failure(void)
{
    bool fails = false;

    for (int step = NGD_STEP_NONE; step < NGD_STEPS; step++) {
        fails = fails || fails_at((ngd_step_t)step);
    }
    return fails;
}

static void hold(bool holds[PROPERTIES], const ngd_evidence_t *evidence)
{
    memset(checks, 0, sizeof checks);
    walk(evidence);
    for (size_t i = 0; i < NGD_CHECKS; i++) {
        const ngd_check_t *one = &checks[i];
        bool unseen = one->verdict == NGD_VERDICT_UNKNOWN, problem = one->verdict == NGD_VERDICT_PROBLEM;
        holds[HOLDS_ORDER] &= one->step == (ngd_step_t)(i + 1);
        holds[HOLDS_TEXTS] &= has_good_texts(one);
        holds[HOLDS_HELP] &= unseen ? has_all_systems(&one->help) : has_none(&one->help);
        holds[HOLDS_FAILURE] &= !fails_at(one->step) || problem;
        holds[HOLDS_PEACE] &= !problem || has_failure();
    }
}

static ngd_outcome_t outcome_of(ngd_refusal_t refusal, ngd_scheme_t scheme)
{
    if (refusal == NGD_REFUSAL_NONE) {
        return scheme == NGD_SCHEME_NONE ? NGD_OUTCOME_ANONYMOUS : NGD_OUTCOME_ACCEPTED;
    }
    return scheme == NGD_SCHEME_NONE && refusal != NGD_REFUSAL_TLS && refusal != NGD_REFUSAL_HEADER_SIZE
               ? NGD_OUTCOME_ANONYMOUS
               : NGD_OUTCOME_REFUSED;
}

/* The bits of `how`: what else may be so of a request. */
enum { SAME_COMPUTER = 1, PROXIED = 2, MATCHED = 4, ADMITTED = 8, NO_KEYTAB = 16, HOWS = 32 };

static ngd_evidence_t request(ngd_refusal_t refusal, ngd_scheme_t scheme, const ngd_token_t *token, unsigned how)
{
    ngd_evidence_t evidence = (how & NO_KEYTAB) != 0 ? unasked() : no_token();

    evidence.decision.refusal = refusal;
    evidence.attempt.outcome = outcome_of(refusal, scheme);
    evidence.header = scheme == NGD_SCHEME_NONE ? (ngd_header_t){ 0 } : negotiate;
    evidence.header.scheme = scheme;
    evidence.token = *token;
    evidence.connection.same_computer = (how & SAME_COMPUTER) != 0;
    evidence.connection.proxied = (how & PROXIED) != 0;
    if ((how & MATCHED) != 0 && (how & NO_KEYTAB) == 0 && token->ap_req.ticket.present) {
        open_with(&evidence, (how & ADMITTED) != 0 ? &entries[0] : &entries[1]);
    }
    return evidence;
}

static void hold_for_all_addresses(bool holds[PROPERTIES], ngd_evidence_t evidence)
{
    for (size_t host = 0; host < COUNT(hosts); host++) {
        for (size_t agent = 0; agent < COUNT(agents); agent++) {
            evidence.connection.host = hosts[host];
            evidence.connection.user_agent = agents[agent];
            hold(holds, &evidence);
        }
    }
}

static void test_every_request(void)
{
    static const ngd_scheme_t schemes[] = { NGD_SCHEME_NONE, NGD_SCHEME_NEGOTIATE, NGD_SCHEME_BASIC, NGD_SCHEME_OTHER };
    bool holds[PROPERTIES] = { true, true, true, true, true };

    for (int refusal = NGD_REFUSAL_NONE; refusal <= NGD_REFUSAL_ELSEWHERE; refusal++) {
        for (size_t scheme = 0; scheme < COUNT(schemes); scheme++) {
            bool with_token = schemes[scheme] == NGD_SCHEME_NEGOTIATE;
            for (size_t token = 0; token < (with_token ? COUNT(tokens) : 1); token++) {
                for (unsigned how = 0; how < HOWS; how++) {
                    hold_for_all_addresses(holds,
                                           request((ngd_refusal_t)refusal, schemes[scheme], &tokens[token], how));
                }
            }
        }
    }
    for (size_t i = 0; i < PROPERTIES; i++) {
        check(holds[i], "%s", property_names[i]);
    }
}

static void test_every_cause(void)
{
    ngd_evidence_t evidence = wrong_key();

    for (int id = 0; id < NGD_CAUSES; id++) {
        const ngd_cause_t *cause = ngd_cause((ngd_cause_id_t)id);
        ngd_diagnosis_t first = { .has_cause = true, .cause = { .cause = (ngd_cause_id_t)id } };
        ngd_diagnosis_t further = { .has_cause = true, .cause = { .cause = NGD_CAUSE_UNKNOWN },
                                    .also = { { .cause = NGD_CAUSE_PAC_UNVERIFIED }, { .cause = (ngd_cause_id_t)id } },
                                    .also_count = 2 };
        if (cause->step == NGD_STEP_NONE || cause->counts != NGD_COUNTS_FAILURE) {
            continue;
        }
        ngd_checks(&evidence, &first, checks);
        check(checks[cause->step - 1].verdict == NGD_VERDICT_PROBLEM, "%s is a problem of its step", cause->slug);
        ngd_checks(&evidence, &further, checks);
        check(checks[cause->step - 1].verdict == NGD_VERDICT_PROBLEM, "%s is one as a further finding, too",
              cause->slug);
    }
}

static void test_help_of_every_step(void)
{
    for (int step = NGD_STEP_SAME_DOMAIN; step <= NGD_STEP_MACHINE_ACCOUNT; step++) {
        bool good = true;
        for (size_t i = 0; i < COUNT(agents); i++) {
            ngd_check_t one = { .detail = "-" };
            ngd_check_help((ngd_step_t)step, agents[i], &one.help);
            good = good && has_all_systems(&one.help) && has_good_texts(&one);
        }
        check(good, "%s has help for every browser and system", ngd_step_name((ngd_step_t)step));
    }
}

/* ---- single requests ----------------------------------------------------- */

static void test_healthy(void)
{
    static const ngd_step_t fine[] = {
        NGD_STEP_SAME_DOMAIN,
        NGD_STEP_SERVER_CONFIGURED,
        NGD_STEP_BROWSER_CONFIGURED,
        NGD_STEP_ZONE,
        NGD_STEP_CHALLENGE,
        NGD_STEP_SAME_COMPUTER,
        NGD_STEP_TICKET,
        NGD_STEP_PORT,
        NGD_STEP_SPN,
        NGD_STEP_ACCOUNT,
        NGD_STEP_MACHINE_ACCOUNT,
        NGD_STEP_PERFORMANCE,
    };

    check(problems(healthy()) == 0, "who is let in has no problem");
    for (size_t i = 0; i < COUNT(fine); i++) {
        check(says(healthy(), fine[i], NGD_VERDICT_OK), "%s is fine for who is let in", ngd_step_name(fine[i]));
    }
    check(says(healthy(), NGD_STEP_DELEGATION, NGD_VERDICT_NOT_APPLICABLE), "delegation does not apply");
    check(says(healthy(), NGD_STEP_FORESTS, NGD_VERDICT_NOT_APPLICABLE), "nor do forests in one realm");
}

static void test_no_token(void)
{
    static const ngd_step_t unseen[] = { NGD_STEP_SAME_DOMAIN, NGD_STEP_BROWSER_CONFIGURED, NGD_STEP_ZONE,
                                         NGD_STEP_TICKET, NGD_STEP_SPN, NGD_STEP_ACCOUNT };
    ngd_evidence_t ignored = no_token(), proxied = no_token();

    check(problems(no_token()) == 0, "the normal first request has no problem");
    for (size_t i = 0; i < COUNT(unseen); i++) {
        check(says(no_token(), unseen[i], NGD_VERDICT_UNKNOWN), "%s cannot be seen without a token",
              ngd_step_name(unseen[i]));
    }
    check(says(no_token(), NGD_STEP_SERVER_CONFIGURED, NGD_VERDICT_OK), "this server asks");
    check(says(no_token(), NGD_STEP_CHALLENGE, NGD_VERDICT_OK), "with the header");
    ignored.connection.challenged_before = true;
    check(says(ignored, NGD_STEP_BROWSER_CONFIGURED, NGD_VERDICT_UNKNOWN)
          && tells(ignored, NGD_STEP_BROWSER_CONFIGURED, "came back"),
          "a browser that came back without a token is no proof");
    proxied.connection.proxied = true;
    check(tells(proxied, NGD_STEP_CHALLENGE, "proxy"), "a proxy may take the header away");
}

static void test_who_asks(void)
{
    ngd_evidence_t elsewhere = no_token(), let_in = unasked();

    elsewhere.decision.refusal = NGD_REFUSAL_ELSEWHERE;
    check(says(elsewhere, NGD_STEP_SERVER_CONFIGURED, NGD_VERDICT_UNKNOWN),
          "what another module is set up for is unseen");
    check(says(elsewhere, NGD_STEP_CHALLENGE, NGD_VERDICT_UNKNOWN), "and so is what it sends");
    check(says(elsewhere, NGD_STEP_PERFORMANCE, NGD_VERDICT_NOT_APPLICABLE), "and how often it asks");
    check(says(unasked(), NGD_STEP_SERVER_CONFIGURED, NGD_VERDICT_NOT_APPLICABLE),
          "nobody is asked where nothing asks");
    check(says(unasked(), NGD_STEP_CHALLENGE, NGD_VERDICT_NOT_APPLICABLE), "and no challenge is sent there");
    let_in.attempt.outcome = NGD_OUTCOME_ACCEPTED;
    let_in.header = (ngd_header_t){ NGD_SCHEME_BASIC, SPAN("Basic"), SPAN("YTpi"), 40 };
    let_in.authentication.user = "alice";
    check(says(let_in, NGD_STEP_SERVER_CONFIGURED, NGD_VERDICT_UNKNOWN),
          "who was let in by another module proves nothing");
    check(problems(let_in) == 0, "and has no problem");
}

static void test_scheme(void)
{
    ngd_evidence_t basic = sent((ngd_token_t){ 0 }, NGD_REFUSAL_MESSAGE);

    basic.header = (ngd_header_t){ NGD_SCHEME_BASIC, SPAN("Basic"), SPAN("YTpi"), 40 };
    check(says(basic, NGD_STEP_BROWSER_CONFIGURED, NGD_VERDICT_PROBLEM),
          "a password instead of Negotiate is a problem");
    basic.header.scheme = NGD_SCHEME_NTLM;
    check(says(basic, NGD_STEP_BROWSER_CONFIGURED, NGD_VERDICT_PROBLEM), "the scheme NTLM is one as well");
}

static void test_ntlm(void)
{
    ngd_evidence_t fallback = sent(ntlm, NGD_REFUSAL_GSS);
    ngd_evidence_t with_port = fallback;

    check(says(fallback, NGD_STEP_TICKET, NGD_VERDICT_PROBLEM), "who falls back to NTLM got no ticket");
    check(says(fallback, NGD_STEP_BROWSER_CONFIGURED, NGD_VERDICT_OK), "the browser may use Negotiate all the same");
    check(says(fallback, NGD_STEP_ZONE, NGD_VERDICT_UNKNOWN), "whether it trusts the address, or asked, is unseen");
    check(says(fallback, NGD_STEP_SPN, NGD_VERDICT_UNKNOWN), "the SPN that it asked for is unseen");
    check(says(fallback, NGD_STEP_PORT, NGD_VERDICT_OK), "the default port is in nobody's way");
    with_port.connection.host = "web.example.test:8443";
    check(says(with_port, NGD_STEP_PORT, NGD_VERDICT_UNKNOWN), "another port may be");
    with_port.connection.same_computer = true;
    check(says(with_port, NGD_STEP_SAME_COMPUTER, NGD_VERDICT_UNKNOWN), "on one Windows computer its own check may be");
    with_port.connection.user_agent = FIREFOX;
    check(says(with_port, NGD_STEP_SAME_COMPUTER, NGD_VERDICT_OK), "Linux has no such check");
    with_port.connection.proxied = true;
    check(says(with_port, NGD_STEP_SAME_COMPUTER, NGD_VERDICT_UNKNOWN),
          "behind a proxy the client's computer is unseen");
}

static void test_zone(void)
{
    ngd_evidence_t evidence = no_token();

    check(tells(evidence, NGD_STEP_ZONE, "Internet zone"), "Windows minds the dots of a name");
    evidence.connection.user_agent = FIREFOX;
    check(!tells(evidence, NGD_STEP_ZONE, "Internet zone"), "Linux knows no zones");
    evidence.connection.user_agent = WINDOWS;
    evidence.connection.host = "intranet";
    check(!tells(evidence, NGD_STEP_ZONE, "Internet zone"), "a short name is in the intranet");
}

static void test_key(void)
{
    ngd_evidence_t replayed = sent(kerberos, NGD_REFUSAL_GSS), late = wrong_key(), untried = wrong_key();
    ngd_evidence_t renewed = healthy();

    check(says(wrong_key(), NGD_STEP_ACCOUNT, NGD_VERDICT_PROBLEM), "a wrong key is a problem of the account");
    check(says(wrong_key(), NGD_STEP_SPN, NGD_VERDICT_OK), "not of the name");
    check(says(wrong_key(), NGD_STEP_MACHINE_ACCOUNT, NGD_VERDICT_UNKNOWN), "and whose key it was is unseen");
    check(says(other_account(), NGD_STEP_ACCOUNT, NGD_VERDICT_PROBLEM), "an SPN on another account is a problem there");
    check(says(other_account(), NGD_STEP_MACHINE_ACCOUNT, NGD_VERDICT_PROBLEM),
          "and at the machine's, if it is that one");
    open_with(&replayed, &entries[0]);
    replayed.decision.passes = true;
    replayed.decision.reply_code = 34;
    check(says(replayed, NGD_STEP_ACCOUNT, NGD_VERDICT_OK) && problems(replayed) == 0,
          "a replayed ticket had a good key");
    replayed.keytab.matched = NULL;
    check(says(replayed, NGD_STEP_ACCOUNT, NGD_VERDICT_OK), "which Kerberos says, whatever inspection found");
    check(says(replayed, NGD_STEP_MACHINE_ACCOUNT, NGD_VERDICT_NOT_APPLICABLE), "though not whose key it was");
    renewed.keytab.matched = NULL;
    renewed.keytab.matched_admitted = false;
    check(says(renewed, NGD_STEP_ACCOUNT, NGD_VERDICT_OK), "so has a ticket that was let in, should the keytab change");
    late.attempt.outcome = NGD_OUTCOME_ANONYMOUS;
    check(says(late, NGD_STEP_ACCOUNT, NGD_VERDICT_PROBLEM),
          "a refusal is remembered when the browser comes back bare");
    untried.keytab.keys_untried = true;
    check(says(untried, NGD_STEP_ACCOUNT, NGD_VERDICT_UNKNOWN), "nothing is said of keys that were not tried");
}

static void test_machine_account(void)
{
    ngd_evidence_t as_host =
        sent((ngd_token_t)KERBEROS_TOKEN("host", "web.example.test", "EXAMPLE.TEST"), NGD_REFUSAL_GSS);
    ngd_evidence_t any = healthy();

    open_with(&any, &entries[1]);
    any.keytab.matched_admitted = true;
    check(says(any, NGD_STEP_MACHINE_ACCOUNT, NGD_VERDICT_OK) && tells(any, NGD_STEP_MACHINE_ACCOUNT, "Yes"),
          "a machine account may sign users on where it is admitted");
    open_with(&as_host, &entries[2]);
    as_host.keytab.claimed_admitted = false;
    check(says(as_host, NGD_STEP_ACCOUNT, NGD_VERDICT_PROBLEM), "a ticket for host/ may not sign anybody on");
    check(says(as_host, NGD_STEP_MACHINE_ACCOUNT, NGD_VERDICT_OK)
          && tells(as_host, NGD_STEP_MACHINE_ACCOUNT, "asked for"), "though it is what the client asked for");
    check(tells(as_host, NGD_STEP_SPN, "instead of"), "and no name of a web service");
}

static void test_server(void)
{
    ngd_evidence_t tls = sent(kerberos, NGD_REFUSAL_TLS), missing = sent(kerberos, NGD_REFUSAL_NO_KEYS);
    ngd_evidence_t large = no_token(), filling = healthy();

    tls.keytab.entries_count = 0;
    check(says(tls, NGD_STEP_CHALLENGE, NGD_VERDICT_PROBLEM), "without TLS no challenge is sent");
    check(says(tls, NGD_STEP_ACCOUNT, NGD_VERDICT_UNKNOWN), "and no key is tried");
    missing.keytab.entries_count = 0;
    missing.keytab.state = NGD_KEYTAB_MISSING;
    check(says(missing, NGD_STEP_SERVER_CONFIGURED, NGD_VERDICT_PROBLEM),
          "a missing keytab is a problem of the server");
    check(says(missing, NGD_STEP_ACCOUNT, NGD_VERDICT_UNKNOWN), "without keys nothing is said of the account");
    large.attempt.outcome = NGD_OUTCOME_REFUSED;
    large.decision.refusal = NGD_REFUSAL_HEADER_SIZE;
    check(says(large, NGD_STEP_PERFORMANCE, NGD_VERDICT_PROBLEM), "a header that is too large is a problem");
    check(says(large, NGD_STEP_CHALLENGE, NGD_VERDICT_NOT_APPLICABLE), "before any challenge");
    check(says(large, NGD_STEP_BROWSER_CONFIGURED, NGD_VERDICT_UNKNOWN)
          && tells(large, NGD_STEP_BROWSER_CONFIGURED, "before its header was read"),
          "and nobody claims that no token came");
    filling.header.header_bytes = 5000;
    check(says(filling, NGD_STEP_PERFORMANCE, NGD_VERDICT_OK)
          && tells(filling, NGD_STEP_PERFORMANCE, "LimitRequestFieldSize"), "a header half as large is noted");
    check(tells(healthy(), NGD_STEP_PERFORMANCE, "Each request"), "a smaller one is not");
}

static void test_realm(void)
{
    ngd_evidence_t other = sent((ngd_token_t)KERBEROS_TOKEN("HTTP", "web.example.test", "OTHER.TEST"), NGD_REFUSAL_GSS);
    ngd_evidence_t trusted = healthy(), nobody = healthy();

    check(says(other, NGD_STEP_SAME_DOMAIN, NGD_VERDICT_PROBLEM), "a ticket of another realm is a problem");
    check(says(other, NGD_STEP_ACCOUNT, NGD_VERDICT_PROBLEM), "which no key opens");
    trusted.ticket.client = "bob@PARTNER.TEST";
    check(says(sent(tokens[3], NGD_REFUSAL_GSS), NGD_STEP_SAME_DOMAIN, NGD_VERDICT_PROBLEM),
          "whatever service it is for");
    check(says(trusted, NGD_STEP_SAME_DOMAIN, NGD_VERDICT_OK) && tells(trusted, NGD_STEP_SAME_DOMAIN, "trust"),
          "a client from a trusted realm is none");
    check(says(trusted, NGD_STEP_FORESTS, NGD_VERDICT_OK), "and is noted at the forests");
    nobody.ticket.client = "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS";
    nobody.decision.refusal = NGD_REFUSAL_ANONYMOUS;
    nobody.attempt.outcome = NGD_OUTCOME_REFUSED;
    check(says(nobody, NGD_STEP_SAME_DOMAIN, NGD_VERDICT_UNKNOWN), "nobody's ticket tells no realm");
    check(says(nobody, NGD_STEP_TICKET, NGD_VERDICT_PROBLEM), "and is no ticket to sign on with");
}

static void test_spn(void)
{
    ngd_token_t alias = KERBEROS_TOKEN("HTTP", "real.example.test", "EXAMPLE.TEST");
    ngd_token_t upper = KERBEROS_TOKEN("http", "WEB.example.test", "EXAMPLE.TEST");
    ngd_evidence_t followed = healthy(), unknown_host = healthy(), unread = sent(tokens[5], NGD_REFUSAL_GSS);
    ngd_evidence_t sealed = sent(alias, NGD_REFUSAL_GSS);

    followed.connection.host = "www.example.test";
    check(says(followed, NGD_STEP_SPN, NGD_VERDICT_OK) && tells(followed, NGD_STEP_SPN, "CNAME"),
          "an alias whose real name has a key is noted, and fine");
    check(says(sent(alias, NGD_REFUSAL_GSS), NGD_STEP_SPN, NGD_VERDICT_PROBLEM),
          "an alias whose real name has none is not");
    check(says(sent(upper, NGD_REFUSAL_GSS), NGD_STEP_SPN, NGD_VERDICT_OK),
          "names are compared without regard to case");
    unknown_host.connection.host = NULL;
    check(says(unknown_host, NGD_STEP_SPN, NGD_VERDICT_UNKNOWN), "without a host there is nothing to compare with");
    check(says(unread, NGD_STEP_SPN, NGD_VERDICT_UNKNOWN) && tells(unread, NGD_STEP_SPN, "whole ticket"),
          "a name that was cut off is not guessed");
    open_with(&sealed, &entries[1]);
    check(says(sealed, NGD_STEP_SPN, NGD_VERDICT_PROBLEM), "a key that may not sign anybody on makes no name good");
    check(says(unread, NGD_STEP_TICKET, NGD_VERDICT_OK), "though a ticket came");
}

static void test_port(void)
{
    ngd_token_t token = KERBEROS_TOKEN("HTTP", "web.example.test:8443", "EXAMPLE.TEST");
    ngd_evidence_t left_out = healthy(), put_in = healthy(), plain = healthy(), nameless = healthy();

    left_out.connection.host = "web.example.test:8443";
    check(says(left_out, NGD_STEP_PORT, NGD_VERDICT_OK) && tells(left_out, NGD_STEP_PORT, "{port}"),
          "a port that the browser leaves out is noted, and fine");
    put_in.token = token;
    check(says(put_in, NGD_STEP_PORT, NGD_VERDICT_OK), "a port in the name is fine where a key opens the ticket");
    check(says(sent(token, NGD_REFUSAL_GSS), NGD_STEP_PORT, NGD_VERDICT_PROBLEM), "and a problem where none does");
    check(says(sent(token, NGD_REFUSAL_TLS), NGD_STEP_PORT, NGD_VERDICT_UNKNOWN), "and unseen where none was tried");
    nameless.connection.host = NULL;
    check(says(nameless, NGD_STEP_PORT, NGD_VERDICT_UNKNOWN), "without a host the port is unseen");
    plain.connection.tls = false;
    plain.connection.host = "web.example.test:443";
    check(tells(plain, NGD_STEP_PORT, "{port}"), "443 is no usual port without TLS");
}

/* A captured header comes without the connection that it was sent on. */
static void test_captured(void)
{
    ngd_evidence_t good = healthy(), refused = sent(kerberos, NGD_REFUSAL_ELSEWHERE);
    ngd_evidence_t fallback = sent(ntlm, NGD_REFUSAL_ELSEWHERE);

    good.connection = refused.connection = fallback.connection = (ngd_connection_facts_t){ .host = "web.example.test:443" };
    check(says(good, NGD_STEP_SERVER_CONFIGURED, NGD_VERDICT_UNKNOWN)
          && says(refused, NGD_STEP_SERVER_CONFIGURED, NGD_VERDICT_UNKNOWN), "how the server is configured, it does not tell");
    check(says(good, NGD_STEP_CHALLENGE, NGD_VERDICT_UNKNOWN) && says(refused, NGD_STEP_CHALLENGE, NGD_VERDICT_UNKNOWN)
          && tells(refused, NGD_STEP_CHALLENGE, "captured"), "nor what the server answers");
    check(tells(good, NGD_STEP_SAME_COMPUTER, "does not matter"), "with a ticket the computer does not matter");
    check(says(fallback, NGD_STEP_SAME_COMPUTER, NGD_VERDICT_UNKNOWN), "without one it is not known which it is");
    check(says(good, NGD_STEP_PERFORMANCE, NGD_VERDICT_NOT_APPLICABLE), "nor how often a client signs on");
    check(says(good, NGD_STEP_ACCOUNT, NGD_VERDICT_OK), "the keytab's key opens it all the same");
    check(says(good, NGD_STEP_PORT, NGD_VERDICT_OK) && tells(good, NGD_STEP_PORT, "No."),
          "443 may be the default port, where TLS is not known");
    good.connection.host = NULL;
    check(says(good, NGD_STEP_PORT, NGD_VERDICT_UNKNOWN) && !tells(good, NGD_STEP_PORT, "request names"),
          "without the address its port is not known");
    check(says(good, NGD_STEP_SPN, NGD_VERDICT_UNKNOWN) && !tells(good, NGD_STEP_SPN, "request names"),
          "nor the SPN that belongs to it");
    check(!tells(good, NGD_STEP_ZONE, "{host}"), "and it is not named");
}

static void test_delegation(void)
{
    ngd_evidence_t evidence = healthy();

    check(tells(evidence, NGD_STEP_DELEGATION, "ok-as-delegate"), "an untrusted service is named");
    evidence.ticket.flags = FORWARDABLE | OK_AS_DELEGATE;
    check(tells(evidence, NGD_STEP_DELEGATION, "would allow it:"), "a trusted one as well");
    evidence.ticket.flags = OK_AS_DELEGATE;
    check(tells(evidence, NGD_STEP_DELEGATION, "not forwardable"), "and what is not forwardable");
}

static void test_browser(void)
{
    static const struct {
        const char *agent, *words;
    } table[] = {
        { EDGE, "edge://policy" }, { WINDOWS, "chrome://policy" }, { FIREFOX, "about:config" }, { SAFARI, "Safari" },
        { "curl/8.11.0", "curl -V" }, { "Wget/1.25", "program" }, { NULL, "program" },
    };

    for (size_t i = 0; i < COUNT(table); i++) {
        ngd_evidence_t evidence = no_token();
        evidence.connection.user_agent = table[i].agent;
        check(mentions(step_of(evidence, NGD_STEP_BROWSER_CONFIGURED)->help.browser, table[i].words),
              "the help is for the browser that asks: %s", table[i].words);
    }
}

int main(void)
{
    test_every_request();
    test_every_cause();
    test_help_of_every_step();
    test_healthy();
    test_no_token();
    test_who_asks();
    test_scheme();
    test_ntlm();
    test_zone();
    test_key();
    test_machine_account();
    test_server();
    test_realm();
    test_spn();
    test_port();
    test_captured();
    test_delegation();
    test_browser();
    return check_done();
}
