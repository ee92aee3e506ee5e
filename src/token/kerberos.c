/*
 * kerberos.c - Kerberos messages, as far as they are not encrypted.
 *
 * The field numbers and names below are those of RFC 4120; the framing is
 * RFC 4121 section 4.1.  Nothing here decrypts anything: realm and sname of a
 * ticket are what the client claims until somebody has opened the ticket.
 */
#include "decode.h"

/* Message types, which are also their APPLICATION numbers (RFC 4120 section 5.10). */
enum { APPLICATION_TICKET = 1, APPLICATION_AUTHENTICATOR = 2, AP_REQ = 14, AP_REP = 15, KRB_ERROR = 30 };

enum { PROTOCOL_VERSION = 5 };

/* PrincipalName ::= SEQUENCE { name-type [0] Int32, name-string [1] SEQUENCE OF GeneralString } */
static void principal_name(ngd_cursor_t *parent, int number, ngd_principal_name_t *name, const char *expected)
{
    ngd_cursor_t sequence = ngd_der_field_sequence(parent, number, expected);
    ngd_cursor_t parts;

    name->type = ngd_der_field_int32(&sequence, 0, expected);
    parts = ngd_der_field_sequence(&sequence, 1, expected);
    while (ngd_der_more(&parts, expected)) {
        ngd_span_t part = ngd_der_bytes(&parts, V_ASN1_GENERALSTRING, expected);

        if (part.data == NULL) {
            break;
        }
        if (name->parts < NGD_NAME_PARTS_MAX) {
            name->part[name->parts++] = part;
        }
        name->parts_total++;
    }
    ngd_der_finish(&sequence, expected);
}

/* EncryptedData ::= SEQUENCE { etype [0] Int32, kvno [1] UInt32 OPTIONAL, cipher [2] OCTET STRING } */
static void encrypted_data(ngd_cursor_t *parent, int number, ngd_encrypted_t *encrypted, const char *expected)
{
    ngd_cursor_t sequence = ngd_der_field_sequence(parent, number, expected);

    encrypted->enctype = ngd_der_field_int32(&sequence, 0, expected);
    encrypted->present = !ngd_cursor_stopped(&sequence);
    if (ngd_der_has(&sequence, 1)) {
        encrypted->kvno = ngd_der_field_uint32(&sequence, 1, expected);
        encrypted->has_kvno = !ngd_cursor_stopped(&sequence);
    }
    encrypted->cipher = ngd_der_field_bytes(&sequence, 2, V_ASN1_OCTET_STRING, expected);
    ngd_der_finish(&sequence, expected);
}

/* RFC 4120 section 5.3.  The span of the whole Ticket is for whoever decrypts it. */
static void ticket(ngd_cursor_t *parent, int number, ngd_ap_req_t *ap_req)
{
    ngd_cursor_t field = ngd_der_field(parent, number, "AP-REQ.ticket");
    const uint8_t *start = field.at;
    ngd_cursor_t wrapper = ngd_der_only(&field, NGD_DER_APPLICATION(APPLICATION_TICKET), "Ticket");
    ngd_cursor_t sequence;

    if (!wrapper.cut && wrapper.end != NULL) {
        ap_req->ticket_der = (ngd_span_t){ .data = start, .len = (size_t)(wrapper.end - start) };
    }
    sequence = ngd_der_only(&wrapper, NGD_DER_SEQUENCE, "Ticket");
    ngd_der_field_constant(&sequence, 0, PROTOCOL_VERSION, "Ticket.tkt-vno");
    ap_req->realm = ngd_der_field_bytes(&sequence, 1, V_ASN1_GENERALSTRING, "Ticket.realm");
    principal_name(&sequence, 2, &ap_req->sname, "Ticket.sname");
    encrypted_data(&sequence, 3, &ap_req->ticket, "Ticket.enc-part");
    ngd_der_finish(&sequence, "the rest of Ticket");
}

