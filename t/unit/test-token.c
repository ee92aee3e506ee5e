/* Tokens of real clients, tokens built after the standards, and damaged ones: what is read of each. */
#include "check.h"
#include "vectors.h"

/* What is expected of one vector; what is left out is not looked at. */
typedef struct {
    const char *name;
    const char *vector;
    ngd_token_kind_t kind;
    const char *mechanisms;         /* in their order, "first, second" */
    ngd_inner_kind_t inner;
    ngd_mech_t inner_mech;
    const char *realm;
    const char *sname;
    int32_t enctype;
    uint32_t kvno;
    uint32_t ap_options;
    ngd_stop_reason_t reason;
    size_t offset;
    const char *expected;
} case_t;

static const case_t kerberos_cases[] = {
    { .name = "curl offers Kerberos and NTLM, and sends a ticket", .vector = "curl-spnego-kerberos",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5, NTLM", .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST", .sname = "HTTP/web.example.test", .enctype = 18,
      .kvno = 2, .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "Chromium offers Kerberos alone, and wants no mutual authentication",
      .vector = "chromium-spnego-kerberos", .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5",
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST",
      .sname = "HTTP/web.example.test", .enctype = 18, .kvno = 2 },
    { .name = "an MIT client sends a ticket through SPNEGO", .vector = "mit-spnego-kerberos",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5", .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST", .sname = "HTTP/web.example.test", .enctype = 18,
      .kvno = 2, .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "a Kerberos token needs no SPNEGO", .vector = "mit-kerberos", .kind = NGD_TOKEN_KERBEROS,
      .mechanisms = "", .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST",
      .sname = "HTTP/web.example.test", .enctype = 18, .kvno = 2,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "a ticket on a later leg is read", .vector = "mit-response-kerberos",
      .kind = NGD_TOKEN_SPNEGO_RESP,
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST",
      .sname = "HTTP/web.example.test", .enctype = 18, .kvno = 2,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "Kerberos under Microsoft's OID first is read as what it says it is", .vector = "windows-order",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5 (Microsoft's OID), Kerberos 5, NegoEx, NTLM",
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST",
      .sname = "HTTP/web.example.test", .enctype = 18, .kvno = 2,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "NegTokenInit without framing is read", .vector = "init-without-framing",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5", .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST", .sname = "HTTP/web.example.test", .enctype = 18,
      .kvno = 2, .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "an AP-REQ without framing belongs to the mechanism it was sent for",
      .vector = "init-ap-req-without-framing", .kind = NGD_TOKEN_SPNEGO_INIT,
      .mechanisms = "Kerberos 5 (Microsoft's OID), Kerberos 5", .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_MS_KRB5, .realm = "EXAMPLE.TEST", .sname = "HTTP/web.example.test",
      .enctype = 18,
      .kvno = 2, .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "an AP-REQ alone is a Kerberos token", .vector = "ap-req-alone", .kind = NGD_TOKEN_KERBEROS,
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST",
      .sname = "HTTP/web.example.test", .enctype = 18, .kvno = 2,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "parts of a name beyond the limit are counted", .vector = "name-of-ten-parts",
      .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "a/b/c/d/e/f/g/h/...", .enctype = 18, .kvno = 2,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "a name may have no parts, and a ticket no kvno", .vector = "name-without-parts",
      .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "", .enctype = 23, .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "a kvno of a read-only domain controller is read", .vector = "rodc-kvno",
      .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "HTTP/web", .enctype = 18, .kvno = 0x12340002,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "a kvno written as a negative number is a large one", .vector = "rodc-kvno-negative",
      .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "HTTP/web", .enctype = 18, .kvno = 0x80000002,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "a kvno of five octets is the same", .vector = "rodc-kvno-five-octets",
      .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "HTTP/web", .enctype = 18, .kvno = 0x80000002,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
    { .name = "a field of a later standard is skipped", .vector = "extension-field-skipped",
      .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "HTTP/web", .enctype = 18,
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED },
};

static const case_t damaged_cases[] = {
    { .name = "a token cut inside the sname still names its realm and the visible part of the name",
      .vector = "damaged-cut-in-sname", .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5",
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST",
      .sname = "HTTP/web.exam", .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_TRUNCATED, .offset = 149, .expected = "Ticket.sname" },
    { .name = "a token cut behind the realm has a realm and no name", .vector = "damaged-cut-after-realm",
      .kind = NGD_TOKEN_SPNEGO_INIT, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "", .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_TRUNCATED, .offset = 120, .expected = "Ticket.sname" },
    { .name = "the token of the article that it all began with shows what it had",
      .vector = "article-cut-token", .kind = NGD_TOKEN_SPNEGO_INIT,
      .mechanisms = "Kerberos 5 (Microsoft's OID), Kerberos 5, NegoEx, NTLM", .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_KRB5, .realm = "ODESSY.LOCAL", .sname = "HTTP",
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_TRUNCATED, .offset = 174, .expected = "Ticket.sname" },
    { .name = "bytes behind the token are damage, and the token is read",
      .vector = "damaged-trailing-bytes", .kind = NGD_TOKEN_SPNEGO_INIT, .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST", .sname = "HTTP/web.example.test", .enctype = 18,
      .kvno = 2, .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_MALFORMED, .offset = 771, .expected = "the end of the token" },
    { .name = "an indefinite length is damage", .vector = "damaged-indefinite-length",
      .kind = NGD_TOKEN_UNKNOWN, .reason = NGD_STOP_MALFORMED, .expected = "the framing of RFC 2743" },
    { .name = "a length of four octets is damage", .vector = "damaged-length-of-four-octets",
      .kind = NGD_TOKEN_UNKNOWN, .reason = NGD_STOP_MALFORMED, .expected = "the framing of RFC 2743" },
    { .name = "a high tag number is damage", .vector = "damaged-high-tag", .kind = NGD_TOKEN_UNKNOWN,
      .reason = NGD_STOP_MALFORMED, .expected = "a SPNEGO, Kerberos or NTLMSSP token" },
    { .name = "a framing without an OID is damage", .vector = "damaged-framing-without-oid",
      .kind = NGD_TOKEN_UNKNOWN, .reason = NGD_STOP_MALFORMED, .offset = 2,
      .expected = "the OID of the mechanism" },
    { .name = "random bytes are no token", .vector = "damaged-random", .kind = NGD_TOKEN_UNKNOWN,
      .reason = NGD_STOP_MALFORMED, .expected = "a SPNEGO, Kerberos or NTLMSSP token" },
    { .name = "SPNEGO without a NegotiationToken is damage", .vector = "damaged-no-choice",
      .kind = NGD_TOKEN_SPNEGO_INIT, .reason = NGD_STOP_MALFORMED, .offset = 10, .expected = "NegTokenInit" },
    { .name = "a realm that is no string is damage at the realm", .vector = "damaged-realm-type",
      .kind = NGD_TOKEN_SPNEGO_INIT, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "",
      .sname = "", .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_MALFORMED, .offset = 106, .expected = "Ticket.realm" },
    { .name = "a realm longer than the field around it is damage, not truncation",
      .vector = "damaged-realm-overruns", .kind = NGD_TOKEN_SPNEGO_INIT, .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_KRB5, .realm = "", .sname = "", .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_MALFORMED, .offset = 106, .expected = "Ticket.realm" },
    { .name = "a second element in a field of one is damage, and the first is read",
      .vector = "damaged-behind-realm", .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ,
      .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST", .sname = "",
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_MALFORMED, .offset = 66, .expected = "Ticket.realm" },
    { .name = "an unknown TOK_ID is damage", .vector = "damaged-tok-id", .kind = NGD_TOKEN_SPNEGO_INIT,
      .inner = NGD_INNER_OTHER, .inner_mech = NGD_MECH_KRB5,
      .reason = NGD_STOP_MALFORMED, .offset = 58, .expected = "TOK_ID" },
    { .name = "another protocol version is damage", .vector = "damaged-pvno", .kind = NGD_TOKEN_KERBEROS,
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .reason = NGD_STOP_MALFORMED, .offset = 24, .expected = "AP-REQ.pvno" },
    { .name = "an encryption type over 32 bits is damage", .vector = "damaged-enctype-too-big",
      .kind = NGD_TOKEN_KERBEROS, .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .realm = "EXAMPLE.TEST", .sname = "HTTP/web", .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_MALFORMED, .offset = 98, .expected = "Ticket.enc-part" },
    { .name = "an empty INTEGER is damage", .vector = "damaged-enctype-empty", .kind = NGD_TOKEN_KERBEROS,
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5, .realm = "EXAMPLE.TEST", .sname = "HTTP/web",
      .ap_options = NGD_AP_OPTION_MUTUAL_REQUIRED,
      .reason = NGD_STOP_MALFORMED, .offset = 97, .expected = "Ticket.enc-part" },
    { .name = "an empty BIT STRING is damage", .vector = "damaged-ap-options", .kind = NGD_TOKEN_KERBEROS,
      .inner = NGD_INNER_AP_REQ, .inner_mech = NGD_MECH_KRB5,
      .reason = NGD_STOP_MALFORMED, .offset = 33, .expected = "AP-REQ.ap-options" },
    { .name = "a mechanism token that is neither Kerberos nor NTLM is damage where these were offered",
      .vector = "damaged-mech-token", .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5",
      .inner = NGD_INNER_OTHER, .inner_mech = NGD_MECH_KRB5,
      .reason = NGD_STOP_MALFORMED, .offset = 33, .expected = "a Kerberos token" },
    { .name = "the same for NTLM", .vector = "damaged-mech-token-ntlm", .kind = NGD_TOKEN_SPNEGO_INIT,
      .mechanisms = "NTLM", .inner = NGD_INNER_OTHER, .inner_mech = NGD_MECH_NTLMSSP,
      .reason = NGD_STOP_MALFORMED, .offset = 34, .expected = "an NTLMSSP message" },
    { .name = "a mechanism token that was wrapped too short is damage, not truncation",
      .vector = "damaged-mech-token-too-short", .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "Kerberos 5",
      .inner_mech = NGD_MECH_KRB5,
      .reason = NGD_STOP_MALFORMED, .offset = 33, .expected = "the framing of RFC 2743" },
    { .name = "an NTLM message that was wrapped too short is damage at its end",
      .vector = "damaged-ntlm-in-mech-token", .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "NTLM",
      .inner = NGD_INNER_NTLM, .inner_mech = NGD_MECH_NTLMSSP,
      .reason = NGD_STOP_MALFORMED, .offset = 54, .expected = "NEGOTIATE_MESSAGE.DomainNameFields" },
};

static const case_t other_cases[] = {
    { .name = "NTLM preferred to Kerberos shows in the order", .vector = "mit-spnego-ntlm-first",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "NTLM, Kerberos 5", .inner = NGD_INNER_NTLM,
      .inner_mech = NGD_MECH_NTLMSSP },
    { .name = "a token of NegoEx is not decoded, and no damage", .vector = "init-negoex",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "NegoEx, Kerberos 5", .inner = NGD_INNER_OTHER,
      .inner_mech = NGD_MECH_NEGOEX },
    { .name = "a token of IAKERB is not decoded, and no damage", .vector = "init-iakerb",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "IAKERB", .inner = NGD_INNER_OTHER,
      .inner_mech = NGD_MECH_IAKERB },
    { .name = "a framed token of a mechanism that is not decoded is of an unknown kind", .vector = "iakerb",
      .kind = NGD_TOKEN_UNKNOWN, .mechanisms = "", .inner = NGD_INNER_OTHER, .inner_mech = NGD_MECH_IAKERB },
    { .name = "PKU2U has two OIDs", .vector = "init-pku2u-both-oids", .kind = NGD_TOKEN_SPNEGO_INIT,
      .mechanisms = "PKU2U, PKU2U" },
    { .name = "SPNEGO in SPNEGO is not followed", .vector = "damaged-spnego-in-spnego",
      .kind = NGD_TOKEN_SPNEGO_INIT, .mechanisms = "SPNEGO", .inner = NGD_INNER_OTHER,
      .inner_mech = NGD_MECH_SPNEGO },
    { .name = "a server's hints are NegTokenInit2", .vector = "mit-spnego-init2-hints",
      .kind = NGD_TOKEN_SPNEGO_INIT2, .mechanisms = "Kerberos 5, NTLM" },
    { .name = "an AP-REP in SPNEGO is recognised", .vector = "mit-response-ap-rep",
      .kind = NGD_TOKEN_SPNEGO_RESP, .inner = NGD_INNER_AP_REP, .inner_mech = NGD_MECH_KRB5 },
    { .name = "an AP-REP is recognised", .vector = "mit-kerberos-ap-rep", .kind = NGD_TOKEN_KERBEROS,
      .inner = NGD_INNER_AP_REP, .inner_mech = NGD_MECH_KRB5 },
    { .name = "a response may hold a state alone", .vector = "mit-response-completed",
      .kind = NGD_TOKEN_SPNEGO_RESP },
    { .name = "a state that is none is damage", .vector = "damaged-neg-state", .kind = NGD_TOKEN_SPNEGO_RESP,
      .reason = NGD_STOP_MALFORMED, .offset = 4, .expected = "NegTokenResp.negState" },
};

static void list_mechanisms(const ngd_token_t *token, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < token->mechanisms_count && len < size; i++) {
        len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? ", " : "",
                                ngd_mech_name(token->mechanisms[i].mech));
    }
}

