/*
 * From evidence to a cause: one attempt for each cause, the smallest changes that
 * make another one of it, and pairs of faults.
 */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "diagnosis.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }

#define NOW_SECS INT64_C(1795442527)
#define USECS(secs) ((secs) * INT64_C(1000000))

enum { AES256 = 18, AES128 = 17, RC4 = 23, DES = 1, TIMES = 4 };

/* ---- pieces of evidence -------------------------------------------------------------- */

#define ENDED(how, gate) \
    .attempt.outcome = NGD_OUTCOME_##how, .attempt.leg = 1, .decision.refusal = NGD_REFUSAL_##gate, \
    .clock.server_usecs = USECS(NOW_SECS)
#define REFUSED(gate) ENDED(REFUSED, gate)
#define NO_HEADER(gate) .attempt.outcome = NGD_OUTCOME_ANONYMOUS, .decision.refusal = NGD_REFUSAL_##gate

#define SCHEME(name, word) \
    .header.scheme = NGD_SCHEME_##name, .header.scheme_text = SPAN(word), .header.base64 = SPAN("YIIabc"), \
    .header.header_bytes = 40
#define NEGOTIATE SCHEME(NEGOTIATE, "Negotiate")

#define SPNEGO .token.bytes = 900, .token.kind = NGD_TOKEN_SPNEGO_INIT
#define OFFERS(one) .token.mechanisms_count = 1, .token.mechanisms_total = 1, .token.mechanisms[0].mech = NGD_MECH_##one
#define OFFERS_TWO(one, two) \
    .token.mechanisms_count = 2, .token.mechanisms_total = 2, .token.mechanisms[0].mech = NGD_MECH_##one, \
    .token.mechanisms[1].mech = NGD_MECH_##two
#define NTLM_TOKEN(type_) .token.inner = NGD_INNER_NTLM, .token.inner_mech = NGD_MECH_NTLMSSP, .token.ntlm.type = (type_)
#define STOPPED(why, place) \
    .token.stop.reason = NGD_STOP_##why, .token.stop.offset = 500, .token.stop.expected = (place)

#define TICKET_OF(service, host_, realm_, kvno_, enctype_) \
    NEGOTIATE, SPNEGO, OFFERS_TWO(KRB5, MS_KRB5), .token.inner = NGD_INNER_AP_REQ, .token.inner_mech = NGD_MECH_KRB5, \
    .token.ap_req.realm = SPAN(realm_), .token.ap_req.sname.parts = 2, .token.ap_req.sname.parts_total = 2, \
    .token.ap_req.sname.part[0] = SPAN(service), .token.ap_req.sname.part[1] = SPAN(host_), \
    .token.ap_req.ticket.present = true, .token.ap_req.ticket.has_kvno = true, .token.ap_req.ticket.kvno = (kvno_), \
    .token.ap_req.ticket.enctype = (enctype_), .token.ap_req.ticket_der = SPAN("ticket"), \
    .token.ap_req.authenticator.present = true
#define TICKET TICKET_OF("HTTP", "web.example.test", "EXAMPLE.TEST", 3, AES256)
#define TICKET_FOR(host_) TICKET_OF("HTTP", host_, "EXAMPLE.TEST", 3, AES256)
#define TICKET_SEALED(kvno_, enctype_) TICKET_OF("HTTP", "web.example.test", "EXAMPLE.TEST", kvno_, enctype_)

static const ngd_keytab_entry_t keys[] = {
    { "HTTP/web.example.test@EXAMPLE.TEST", 3, AES256, 1760000000 },
    { "HTTP/www.example.test@EXAMPLE.TEST", 3, AES256, 1760000000 },
    { "host/web.example.test@EXAMPLE.TEST", 3, AES256, 1760000000 },
    { "WEB$@EXAMPLE.TEST", 3, AES256, 1760000000 },
    { "http/web.example.test@EXAMPLE.TEST", 3, AES256, 1760000000 },
};
enum { WEB, WWW, HOST_KEY, MACHINE, LOWER_CASE };

static const ngd_keytab_entry_t keys_of_other_case[] = { { "HTTP/WEB.example.test@EXAMPLE.TEST", 3, AES256, 0 } };
static const ngd_keytab_entry_t keys_of_other_realm[] = { { "HTTP/web.example.test@OTHER.TEST", 3, AES256, 0 } };
static const ngd_keytab_entry_t keys_des[] = { { "HTTP/web.example.test@EXAMPLE.TEST", 3, DES, 0 } };
static const ngd_keytab_entry_t keys_rc4[] = {
    { "HTTP/web.example.test@EXAMPLE.TEST", 2, AES256, 0 },
    { "HTTP/web.example.test@EXAMPLE.TEST", 3, RC4, 0 },
};
static const ngd_keytab_entry_t keys_2_and_4[] = {
    { "HTTP/web.example.test@EXAMPLE.TEST", 2, AES256, 0 },
    { "HTTP/web.example.test@EXAMPLE.TEST", 4, AES256, 0 },
};

/* The first three entries are those of HTTP and the host: what the acceptor name HTTP admits are two. */
#define KEYTAB_STATE(state_) .keytab.path = "/etc/http.keytab", .keytab.state = NGD_KEYTAB_##state_
#define KEYS(table) .keytab.entries = (table), .keytab.entries_count = COUNT(table), .keytab.admitted_count = 1
#define KEYTAB(table) KEYTAB_STATE(GOOD), KEYS(table)
#define CLAIM_ADMITTED .keytab.claimed_admitted = true
#define OPENS_NOTHING KEYTAB(keys), CLAIM_ADMITTED
#define MATCHED(i) .keytab.matched = &keys[i], .ticket.opened = true, .ticket.authenticator_opened = true
#define OTHER_KEYTAB_OF(principal) .keytab.other_path = "/etc/other.keytab", .keytab.other_principal = principal
#define OTHER_KEYTAB OTHER_KEYTAB_OF("HTTP/web.example.test@EXAMPLE.TEST")