/* RFC 4120 section 5.5.1 */
static void ap_req(ngd_cursor_t *in, ngd_ap_req_t *facts)
{
    ngd_cursor_t sequence = ngd_der_message(in, AP_REQ, "AP-REQ");

    ngd_der_field_constant(&sequence, 0, PROTOCOL_VERSION, "AP-REQ.pvno");
    ngd_der_field_constant(&sequence, 1, AP_REQ, "AP-REQ.msg-type");
    facts->ap_options = ngd_der_field_flags(&sequence, 2, "AP-REQ.ap-options");
    facts->has_ap_options = !ngd_cursor_stopped(&sequence);
    ticket(&sequence, 3, facts);
    encrypted_data(&sequence, 4, &facts->authenticator, "AP-REQ.authenticator");
    ngd_der_finish(&sequence, "the rest of AP-REQ");
}

/* RFC 4120 section 5.5.2.  It holds nothing that is readable: only its shape is looked at. */
static void ap_rep(ngd_cursor_t *in)
{
    ngd_cursor_t sequence = ngd_der_message(in, AP_REP, "AP-REP");
    ngd_encrypted_t encrypted = { .present = false };

    ngd_der_field_constant(&sequence, 0, PROTOCOL_VERSION, "AP-REP.pvno");
    ngd_der_field_constant(&sequence, 1, AP_REP, "AP-REP.msg-type");
    encrypted_data(&sequence, 2, &encrypted, "AP-REP.enc-part");
    ngd_der_finish(&sequence, "the rest of AP-REP");
}

/* ctime and cusec of a KRB-ERROR: both optional. */
static void error_client_time(ngd_cursor_t *sequence, ngd_krb_error_t *facts)
{
    if (ngd_der_has(sequence, 2)) {
        facts->client_time_secs = ngd_der_field_time(sequence, 2, "KRB-ERROR.ctime");
        facts->has_ctime = !ngd_cursor_stopped(sequence);
    }
    if (ngd_der_has(sequence, 3)) {
        ngd_der_field_int32(sequence, 3, "KRB-ERROR.cusec");
    }
}

/* crealm and cname: both optional, and of no use here. */
static void error_client_name(ngd_cursor_t *sequence)
{
    ngd_principal_name_t cname = { .parts = 0 };

    if (ngd_der_has(sequence, 7)) {
        ngd_der_field_bytes(sequence, 7, V_ASN1_GENERALSTRING, "KRB-ERROR.crealm");
    }
    if (ngd_der_has(sequence, 8)) {
        principal_name(sequence, 8, &cname, "KRB-ERROR.cname");
    }
}

/* RFC 4120 section 5.9.1; e-data is skipped with whatever else may follow. */
static void krb_error(ngd_cursor_t *in, ngd_krb_error_t *facts)
{
    ngd_cursor_t sequence = ngd_der_message(in, KRB_ERROR, "KRB-ERROR");

    ngd_der_field_constant(&sequence, 0, PROTOCOL_VERSION, "KRB-ERROR.pvno");
    ngd_der_field_constant(&sequence, 1, KRB_ERROR, "KRB-ERROR.msg-type");
    error_client_time(&sequence, facts);
    facts->server_time_secs = ngd_der_field_time(&sequence, 4, "KRB-ERROR.stime");
    ngd_der_field_int32(&sequence, 5, "KRB-ERROR.susec");
    facts->code = ngd_der_field_int32(&sequence, 6, "KRB-ERROR.error-code");
    error_client_name(&sequence);
    facts->realm = ngd_der_field_bytes(&sequence, 9, V_ASN1_GENERALSTRING, "KRB-ERROR.realm");
    principal_name(&sequence, 10, &facts->sname, "KRB-ERROR.sname");
    if (ngd_der_has(&sequence, 11)) {
        facts->text = ngd_der_field_bytes(&sequence, 11, V_ASN1_GENERALSTRING, "KRB-ERROR.e-text");
    }
    ngd_der_finish(&sequence, "the rest of KRB-ERROR");
}

static void message(ngd_cursor_t *in, ngd_inner_kind_t kind, ngd_token_t *token)
{
    token->inner = kind;
    switch (kind) {
    case NGD_INNER_AP_REQ:
        ap_req(in, &token->ap_req);
        break;
    case NGD_INNER_AP_REP:
        ap_rep(in);
        break;
    case NGD_INNER_KRB_ERROR:
        krb_error(in, &token->krb_error);
        break;
    case NGD_INNER_NONE:
    case NGD_INNER_NTLM:
    case NGD_INNER_OTHER:
        break;
    }
}