static void check_ap_req(const case_t *want, const ngd_ap_req_t *got)
{
    char text[256];

    if (want->realm != NULL) {
        check_text(ngd_text_utf8(got->realm, NGD_CHARSET_OEM, text, sizeof text), want->realm, "%s: realm",
                   want->name);
    }
    if (want->sname != NULL) {
        check_text(ngd_principal_text(&got->sname, text, sizeof text), want->sname, "%s: sname", want->name);
    }
    check(got->ticket.enctype == want->enctype && got->ticket.kvno == want->kvno
          && got->ticket.has_kvno == (want->kvno != 0), "%s: enctype and kvno", want->name);
    check(got->ap_options == want->ap_options, "%s: ap-options", want->name);
}

static void check_case(const case_t *want)
{
    vector_t vector;
    ngd_token_t token;
    char text[512];

    vector_load(want->vector, &vector);
    ngd_token_decode(vector_span(&vector), &token);
    check_text(ngd_token_kind_name(token.kind), ngd_token_kind_name(want->kind), "%s", want->name);
    check(token.inner == want->inner, "%s: what it wraps", want->name);
    check_text(ngd_mech_name(token.inner_mech), ngd_mech_name(want->inner_mech), "%s: mechanism", want->name);
    if (want->mechanisms != NULL) {
        list_mechanisms(&token, text, sizeof text);
        check_text(text, want->mechanisms, "%s: offered", want->name);
    }
    if (want->inner == NGD_INNER_AP_REQ) {
        check_ap_req(want, &token.ap_req);
    }
    check(token.stop.reason == want->reason && token.stop.offset == want->offset, "%s: stop", want->name);
    check_text(token.stop.expected, want->expected, "%s: what was expected", want->name);
}