/* A ticket that an admitted key opened, of a client whose clock is right; whatever is wrong comes later. */
#define OPENED_AT(skew_secs_, start_, end_) \
    TICKET, KEYTAB(keys), CLAIM_ADMITTED, MATCHED(WEB), .keytab.matched_admitted = true, \
    .ticket.client = "alice@EXAMPLE.TEST", .ticket.authenticator_client = "alice@EXAMPLE.TEST", \
    .ticket.auth_time_secs = NOW_SECS + (start_), .ticket.end_time_secs = NOW_SECS + (end_), \
    .clock.has_client = true, .clock.client_usecs = USECS(NOW_SECS + (skew_secs_)), .clock.skew_limit_secs = 300
#define OPENED OPENED_AT(0, -600, 36000)
#define ASKED(code_) .decision.asked = true, .decision.asked_code = (code_)
#define PASSES .decision.asked = true, .decision.passes = true

#define HOST(text) .connection.host = (text)
#define WINDOWS .connection.user_agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"

/* ---- what has to come of it --------------------------------------------------------- */

typedef struct {
    const char *name;
    ngd_evidence_t evidence;
    const char *cause;          /* NULL: none */
    bool likely;
    const char *details;        /* slugs, separated by blanks, in their order */
    const char *also;
} case_t;

static bool seen[NGD_CAUSES], seen_also[NGD_CAUSES];

static void append(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);

    snprintf(list + used, size - used, "%s%s", used > 0 ? " " : "", word);
}

static const char *or_none(const char *list)
{
    return list != NULL ? list : "";
}

static void check_case(const case_t *c)
{
    char details[256] = "", also[256] = "";
    ngd_diagnosis_t d;

    ngd_diagnose(&c->evidence, &d);
    for (size_t i = 0; i < d.cause.details_count; i++) {
        append(details, sizeof details, ngd_detail(d.cause.details[i])->slug);
    }
    for (size_t i = 0; i < d.also_count; i++) {
        seen_also[d.also[i].cause] = true;
        append(also, sizeof also, ngd_cause(d.also[i].cause)->slug);
    }
    check_text(d.has_cause ? ngd_cause(d.cause.cause)->slug : NULL, c->cause, "%s", c->name);
    check_text(ngd_certainty_name(d.cause.certainty), c->likely ? "likely" : "certain", "%s: its certainty", c->name);
    check_text(details, or_none(c->details), "%s: its details", c->name);
    check_text(also, or_none(c->also), "%s: further findings", c->name);
    seen[d.cause.cause] |= d.has_cause;
}

static void check_cases(const case_t *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_case(&cases[i]);
    }
}

#define CHECK_CASES(table) check_cases(table, COUNT(table))

/* ---- no cause ---------------------------------------------------------------------- */

static const case_t harmless[] = {
    { "who is let in has no cause and no further finding", .evidence = { ENDED(ACCEPTED, NONE), OPENED } },
    { "a negotiation that goes on has none",
      .evidence = { ENDED(CONTINUE, NONE), NEGOTIATE, SPNEGO, OFFERS_TWO(NTLMSSP, KRB5), NTLM_TOKEN(1) } },
    { "a request on which nobody decided has none, without a header",
      .evidence = { NO_HEADER(NONE) } },
    { "nor with a token that says nothing good",
      .evidence = { ENDED(ANONYMOUS, NONE), NEGOTIATE, SPNEGO, OFFERS(NTLMSSP), NTLM_TOKEN(1),
                    STOPPED(MALFORMED, "x") } },
    { "nor with a password", .evidence = { ENDED(ANONYMOUS, NONE), SCHEME(BASIC, "Basic") } },
    { "who is let in with a PAC that does not verify has that as a further finding only",
      .evidence = { ENDED(ACCEPTED, NONE), OPENED, .ticket.pac = NGD_PAC_UNVERIFIED }, .also = "pac-unverified" },
    { "a PAC that verifies is no finding",
      .evidence = { ENDED(ACCEPTED, NONE), OPENED, .ticket.pac = NGD_PAC_VERIFIED } },
    { "a broken keytab, krb5.conf and replay cache concern nobody who is let in",
      .evidence = { ENDED(ACCEPTED, NONE), TICKET, KEYTAB_STATE(CORRUPT), KEYS(keys), .server.krb5_conf_error = 5,
                    .server.replay_cache = NGD_REPLAY_CACHE_UNUSABLE } },
};

/* ---- no token, other schemes, NTLM -------------------------------------------------- */