static ngd_inner_kind_t kind_of_message(const ngd_cursor_t *in)
{
    if (ngd_der_next_is(in, NGD_DER_APPLICATION(AP_REQ))) {
        return NGD_INNER_AP_REQ;
    }
    if (ngd_der_next_is(in, NGD_DER_APPLICATION(AP_REP))) {
        return NGD_INNER_AP_REP;
    }
    if (ngd_der_next_is(in, NGD_DER_APPLICATION(KRB_ERROR))) {
        return NGD_INNER_KRB_ERROR;
    }
    return NGD_INNER_NONE;
}

bool ngd_kerberos_begins(const ngd_cursor_t *in)
{
    return kind_of_message(in) != NGD_INNER_NONE;
}

void ngd_kerberos_message(ngd_cursor_t *in, ngd_token_t *token)
{
    message(in, kind_of_message(in), token);
}

/* TOK_ID 01 00, 02 00, 03 00 (RFC 4121 section 4.1) */
static ngd_inner_kind_t kind_of_tok_id(const uint8_t *tok_id)
{
    static const ngd_inner_kind_t kinds[] = {
        [1] = NGD_INNER_AP_REQ, [2] = NGD_INNER_AP_REP, [3] = NGD_INNER_KRB_ERROR,
    };

    if (tok_id[1] != 0 || tok_id[0] >= sizeof kinds / sizeof kinds[0]) {
        return NGD_INNER_NONE;
    }
    return kinds[tok_id[0]];
}

void ngd_kerberos_decode(ngd_cursor_t *in, ngd_token_t *token)
{
    const uint8_t *tok_id = ngd_cursor_raw(in, 2, "TOK_ID");

    if (tok_id == NULL) {
        return;
    }
    if (kind_of_tok_id(tok_id) == NGD_INNER_NONE) {
        token->inner = NGD_INNER_OTHER;
        ngd_cursor_malformed(in, tok_id, "TOK_ID");
        return;
    }
    message(in, kind_of_tok_id(tok_id), token);
}

/* EncryptionKey: its type alone; the key stays where it is (RFC 4120 section 5.2.9). */
static void subkey(ngd_cursor_t *parent, ngd_authenticator_t *authenticator)
{
    ngd_cursor_t sequence;

    if (!ngd_der_has(parent, 6)) {
        return;
    }
    sequence = ngd_der_field_sequence(parent, 6, "Authenticator.subkey");
    authenticator->subkey_enctype = ngd_der_field_int32(&sequence, 0, "Authenticator.subkey");
    authenticator->has_subkey = !ngd_cursor_stopped(&sequence);
    ngd_der_finish(&sequence, "Authenticator.subkey");
}

ngd_stop_t ngd_authenticator_decode(ngd_span_t plain, ngd_authenticator_t *authenticator)
{
    ngd_stop_t stop;
    ngd_cursor_t in = ngd_cursor_over(plain, &stop);
    ngd_cursor_t sequence = ngd_der_message(&in, APPLICATION_AUTHENTICATOR, "Authenticator");

    *authenticator = (ngd_authenticator_t){ .has_subkey = false };
    ngd_der_field_constant(&sequence, 0, PROTOCOL_VERSION, "Authenticator.authenticator-vno");
    authenticator->realm = ngd_der_field_bytes(&sequence, 1, V_ASN1_GENERALSTRING, "Authenticator.crealm");
    principal_name(&sequence, 2, &authenticator->cname, "Authenticator.cname");
    if (ngd_der_has(&sequence, 3)) {
        ngd_der_field(&sequence, 3, "Authenticator.cksum");
    }
    authenticator->client_time_usecs = ngd_der_field_int32(&sequence, 4, "Authenticator.cusec");
    authenticator->client_time_secs = ngd_der_field_time(&sequence, 5, "Authenticator.ctime");
    subkey(&sequence, authenticator);
    ngd_der_finish(&sequence, "the rest of Authenticator");
    /* What follows is the padding of the encryption (RFC 3961 section 5.3): not looked at. */
    return stop;
}