static void check_cases(const case_t *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_case(&cases[i]);
    }
}

static ngd_token_t decoded(const char *name)
{
    static vector_t vector;     /* the facts borrow from it until the next one */
    ngd_token_t token;

    vector_load(name, &vector);
    ngd_token_decode(vector_span(&vector), &token);
    return token;
}

static void ap_req_details(void)
{
    ngd_token_t token = decoded("mit-kerberos");
    const ngd_ap_req_t *ap_req = &token.ap_req;

    check(ap_req->ticket_der.len == 470 && ap_req->ticket_der.data[0] == 0x61,
          "the span of a whole ticket begins with its header");
    check(ap_req->sname.type == 3, "the type of the name is read");
    check(ap_req->ticket.present && ap_req->ticket.cipher.len > 300
          && ap_req->ticket.cipher.data + ap_req->ticket.cipher.len
                 == ap_req->ticket_der.data + ap_req->ticket_der.len,
          "the cipher of the ticket ends where the ticket ends");
    check(ap_req->authenticator.present && ap_req->authenticator.enctype == 18
          && !ap_req->authenticator.has_kvno, "the authenticator has no kvno");
    token = decoded("damaged-cut-in-sname");
    check(token.ap_req.ticket_der.data == NULL && !token.ap_req.ticket.present,
          "a ticket that was cut off has no whole span");
}