static const case_t messages[] = {
    { "without a header the cause is no-token", .evidence = { NO_HEADER(MESSAGE) }, .cause = "no-token" },
    { "and where another server refused, too", .evidence = { NO_HEADER(ELSEWHERE) }, .cause = "no-token" },
    { "even if this location's keytab is missing: nothing was tried",
      .evidence = { NO_HEADER(ELSEWHERE), KEYTAB_STATE(MISSING) }, .cause = "no-token" },
    { "or the acceptor name fits no entry of it",
      .evidence = { NO_HEADER(ELSEWHERE), KEYTAB_STATE(GOOD), .keytab.entries = keys, .keytab.entries_count = 1 },
      .cause = "no-token" },
    { "a challenge before it makes it challenge-ignored, likely",
      .evidence = { NO_HEADER(MESSAGE), .connection.challenged_before = true },
      .cause = "challenge-ignored", .likely = true },
    { "its details tell of the address",
      .evidence = { NO_HEADER(MESSAGE), .connection.challenged_before = true, HOST("192.0.2.7") },
      .cause = "challenge-ignored", .likely = true, .details = "ip-address" },
    { "but not of one that a proxy may have asked for",
      .evidence = { NO_HEADER(MESSAGE), .connection.challenged_before = true, HOST("192.0.2.7"), .connection.proxied = true },
      .cause = "challenge-ignored", .likely = true },
    { "a password is basic-not-enabled",
      .evidence = { REFUSED(MESSAGE), SCHEME(BASIC, "Basic") }, .cause = "basic-not-enabled" },
    { "Bearer is other-scheme", .evidence = { REFUSED(MESSAGE), SCHEME(BEARER, "Bearer") }, .cause = "other-scheme" },
    { "the scheme Kerberos is other-scheme",
      .evidence = { REFUSED(MESSAGE), SCHEME(KERBEROS, "Kerberos") }, .cause = "other-scheme" },
    { "a proxy is told of with other-scheme",
      .evidence = { REFUSED(MESSAGE), SCHEME(OTHER, "Foo"), .connection.proxied = true },
      .cause = "other-scheme", .details = "through-proxy" },
    { "the scheme NTLM is ntlm-scheme", .evidence = { REFUSED(MESSAGE), SCHEME(NTLM, "NTLM") }, .cause = "ntlm-scheme" },

    { "bare NTLM in Negotiate is ntlm-fallback",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.kind = NGD_TOKEN_NTLM, NTLM_TOKEN(1) }, .cause = "ntlm-fallback" },
    { "so is SPNEGO that offers NTLM and NegoEx",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, OFFERS_TWO(NEGOEX, NTLMSSP), .token.inner = NGD_INNER_OTHER },
      .cause = "ntlm-fallback" },
    { "and the third message of NTLM, which is no orphan",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.kind = NGD_TOKEN_SPNEGO_RESP, NTLM_TOKEN(3) },
      .cause = "ntlm-fallback" },
    { "where Kerberos is offered too, it is no fallback",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, OFFERS_TWO(NTLMSSP, KRB5), NTLM_TOKEN(1) }, .cause = "unknown" },
    { "an IP address explains the fallback",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("192.0.2.7:8080"), WINDOWS },
      .cause = "ntlm-fallback", .details = "ip-address" },
    { "an IPv6 address, too",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("[::1]") },
      .cause = "ntlm-fallback", .details = "ip-address" },
    { "localhost explains it",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("localhost"), WINDOWS },
      .cause = "ntlm-fallback", .details = "local-name" },
    { "a host without a key explains it, and on Windows the zone",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("alias.example.test"), WINDOWS },
      .cause = "ntlm-fallback", .details = "host-without-key internet-zone" },
    { "a name without a dot is in no Internet zone",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("alias"), WINDOWS },
      .cause = "ntlm-fallback", .details = "host-without-key" },
    { "without any keys nothing is said of the host's",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), HOST("alias") }, .cause = "ntlm-fallback" },
    { "a host with a key may have two accounts, and a port stands in its SPN",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("Web.Example.Test:8080") },
      .cause = "ntlm-fallback", .details = "port duplicate-spn" },
    { "443 is a usual port with TLS",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("web.example.test:443"),
                    .connection.tls = true },
      .cause = "ntlm-fallback", .details = "duplicate-spn" },
    { "and is none without",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("web.example.test:443"),
                    .connection.client = "192.0.2.17:50122" },
      .cause = "ntlm-fallback", .details = "port duplicate-spn" },
    { "of a captured header nobody knows whether it came over TLS",
      .evidence = { REFUSED(GSS), NEGOTIATE, NTLM_TOKEN(1), KEYTAB(keys), HOST("web.example.test:443") },
      .cause = "ntlm-fallback", .details = "duplicate-spn" },

    { "NegoEx alone is unsupported-mechanisms",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, OFFERS(NEGOEX), .token.inner = NGD_INNER_OTHER },
      .cause = "unsupported-mechanisms" },
    { "bare IAKERB, too",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.inner = NGD_INNER_OTHER, .token.inner_mech = NGD_MECH_IAKERB },
      .cause = "unsupported-mechanisms" },
    { "a list with more than was kept makes it likely",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, .token.mechanisms_count = 1, .token.mechanisms_total = 2,
                    .token.mechanisms[0].mech = NGD_MECH_NEGOEX },
      .cause = "unsupported-mechanisms", .likely = true },
    { "bare bytes of Kerberos that cannot be read are none",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.kind = NGD_TOKEN_KERBEROS, .token.inner = NGD_INNER_OTHER,
                    .token.inner_mech = NGD_MECH_KRB5, STOPPED(MALFORMED, "x") },
      .cause = "malformed-token" },

    { "Negotiate and nothing is empty-token",
      .evidence = { REFUSED(MESSAGE), .header.scheme = NGD_SCHEME_NEGOTIATE, .token.kind = NGD_TOKEN_EMPTY,
                    STOPPED(TRUNCATED, "a token") },
      .cause = "empty-token" },
    { "a character that base64 has not is bad-base64",
      .evidence = { REFUSED(MESSAGE), NEGOTIATE, .base64_stop.reason = NGD_STOP_MALFORMED,
                    STOPPED(TRUNCATED, "a token") },
      .cause = "bad-base64" },
    { "base64 that ends inside a group is truncated-token",
      .evidence = { REFUSED(MESSAGE), NEGOTIATE, .base64_stop.reason = NGD_STOP_TRUNCATED },
      .cause = "truncated-token" },
    { "a token that ends before its end is truncated-token",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, STOPPED(TRUNCATED, "Ticket.sname"), OFFERS(KRB5) },
      .cause = "truncated-token" },
    { "a token that offers Kerberos and wraps something else is malformed-token",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, OFFERS(KRB5), .token.inner = NGD_INNER_OTHER,
                    .token.inner_mech = NGD_MECH_IAKERB },
      .cause = "malformed-token", .details = "another-inside" },
    { "what begins like no token is malformed-token",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.kind = NGD_TOKEN_UNKNOWN, STOPPED(MALFORMED, "a token") },
      .cause = "malformed-token" },
    { "a token with a fault inside is malformed-token, and who carried it is told",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, STOPPED(MALFORMED, "Ticket.sname"), OFFERS(KRB5),
                    .connection.proxied = true },
      .cause = "malformed-token", .details = "through-proxy" },
    { "krb5's generic error, or its complaint of version or type, leaves it so",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, STOPPED(MALFORMED, "x"), OFFERS(KRB5), .decision.reply_code = 60,
                    ASKED(40) },
      .cause = "malformed-token" },
    { "whichever of them comes", .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, STOPPED(MALFORMED, "x"), OFFERS(KRB5),
                                               .decision.reply_code = 39, ASKED(60) },
      .cause = "malformed-token" },
    { "krb5's complaint of the key shows that it could read the token",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_SEALED(4, AES256), STOPPED(MALFORMED, "x"),
                    .decision.reply_code = 44 },
      .cause = "keytab-old-kvno" },
    { "also where it was only asked",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_SEALED(4, AES256), STOPPED(MALFORMED, "x"), ASKED(44) },
      .cause = "keytab-old-kvno" },
    { "a header over the limit is header-too-large, likely",
      .evidence = { REFUSED(HEADER_SIZE) }, .cause = "header-too-large", .likely = true },
    { "a later message without the first is orphan-continuation",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.kind = NGD_TOKEN_SPNEGO_RESP }, .cause = "orphan-continuation" },
    { "an AP-REP, too",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.kind = NGD_TOKEN_KERBEROS, .token.inner = NGD_INNER_AP_REP },
      .cause = "orphan-continuation" },
    { "and NTLM's third message, where Kerberos was offered as well",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, OFFERS_TWO(NTLMSSP, KRB5), NTLM_TOKEN(3) },
      .cause = "orphan-continuation" },
    { "in the second leg it is none",
      .evidence = { .attempt.outcome = NGD_OUTCOME_REFUSED, .attempt.leg = 2, .decision.refusal = NGD_REFUSAL_GSS,
                    NEGOTIATE, .token.kind = NGD_TOKEN_SPNEGO_RESP },
      .cause = "unknown" },
    { "a KRB-ERROR is kerberos-error-token",
      .evidence = { REFUSED(GSS), NEGOTIATE, SPNEGO, OFFERS(KRB5), .token.inner = NGD_INNER_KRB_ERROR },
      .cause = "kerberos-error-token" },
    { "legs beyond the limit are too-many-legs",
      .evidence = { REFUSED(LEGS), NEGOTIATE, .token.kind = NGD_TOKEN_SPNEGO_RESP, .token.inner = NGD_INNER_OTHER,
                    .token.inner_mech = NGD_MECH_KRB5, },
      .cause = "too-many-legs" },
    { "a negotiation that came somewhere else is negotiation-interrupted",
      .evidence = { REFUSED(MOVED), NEGOTIATE, SPNEGO, OFFERS_TWO(NTLMSSP, KRB5), NTLM_TOKEN(1) },
      .cause = "negotiation-interrupted" },
};