static void spnego_details(void)
{
    ngd_token_t token = decoded("init-req-flags-and-mic");
    char text[64];

    check(token.has_req_flags && token.req_flags == 0x62000000u, "reqFlags begin at the highest bit");
    check(token.mech_list_mic.len == 16 && memcmp(token.mech_list_mic.data, "mic-of-16-bytes!", 16) == 0,
          "the mechListMIC of NegTokenInit is read");
    token = decoded("init-twenty-mechanisms");
    check(token.mechanisms_count == NGD_MECHANISMS_MAX && token.mechanisms_total == 20,
          "mechanisms beyond the limit are counted");
    check_text(ngd_oid_text(token.mechanisms[3].oid, text, sizeof text), "1.3.6.1.4.1.99999.3",
               "an unknown mechanism shows its OID");
    token = decoded("mit-spnego-init2-hints");
    check_text(ngd_text_utf8(token.hint_name, NGD_CHARSET_OEM, text, sizeof text),
               "not_defined_in_RFC4178@please_ignore", "the hint is read");
    token = decoded("damaged-inside-mech-token");
    check(token.stop.reason == NGD_STOP_MALFORMED && token.mech_list_mic.len == 16,
          "damage inside the mechanism token does not hide the mechListMIC behind it");
    check_text(token.stop.expected, "Ticket.realm", "and is what the stop names");
}

static void response_details(void)
{
    ngd_token_t token = decoded("mit-response-choose-kerberos");

    check(token.has_neg_state && token.neg_state == NGD_NEG_REQUEST_MIC
          && token.supported_mech.mech == NGD_MECH_KRB5, "a response names its state and mechanism");
    check(token.mech_token.data == NULL && token.inner == NGD_INNER_NONE, "a response may wrap nothing");
    token = decoded("mit-response-krb-error");
    check(token.has_neg_state && token.neg_state == NGD_NEG_REJECT && token.inner == NGD_INNER_KRB_ERROR
          && token.krb_error.code == 34, "the reason inside a reject token is read");
    token = decoded("mit-response-completed");
    check(token.neg_state == NGD_NEG_ACCEPT_COMPLETED && token.has_neg_state && token.mech_list_mic.len == 16
          && token.supported_mech.oid.data == NULL, "a completed response may hold a MIC alone");
}

static void krb_error_details(void)
{
    ngd_token_t token = decoded("krb-error-skew");
    char text[64];

    check(token.kind == NGD_TOKEN_KERBEROS && token.inner == NGD_INNER_KRB_ERROR
          && token.stop.reason == NGD_STOP_NONE, "a KRB-ERROR with every field is read to its end");
    check(token.krb_error.code == 37, "its code is read");
    check(token.krb_error.has_ctime && token.krb_error.client_time_secs == 1709251199,
          "the last second of a 29th of February is read");
    check(token.krb_error.server_time_secs == 1, "the first second of 1970 is read");
    check_text(ngd_principal_text(&token.krb_error.sname, text, sizeof text), "HTTP/web",
               "its sname is read");
    check_text(ngd_text_utf8(token.krb_error.text, NGD_CHARSET_OEM, text, sizeof text),
               "Clock skew too great",
               "its text is read");
    token = decoded("mit-kerberos-krb-error");
    check(token.krb_error.code == 34 && !token.krb_error.has_ctime && token.krb_error.text.data == NULL,
          "a KRB-ERROR without optional fields is read");
    token = decoded("damaged-time");
    check(token.stop.reason == NGD_STOP_MALFORMED && !token.krb_error.has_ctime,
          "a thirteenth month is damage");
    check_text(token.stop.expected, "KRB-ERROR.ctime", "and is what the stop names");
}

/* User-to-user's OID begins with the whole OID of Kerberos. */
static void cut_oids(void)
{
    ngd_token_t token;
    vector_t vector;

    vector_load("init-user-to-user", &vector);
    ngd_token_decode(vector_span(&vector), &token);
    check(token.mechanisms[0].mech == NGD_MECH_KRB5_USER2USER, "user-to-user is not plain Kerberos");
    vector.len--;
    ngd_token_decode(vector_span(&vector), &token);
    check(token.mechanisms_count == 1 && token.mechanisms[0].mech == NGD_MECH_UNKNOWN
          && token.mechanisms[0].oid.len == 9, "nor is an offer of it whose OID was cut");
    vector_load("user-to-user", &vector);
    ngd_token_decode((ngd_span_t){ .data = vector.bytes, .len = 2 + 2 + 9 }, &token);
    check(token.kind == NGD_TOKEN_UNKNOWN && token.inner_mech == NGD_MECH_UNKNOWN
          && token.stop.reason == NGD_STOP_TRUNCATED, "nor is a token of it whose OID was cut");
}

static void nothing_at_all(void)
{
    ngd_token_t token;

    ngd_token_decode((ngd_span_t){ .data = NULL }, &token);
    check(token.kind == NGD_TOKEN_EMPTY && token.bytes == 0 && token.stop.reason == NGD_STOP_TRUNCATED
          && token.stop.offset == 0, "no bytes are an empty token");
    check_text(token.stop.expected, "a token", "and a token was expected");
}

int main(void)
{
    check_cases(kerberos_cases, sizeof kerberos_cases / sizeof kerberos_cases[0]);
    check_cases(damaged_cases, sizeof damaged_cases / sizeof damaged_cases[0]);
    check_cases(other_cases, sizeof other_cases / sizeof other_cases[0]);
    ap_req_details();
    spnego_details();
    response_details();
    krb_error_details();
    cut_oids();
    nothing_at_all();
    return check_done();
}