/* ---- ticket and keytab --------------------------------------------------------------- */

static const case_t tickets[] = {
    { "a ticket-granting ticket is not-a-service-ticket",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_OF("krbtgt", "EXAMPLE.TEST", "EXAMPLE.TEST", 1, AES256) },
      .cause = "not-a-service-ticket" },
    { "a service whose name only begins so is not in the keytab",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_OF("krbtgt2", "EXAMPLE.TEST", "EXAMPLE.TEST", 1, AES256) },
      .cause = "spn-not-in-keytab", .details = "other-service" },
    { "a ticket for a session key is not-a-service-ticket",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, .token.ap_req.ap_options = NGD_AP_OPTION_USE_SESSION_KEY },
      .cause = "not-a-service-ticket" },
    { "a ticket that says so, and that a key of the keytab opens, is not",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET_FOR("mail.example.test"), MATCHED(HOST_KEY),
                    .token.ap_req.ap_options = NGD_AP_OPTION_USE_SESSION_KEY },
      .cause = "spn-on-other-account", .details = "machine-account" },

    { "no entry of the name, and no key: spn-not-in-keytab",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("new.example.test") }, .cause = "spn-not-in-keytab" },
    { "a browser that asked for another host followed an alias",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("new.example.test"), HOST("Alias.example.test:8080") },
      .cause = "spn-not-in-keytab", .details = "host-differs" },
    { "the same host in another spelling, with port and dot, is no other host",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("new.example.test"), HOST("NEW.example.test.:8080") },
      .cause = "spn-not-in-keytab" },
    { "behind a proxy, which names a host of its own, the host tells nothing",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("new.example.test"), HOST("backend"),
                    .connection.proxied = true },
      .cause = "spn-not-in-keytab" },
    { "a name with a port is no other host, but the SPN's port",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("web.example.test:8080"), HOST("web.example.test:8080") },
      .cause = "spn-not-in-keytab", .details = "port" },
    { "a type that krb5 refuses is the ticket's only where there is one",
      .evidence = { REFUSED(GSS), NEGOTIATE, .decision.enctype_refused = true }, .cause = "unknown" },
    { "a ticket that was cut before its end is compared with nothing",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, NEGOTIATE, SPNEGO, OFFERS(KRB5), .token.inner = NGD_INNER_AP_REQ,
                    .token.ap_req.realm = SPAN("EXAMPLE.TEST"), .token.ap_req.sname.parts = 1,
                    .token.ap_req.sname.parts_total = 1, .token.ap_req.sname.part[0] = SPAN("x") },
      .cause = "unknown" },
    { "keys that were not all tried prove nothing",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("new.example.test"), .keytab.keys_untried = true },
      .cause = "unknown" },
    { "without keys, or without the reason for that, the cause is unknown",
      .evidence = { REFUSED(GSS), KEYTAB_STATE(GOOD), TICKET }, .cause = "unknown" },

    { "a name in another spelling is spn-case-mismatch, likely",
      .evidence = { REFUSED(GSS), KEYTAB(keys_of_other_case), TICKET }, .cause = "spn-case-mismatch", .likely = true },
    { "with another version it may be the version that is wrong: a directory that ignores case has one key for both",
      .evidence = { REFUSED(GSS), KEYTAB(keys_of_other_case), TICKET_SEALED(4, AES256) }, .cause = "spn-case-mismatch",
      .likely = true, .details = "other-version" },
    { "it is certain where that entry opens the ticket",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET, MATCHED(LOWER_CASE), .keytab.claimed_admitted = true },
      .cause = "spn-case-mismatch" },
    { "where another keytab opens the ticket, the spelling is not the reason",
      .evidence = { REFUSED(GSS), KEYTAB(keys_of_other_case), TICKET, OTHER_KEYTAB }, .cause = "keytab-of-other-site" },
    { "the same service in another realm is realm-mismatch",
      .evidence = { REFUSED(GSS), KEYTAB(keys_of_other_realm), TICKET }, .cause = "realm-mismatch" },
    { "another service in another realm is not",
      .evidence = { REFUSED(GSS), KEYTAB(keys_of_other_realm), TICKET_FOR("www.example.test") },
      .cause = "spn-not-in-keytab" },
    { "an entry of another keytab that opens it makes it keytab-of-other-site",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("new.example.test"), OTHER_KEYTAB },
      .cause = "keytab-of-other-site" },
    { "with an entry of that name here, it is the old key, and the other keytab a detail",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_SEALED(4, AES256), OTHER_KEYTAB },
      .cause = "keytab-old-kvno", .details = "other-keytab" },

    { "a key of another name in the other keytab says that the SPN is on another account",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_SEALED(2, AES256), OTHER_KEYTAB_OF("WEB$@EXAMPLE.TEST") },
      .cause = "ticket-old-kvno", .likely = true, .details = "other-keytab other-account" },
    { "also where it has the same version by chance",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, OTHER_KEYTAB_OF("WEB$@EXAMPLE.TEST") },
      .cause = "wrong-key", .details = "other-keytab other-account" },
    { "another spelling of the same name does not",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, OTHER_KEYTAB_OF("HTTP/WEB.example.test@EXAMPLE.TEST") },
      .cause = "wrong-key", .details = "other-keytab" },

    { "a ticket newer than every key is keytab-old-kvno",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_SEALED(4, AES256) }, .cause = "keytab-old-kvno" },
    { "one older than every key is ticket-old-kvno, likely: the SPN may have moved to a younger account",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_SEALED(2, AES256) },
      .cause = "ticket-old-kvno", .likely = true },
    { "and so is one between two keys",
      .evidence = { REFUSED(GSS), KEYTAB(keys_2_and_4), CLAIM_ADMITTED, TICKET },
      .cause = "ticket-old-kvno", .likely = true },
    { "the version alone with another type is enctype-missing",
      .evidence = { REFUSED(GSS), KEYTAB(keys_rc4), CLAIM_ADMITTED, TICKET }, .cause = "enctype-missing" },
    { "name, version and type of a key that opens nothing are wrong-key",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET }, .cause = "wrong-key", .details = "key-from-password" },
    { "that another keytab opens it explains a wrong key better than a password",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, OTHER_KEYTAB }, .cause = "wrong-key",
      .details = "other-keytab" },
    { "a key that opens the ticket is not the wrong one",
      .evidence = { REFUSED(GSS), OPENED }, .cause = "unknown" },
    { "nor is one that krb5 has got past",
      .evidence = { REFUSED(GSS), TICKET, KEYTAB(keys), CLAIM_ADMITTED, ASKED(37) }, .cause = "clock-skew" },

    { "as its word on the ticket's end shows", .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, ASKED(32) },
      .cause = "ticket-expired" },
    { "on its beginning", .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, ASKED(33) },
      .cause = "ticket-not-yet-valid" },
    { "on two clients", .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, ASKED(36) }, .cause = "client-mismatch" },
    { "on the checksum", .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, ASKED(50) },
      .cause = "authenticator-damaged" },
    { "or on the realms between", .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, .decision.transited_refused = true },
      .cause = "transited-refused" },
    { "as a replay shows, too, and the skew behind it",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, .decision.reply_code = 34, ASKED(37) }, .cause = "clock-skew" },
    { "krb5's complaint of the key is none of those",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, ASKED(31) },
      .cause = "wrong-key", .details = "key-from-password" },
    { "a type that krb5.conf does not permit is enctype-not-permitted where the key is right",
      .evidence = { REFUSED(GSS), TICKET_SEALED(3, RC4), KEYTAB(keys_rc4), CLAIM_ADMITTED, .keytab.matched = &keys_rc4[1],
                    .keytab.matched_admitted = true, .decision.enctype_not_permitted = true, ASKED(31) },
      .cause = "enctype-not-permitted" },
    { "likely where the key of that type does not open the ticket: no krb5 of today knows DES",
      .evidence = { REFUSED(GSS), TICKET_SEALED(3, DES), KEYTAB(keys_des), CLAIM_ADMITTED,
                    .decision.enctype_not_permitted = true },
      .cause = "enctype-not-permitted", .likely = true },
    { "certain where krb5 itself says so, of the session key for one",
      .evidence = { REFUSED(GSS), OPENED, .decision.enctype_refused = true, ASKED(0) },
      .cause = "enctype-not-permitted" },
    { "a session key that cannot be used does not make the authenticator a damaged one",
      .evidence = { REFUSED(GSS), TICKET, KEYTAB(keys), CLAIM_ADMITTED, .keytab.matched = &keys[WEB],
                    .keytab.matched_admitted = true, .ticket.opened = true, .decision.enctype_refused = true, ASKED(0) },
      .cause = "enctype-not-permitted" },
    { "without a key of that type, the key is what is missing",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_SEALED(3, RC4), .decision.enctype_not_permitted = true },
      .cause = "enctype-missing" },

    { "another entry that opens it and may not is spn-on-other-account",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET_FOR("mail.example.test"), MATCHED(WWW) },
      .cause = "spn-on-other-account" },
    { "the machine's account may be it: host/",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET, CLAIM_ADMITTED, MATCHED(HOST_KEY) },
      .cause = "spn-on-other-account", .details = "machine-account" },
    { "and NAME$",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET, CLAIM_ADMITTED, MATCHED(MACHINE), HOST("alias.example.test") },
      .cause = "spn-on-other-account", .details = "machine-account host-differs" },
    { "the ticket's own entry that may not is acceptor-name-mismatch",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET, MATCHED(WEB) }, .cause = "acceptor-name-mismatch" },
    { "without any entry that may, it is no-key-for-acceptor",
      .evidence = { REFUSED(NO_ENTRY), KEYTAB_STATE(GOOD), .keytab.entries = keys, .keytab.entries_count = 3, TICKET,
                    MATCHED(WEB) },
      .cause = "no-key-for-acceptor" },
    { "also for another module's refusal, which has a keytab of its own",
      .evidence = { REFUSED(ELSEWHERE), KEYTAB_STATE(GOOD), .keytab.entries = keys, .keytab.entries_count = 3, TICKET,
                    MATCHED(WEB) },
      .cause = "no-key-for-acceptor", .likely = true },
    { "an entry whose key is also an admitted one's is no fault: krb5 went on to the clock",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET_FOR("www.example.test"), MATCHED(WWW), ASKED(37),
                    .clock.has_client = true, .clock.client_usecs = USECS(NOW_SECS + 900) },
      .cause = "clock-skew" },
};

/* ---- protocol and time --------------------------------------------------------------- */

static const case_t protocol[] = {
    { "an authenticator that does not open is authenticator-damaged",
      .evidence = { REFUSED(GSS), TICKET, KEYTAB(keys), CLAIM_ADMITTED, .keytab.matched = &keys[WEB],
                    .keytab.matched_admitted = true, .ticket.opened = true, ASKED(31) },
      .cause = "authenticator-damaged" },
    { "and so is one without GSSAPI's checksum",
      .evidence = { REFUSED(GSS), OPENED, ASKED(50) }, .cause = "authenticator-damaged" },
    { "two clients are client-mismatch, as krb5 says",
      .evidence = { REFUSED(GSS), OPENED, ASKED(36) }, .cause = "client-mismatch" },
    { "names that only look different are not, where krb5 says something else",
      .evidence = { REFUSED(GSS), TICKET, KEYTAB(keys), CLAIM_ADMITTED, MATCHED(WEB), .keytab.matched_admitted = true,
                    .ticket.client = "a@R", .ticket.authenticator_client = "b@R", ASKED(60) },
      .cause = "unknown" },
    { "without krb5's word the names tell",
      .evidence = { REFUSED(GSS), TICKET, KEYTAB(keys), CLAIM_ADMITTED, MATCHED(WEB), .keytab.matched_admitted = true,
                    .ticket.client = "a@R", .ticket.authenticator_client = "b@R" },
      .cause = "client-mismatch" },
    { "a path of realms that krb5 refuses is transited-refused",
      .evidence = { REFUSED(GSS), OPENED, .decision.transited_refused = true, ASKED(0) },
      .cause = "transited-refused" },

    { "krb5's REPEAT for what passes without a cache is replay",
      .evidence = { REFUSED(GSS), OPENED, PASSES, .decision.reply_code = 34 }, .cause = "replay" },
    { "without krb5's word it is likely",
      .evidence = { REFUSED(GSS), OPENED, PASSES, .server.replay_cache = NGD_REPLAY_CACHE_USABLE },
      .cause = "replay", .likely = true },
    { "without a replay cache it is none",
      .evidence = { REFUSED(GSS), OPENED, PASSES, .server.replay_cache = NGD_REPLAY_CACHE_OFF }, .cause = "unknown" },
    { "krb5's generic error for what passes is replay-cache-failed",
      .evidence = { REFUSED(GSS), OPENED, PASSES, .decision.reply_code = 60 }, .cause = "replay-cache-failed" },
    { "without an answer, an unusable cache is",
      .evidence = { REFUSED(GSS), OPENED, PASSES, .server.replay_cache = NGD_REPLAY_CACHE_UNUSABLE },
      .cause = "replay-cache-failed" },
    { "but a full disk hides no replay, so that it is likely only",
      .evidence = { REFUSED(GSS), OPENED, PASSES, .server.replay_cache = NGD_REPLAY_CACHE_UNUSABLE,
                    .server.replay_cache_error = ENOSPC },
      .cause = "replay-cache-failed", .likely = true },
    { "what passes and another module refused is refused-elsewhere",
      .evidence = { REFUSED(ELSEWHERE), OPENED, PASSES, .server.replay_cache = NGD_REPLAY_CACHE_USABLE },
      .cause = "refused-elsewhere" },
    { "unless that one's answer says REPEAT",
      .evidence = { REFUSED(ELSEWHERE), OPENED, PASSES, .decision.reply_code = 34 }, .cause = "replay" },
    { "an unusable cache does not hide krb5's REPEAT",
      .evidence = { REFUSED(GSS), OPENED, PASSES, .server.replay_cache = NGD_REPLAY_CACHE_UNUSABLE,
                    .decision.reply_code = 34 },
      .cause = "replay" },
    { "a token that does not pass was not refused by the cache",
      .evidence = { REFUSED(GSS), OPENED, ASKED(60), .server.replay_cache = NGD_REPLAY_CACHE_UNUSABLE,
                    .decision.reply_code = 60 },
      .cause = "unknown" },
    { "krb5's answer counts where a second later the token passes",
      .evidence = { REFUSED(GSS), OPENED_AT(300, -600, 36000), PASSES, .decision.reply_code = 37 },
      .cause = "clock-skew" },
    { "what is damaged around a token that passes is the message, not a replay; likely",
      .evidence = { REFUSED(GSS), OPENED, PASSES, STOPPED(MALFORMED, "the end of the token") },
      .cause = "malformed-token", .likely = true },
    { "krb5 would have answered a client that wants an answer, so the damage is certain",
      .evidence = { REFUSED(GSS), OPENED, PASSES, STOPPED(MALFORMED, "the end of the token"),
                    .token.ap_req.ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
      .cause = "malformed-token" },
    { "and what it did answer is the reason",
      .evidence = { REFUSED(GSS), OPENED, PASSES, STOPPED(MALFORMED, "the end of the token"), .decision.reply_code = 60 },
      .cause = "replay-cache-failed" },
    { "what was cut off has no authenticator that could be a damaged one",
      .evidence = { REFUSED(GSS), TICKET, KEYTAB(keys), CLAIM_ADMITTED, .keytab.matched = &keys[WEB],
                    .keytab.matched_admitted = true, .ticket.opened = true, STOPPED(TRUNCATED, "Authenticator") },
      .cause = "truncated-token" },
    { "a later message whose Kerberos token passes lacks its first one, and is no replay",
      .evidence = { REFUSED(GSS), NEGOTIATE, KEYTAB(keys), CLAIM_ADMITTED, MATCHED(WEB), .keytab.matched_admitted = true,
                    .token.kind = NGD_TOKEN_SPNEGO_RESP, .token.inner = NGD_INNER_AP_REQ, PASSES },
      .cause = "orphan-continuation" },

    { "a clock further off than the limit is clock-skew",
      .evidence = { REFUSED(GSS), OPENED_AT(-301, -600, 36000), ASKED(37) }, .cause = "clock-skew" },
    { "at the limit krb5 decides",
      .evidence = { REFUSED(GSS), OPENED_AT(-300, -600, 36000), ASKED(0) }, .cause = "unknown" },
    { "a client behind the KDC, which this server is not, has the wrong clock",
      .evidence = { REFUSED(GSS), OPENED_AT(-3600, -600, 36000), ASKED(37) },
      .cause = "clock-skew", .details = "client-clock" },
    { "a server behind client and KDC has the wrong clock, and the ticket is not to blame that it lies ahead",
      .evidence = { REFUSED(GSS), OPENED_AT(3600, 3000, 36000), ASKED(37) },
      .cause = "clock-skew", .details = "server-clock" },
    { "whatever krb5 looked at first",
      .evidence = { REFUSED(GSS), OPENED_AT(3600, 3000, 36000), ASKED(33) },
      .cause = "clock-skew", .details = "server-clock" },
    { "a ticket that lies ahead of both clocks is another fault",
      .evidence = { REFUSED(GSS), OPENED_AT(3600, 7200, 36000), ASKED(37) },
      .cause = "clock-skew", .also = "ticket-not-yet-valid" },
    { "and so is one that has ended by both",
      .evidence = { REFUSED(GSS), OPENED_AT(-3600, -40000, -7200), ASKED(37) },
      .cause = "clock-skew", .also = "ticket-expired" },
    { "but not one that has ended by the server's clock alone",
      .evidence = { REFUSED(GSS), OPENED_AT(-3600, -40000, -1800), ASKED(37) }, .cause = "clock-skew" },
    { "at the limit the KDC's time tells nothing of this server's",
      .evidence = { REFUSED(GSS), OPENED_AT(3600, 300, 36000), ASKED(37) }, .cause = "clock-skew" },
    { "nor of the client's",
      .evidence = { REFUSED(GSS), OPENED_AT(-3600, -3300, 36000), ASKED(37) }, .cause = "clock-skew" },
    { "a ticket that began before both tells nothing of either",
      .evidence = { REFUSED(GSS), OPENED_AT(3600, -600, 36000), ASKED(37) }, .cause = "clock-skew" },
    { "a ticket behind its end is ticket-expired",
      .evidence = { REFUSED(GSS), OPENED_AT(0, -40000, -301), ASKED(32) }, .cause = "ticket-expired" },
    { "within the clocks' limit it is not",
      .evidence = { REFUSED(GSS), OPENED_AT(0, -40000, -300), ASKED(0) }, .cause = "unknown" },
    { "a ticket before its beginning is ticket-not-yet-valid",
      .evidence = { REFUSED(GSS), OPENED_AT(0, 301, 36000), ASKED(33) }, .cause = "ticket-not-yet-valid" },
    { "within the limit it is not",
      .evidence = { REFUSED(GSS), OPENED_AT(0, 300, 36000), ASKED(0) }, .cause = "unknown" },
    { "a postdated ticket that nobody validated is ticket-not-yet-valid",
      .evidence = { REFUSED(GSS), OPENED, .ticket.flags = 0x01000000, ASKED(0) }, .cause = "ticket-not-yet-valid" },
    { "a limit that is not known is krb5's own",
      .evidence = { REFUSED(GSS), TICKET, KEYTAB(keys), CLAIM_ADMITTED, MATCHED(WEB), .keytab.matched_admitted = true,
                    .clock.has_client = true, .clock.client_usecs = USECS(NOW_SECS - 301) },
      .cause = "clock-skew" },
};

/* ---- the server ----------------------------------------------------------------------- */

static const case_t servers[] = {
    { "without TLS it is tls-required, whatever came",
      .evidence = { ENDED(ANONYMOUS, TLS) }, .cause = "tls-required" },
    { "no keys and no file: keytab-missing",
      .evidence = { REFUSED(NO_KEYS), KEYTAB_STATE(MISSING), TICKET }, .cause = "keytab-missing" },
    { "no keys and no right to read: keytab-unreadable",
      .evidence = { REFUSED(NO_KEYS), KEYTAB_STATE(UNREADABLE), TICKET }, .cause = "keytab-unreadable" },
    { "no keys in the file: keytab-empty",
      .evidence = { REFUSED(NO_KEYS), KEYTAB_STATE(EMPTY), TICKET }, .cause = "keytab-empty" },
    { "no keytab's structure: keytab-corrupt",
      .evidence = { REFUSED(NO_KEYS), KEYTAB_STATE(CORRUPT), TICKET }, .cause = "keytab-corrupt" },
    { "a whole file that krb5 does not load is keytab-corrupt, too",
      .evidence = { REFUSED(NO_KEYS), KEYTAB_STATE(UNLOADABLE), TICKET }, .cause = "keytab-corrupt" },
    { "unless krb5 cannot read its configuration: krb5-conf-broken",
      .evidence = { REFUSED(NO_KEYS), KEYTAB_STATE(UNLOADABLE), TICKET, .server.krb5_conf_error = 5 },
      .cause = "krb5-conf-broken" },
    { "for another module's refusal, which has a keytab of its own, that is likely",
      .evidence = { REFUSED(ELSEWHERE), KEYTAB_STATE(MISSING), TICKET }, .cause = "keytab-missing", .likely = true },
    { "a file gone bad is likely the reason where its old keys open nothing",
      .evidence = { REFUSED(GSS), KEYTAB_STATE(MISSING), KEYS(keys), CLAIM_ADMITTED, TICKET_SEALED(4, AES256) },
      .cause = "keytab-missing", .likely = true, .details = "old-keys", .also = "keytab-old-kvno" },
    { "where an old key opens the ticket the file is not the reason",
      .evidence = { REFUSED(GSS), KEYTAB_STATE(MISSING), KEYS(keys), TICKET, MATCHED(WEB) },
      .cause = "acceptor-name-mismatch" },
    { "nor for a ticket that no keytab would open",
      .evidence = { REFUSED(GSS), KEYTAB_STATE(MISSING), KEYS(keys),
                    TICKET_OF("krbtgt", "EXAMPLE.TEST", "EXAMPLE.TEST", 1, AES256) },
      .cause = "not-a-service-ticket" },
    { "nor where no entry is admitted",
      .evidence = { REFUSED(NO_ENTRY), KEYTAB_STATE(MISSING), .keytab.entries = keys, .keytab.entries_count = 1,
                    TICKET_FOR("new.example.test") },
      .cause = "no-key-for-acceptor", .also = "spn-not-in-keytab" },
    { "an anonymous ticket is anonymous-client, and no replay",
      .evidence = { REFUSED(ANONYMOUS), OPENED, PASSES }, .cause = "anonymous-client" },
    { "a Require that is not met is not-authorized",
      .evidence = { REFUSED(AUTHORIZATION), OPENED }, .cause = "not-authorized" },
    { "whatever the keys look like by now: the user was signed on",
      .evidence = { REFUSED(AUTHORIZATION), OPENS_NOTHING, TICKET }, .cause = "not-authorized" },
    { "and however the token looks",
      .evidence = { REFUSED(AUTHORIZATION), OPENED, STOPPED(MALFORMED, "x") }, .cause = "not-authorized" },
    { "with another module's password, too",
      .evidence = { REFUSED(AUTHORIZATION), SCHEME(BASIC, "Basic") }, .cause = "not-authorized" },
    { "and with NTLM of another module",
      .evidence = { REFUSED(AUTHORIZATION), NEGOTIATE, NTLM_TOKEN(3) }, .cause = "not-authorized" },
    { "a refusal of which nothing is known is unknown", .evidence = { REFUSED(GSS) }, .cause = "unknown" },
};

/* ---- two faults ----------------------------------------------------------------------- */

static const case_t pairs[] = {
    { "TLS comes before NTLM",
      .evidence = { REFUSED(TLS), NEGOTIATE, NTLM_TOKEN(1) }, .cause = "tls-required", .also = "ntlm-fallback" },
    { "TLS comes before a cut token",
      .evidence = { REFUSED(TLS), NEGOTIATE, SPNEGO, OFFERS(KRB5), STOPPED(TRUNCATED, "x") },
      .cause = "tls-required", .also = "truncated-token" },
    { "a missing keytab comes before NTLM",
      .evidence = { REFUSED(NO_KEYS), KEYTAB_STATE(MISSING), NEGOTIATE, NTLM_TOKEN(1) },
      .cause = "keytab-missing", .also = "ntlm-fallback" },
    { "a broken krb5.conf comes before NegoEx",
      .evidence = { REFUSED(NO_CREDENTIAL), NEGOTIATE, SPNEGO, OFFERS(NEGOEX), .server.krb5_conf_error = 5 },
      .cause = "krb5-conf-broken", .also = "unsupported-mechanisms" },
    { "a broken krb5.conf comes before a wrong key",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, .server.krb5_conf_error = 5 },
      .cause = "krb5-conf-broken", .also = "wrong-key" },
    { "no entry for the acceptor comes before a key that is not there",
      .evidence = { REFUSED(NO_ENTRY), KEYTAB_STATE(GOOD), .keytab.entries = keys, .keytab.entries_count = 1,
                    TICKET_FOR("new.example.test") },
      .cause = "no-key-for-acceptor", .also = "spn-not-in-keytab" },
    { "a cut token comes before its NTLM",
      .evidence = { REFUSED(GSS), NEGOTIATE, .token.kind = NGD_TOKEN_NTLM, NTLM_TOKEN(1), STOPPED(TRUNCATED, "x") },
      .cause = "truncated-token", .also = "ntlm-fallback" },
    { "a malformed token comes before its key",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET, STOPPED(MALFORMED, "Authenticator") },
      .cause = "malformed-token", .also = "wrong-key" },
    { "an old keytab comes before the acceptor's name",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET_SEALED(4, AES256) },
      .cause = "keytab-old-kvno", .also = "acceptor-name-mismatch" },
    { "a missing type comes before the acceptor's name",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET_SEALED(3, RC4) },
      .cause = "enctype-missing", .also = "acceptor-name-mismatch" },
    { "the account comes before the clock",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET_FOR("mail.example.test"), MATCHED(HOST_KEY), ASKED(35),
                    .clock.has_client = true, .clock.client_usecs = USECS(NOW_SECS - 900) },
      .cause = "spn-on-other-account", .details = "machine-account", .also = "clock-skew" },
    { "a wrong keytab comes before an expired ticket",
      .evidence = { REFUSED(GSS), OPENS_NOTHING, TICKET_FOR("new.example.test"), OTHER_KEYTAB, .ticket.opened = true,
                    .ticket.authenticator_opened = true, .ticket.end_time_secs = NOW_SECS - 3600 },
      .cause = "keytab-of-other-site", .also = "ticket-expired" },
    { "an acceptor's name comes before an expired ticket",
      .evidence = { REFUSED(GSS), KEYTAB(keys), TICKET, MATCHED(WEB), .ticket.end_time_secs = NOW_SECS - 3600 },
      .cause = "acceptor-name-mismatch", .also = "ticket-expired" },
    { "two clients come before the clock",
      .evidence = { REFUSED(GSS), OPENED_AT(-900, -1000, 36000), ASKED(36) },
      .cause = "client-mismatch", .also = "clock-skew" },
    { "the path of realms comes before the clock",
      .evidence = { REFUSED(GSS), OPENED_AT(-900, -1000, 36000), .decision.transited_refused = true, ASKED(0) },
      .cause = "transited-refused", .also = "clock-skew" },
    { "the clock comes before the ticket's end",
      .evidence = { REFUSED(GSS), OPENED_AT(-900, -40000, -1201), ASKED(37) },
      .cause = "clock-skew", .also = "ticket-expired" },
    { "a PAC that does not verify comes last",
      .evidence = { REFUSED(GSS), OPENED_AT(-900, -1000, 36000), .ticket.pac = NGD_PAC_UNVERIFIED, ASKED(37) },
      .cause = "clock-skew", .also = "pac-unverified" },
    { "also behind a Require that is not met",
      .evidence = { REFUSED(AUTHORIZATION), OPENED, .ticket.pac = NGD_PAC_UNVERIFIED },
      .cause = "not-authorized", .also = "pac-unverified" },
};

/* ---- the whole catalogue ---------------------------------------------------------------- */

static void check_all_seen(void)
{
    for (ngd_cause_id_t id = 0; id < NGD_CAUSES; id++) {
        const ngd_cause_t *cause = ngd_cause(id);
        bool note = cause->counts == NGD_COUNTS_NOTE;

        check(note ? seen_also[id] && !seen[id] : seen[id], "%s was %s", cause->slug,
              note ? "a further finding, and nothing more" : "the cause of an attempt");
    }
}

int main(void)
{
    CHECK_CASES(harmless);
    CHECK_CASES(messages);
    CHECK_CASES(tickets);
    CHECK_CASES(protocol);
    CHECK_CASES(servers);
    CHECK_CASES(pairs);
    check_all_seen();
    return check_done();
}
