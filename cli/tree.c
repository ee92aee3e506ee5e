#include "tree.h"

#include <string.h>

#include "catalogue.h"
#include "value.h"

/* ---- nodes ---------------------------------------------------------------------- */

/* Appends a node and returns it, borrowed.  jansson passes a NULL on, so that memory is asked for once, at the end. */
static json_t *add(json_t *nodes, const char *name, json_t *value)
{
    json_t *node = json_pack("{s:s}", "name", name);

    if (value && !json_is_null(value)) {
        json_object_set(node, "value", value);
    }
    json_decref(value);
    json_array_append_new(nodes, node);
    return node;
}

/* A node's list of children, made when it is first wanted. */
static json_t *below(json_t *node)
{
    if (!json_object_get(node, "children")) {
        json_object_set_new(node, "children", json_array());
    }
    return json_object_get(node, "children");
}

static json_t *add_group(json_t *nodes, const char *name, json_t *value)
{
    return below(add(nodes, name, value));
}

/* Present ones only. */
static void add_text(json_t *nodes, const char *name, ngd_span_t text, ngd_charset_t charset)
{
    if (text.data) {
        add(nodes, name, ngd_value_wire_text(text, charset));
    }
}

static void add_bytes(json_t *nodes, const char *name, ngd_span_t bytes)
{
    if (bytes.data) {
        add(nodes, name, json_sprintf("%zu bytes", bytes.len));
    }
}

/* ---- mechanisms ------------------------------------------------------------------- */

/* Network Monitor's names for them. */
static const struct {
    const char *name, *oid;
} mechanisms[] = {
    [NGD_MECH_KRB5] = { "KerberosToken", "1.2.840.113554.1.2.2" },
    [NGD_MECH_MS_KRB5] = { "MsKerberosToken", "1.2.840.48018.1.2.2" },
    [NGD_MECH_KRB5_USER2USER] = { "KerberosUser2User", "1.2.840.113554.1.2.2.3" },
    [NGD_MECH_IAKERB] = { "IAKERB", "1.3.6.1.5.2.5" },
    [NGD_MECH_NTLMSSP] = { "NLMP", "1.3.6.1.4.1.311.2.2.10" },
    [NGD_MECH_NEGOEX] = { "NegoEx", "1.3.6.1.4.1.311.2.2.30" },
    [NGD_MECH_SPNEGO] = { "SpnegoToken", "1.3.6.1.5.5.2" },
    [NGD_MECH_PKU2U] = { "PKU2U", "1.3.6.1.5.2.7" },
};

static const char *mechanism_name(ngd_mech_t mech)
{
    return mech == NGD_MECH_UNKNOWN ? "UnknownToken" : mechanisms[mech].name;
}

static json_t *this_mech(ngd_mech_t mech)
{
    if (mech == NGD_MECH_UNKNOWN) {
        return json_string("unknown mechanism");
    }
    return json_sprintf("%s (%s)", mechanisms[mech].name, mechanisms[mech].oid);
}

/* As the client wrote it: one mechanism may have two identifiers. */
static json_t *offered(const ngd_offered_mech_t *mech, const char *before)
{
    char oid[NGD_OID_TEXT_MAX];

    ngd_oid_text(mech->oid, oid, sizeof oid);
    return json_sprintf("%s%s (%s)", before, mechanism_name(mech->mech), oid);
}

/* ---- Kerberos ----------------------------------------------------------------------- */

static const char *name_type(int32_t type)
{
    static const char *const names[] = {
        [0] = "NT-UNKNOWN", [1] = "NT-PRINCIPAL", [2] = "NT-SRV-INST", [3] = "NT-SRV-HST", [4] = "NT-SRV-XHST",
        [5] = "NT-UID", [6] = "NT-X500-PRINCIPAL", [7] = "NT-SMTP-NAME", [10] = "NT-ENTERPRISE", [11] = "NT-WELLKNOWN",
    };

    return type >= 0 && type < (int32_t)(sizeof names / sizeof names[0]) && names[type] ? names[type] : "name type";
}

static void add_principal(json_t *nodes, const char *name, const ngd_principal_name_t *principal)
{
    if (principal->parts > 0) {
        json_t *below_it = add_group(nodes, name, ngd_value_principal(principal));

        add(below_it, "NameType", json_sprintf("%s (%d)", name_type(principal->type), (int)principal->type));
    }
}

static void add_encrypted(json_t *nodes, const char *name, const ngd_encrypted_t *encrypted)
{
    const char *enctype = ngd_enctype_name(encrypted->enctype);
    json_t *part;

    if (!encrypted->present) {
        return;
    }
    part = add_group(nodes, name, NULL);
    add(part, "EType", json_sprintf("%s (%d)", enctype ? enctype : "unknown", (int)encrypted->enctype));
    if (encrypted->has_kvno) {
        add(part, "KvNo", json_integer(encrypted->kvno));
    }
    add_bytes(part, "Cipher", encrypted->cipher);
}

static json_t *ap_options(uint32_t options)
{
    return json_sprintf("0x%08x%s%s", (unsigned)options,
                        options & NGD_AP_OPTION_USE_SESSION_KEY ? " UseSessionKey" : "",
                        options & NGD_AP_OPTION_MUTUAL_REQUIRED ? " MutualRequired" : "");
}

/* What Network Monitor shows beside "Ticket": the two names by which people search. */
static json_t *ticket_summary(const ngd_ap_req_t *ap_req)
{
    json_t *realm = ngd_value_wire_text(ap_req->realm, NGD_CHARSET_OEM);
    json_t *sname = ngd_value_principal(&ap_req->sname);
    json_t *summary = json_is_string(sname)
        ? json_sprintf("Realm: %s, Sname: %s", json_string_value(realm), json_string_value(sname))
        : json_sprintf("Realm: %s", json_string_value(realm));

    json_decref(realm);
    json_decref(sname);
    return summary;
}

static void add_ticket(json_t *nodes, const ngd_ap_req_t *ap_req)
{
    json_t *ticket;

    if (!ap_req->realm.data) {
        return;
    }
    ticket = add_group(nodes, "Ticket", ticket_summary(ap_req));
    add(ticket, "TktVno", json_integer(5));
    add_text(ticket, "Realm", ap_req->realm, NGD_CHARSET_OEM);
    add_principal(ticket, "Sname", &ap_req->sname);
    add_encrypted(ticket, "EncPart", &ap_req->ticket);
}

static void add_ap_req(json_t *nodes, const ngd_ap_req_t *ap_req)
{
    json_t *message = add_group(nodes, "ApReq", json_string("KRB_AP_REQ (14)"));

    if (ap_req->has_ap_options) {
        add(message, "PvNo", json_integer(5));
        add(message, "MsgType", json_string("KRB_AP_REQ (14)"));
        add(message, "ApOptions", ap_options(ap_req->ap_options));
    }
    add_ticket(message, ap_req);
    add_encrypted(message, "Authenticator", &ap_req->authenticator);
}

static void add_krb_error(json_t *nodes, const ngd_krb_error_t *error)
{
    json_t *message = add_group(nodes, "KrbError", json_string("KRB_ERROR (30)"));
    const char *name = ngd_kerberos_error_name(error->code);

    if (error->has_ctime) {
        add(message, "CTime", ngd_value_time_secs(error->client_time_secs));
    }
    add(message, "STime", ngd_value_time_secs(error->server_time_secs));
    add(message, "ErrorCode", json_sprintf("%s (%d)", name ? name : "unknown", (int)error->code));
    add_text(message, "Realm", error->realm, NGD_CHARSET_OEM);
    add_principal(message, "Sname", &error->sname);
    add_text(message, "EText", error->text, NGD_CHARSET_OEM);
}

/* ---- NTLMSSP ------------------------------------------------------------------------- */

static const char *ntlm_type(uint32_t type)
{
    static const char *const names[] = { "unknown", "NEGOTIATE", "CHALLENGE", "AUTHENTICATE" };

    return type < sizeof names / sizeof names[0] ? names[type] : names[0];
}

/* Those that say something to an administrator (MS-NLMP section 2.2.2.5). */
static json_t *ntlm_flags(uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } known[] = {
        { 0x00000001, "UNICODE" }, { 0x00000010, "SIGN" }, { 0x00000020, "SEAL" }, { 0x00000200, "NTLM" },
        { 0x00000800, "ANONYMOUS" }, { 0x00080000, "EXTENDED_SESSIONSECURITY" }, { 0x20000000, "128" },
        { 0x40000000, "KEY_EXCH" }, { 0x80000000, "56" },
    };
    char names[160] = "";

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (flags & known[i].flag) {
            strcat(strcat(names, " "), known[i].name);
        }
    }
    return json_sprintf("0x%08x%s", (unsigned)flags, names);
}

static void add_ntlm(json_t *nodes, const ngd_ntlm_t *ntlm)
{
    json_t *message = add_group(nodes, "NLMP", json_sprintf("%s_MESSAGE (%u)", ntlm_type(ntlm->type),
                                                            (unsigned)ntlm->type));

    if (ntlm->has_flags) {
        add(message, "NegotiateFlags", ntlm_flags(ntlm->flags));
    }
    add_text(message, "Domain", ntlm->domain, ntlm->charset);
    add_text(message, "User", ntlm->user, ntlm->charset);
    add_text(message, "Workstation", ntlm->workstation, ntlm->charset);
    if (ntlm->has_version) {
        add(message, "Version", json_sprintf("%u.%u, build %u", ntlm->major, ntlm->minor, ntlm->build));
    }
}

/* ---- the mechanism token --------------------------------------------------------------- */

static void add_message(json_t *nodes, const ngd_token_t *token)
{
    switch (token->inner) {
    case NGD_INNER_AP_REQ:
        add_ap_req(nodes, &token->ap_req);
        break;
    case NGD_INNER_AP_REP:
        add(nodes, "ApRep", json_string("KRB_AP_REP (15)"));
        break;
    case NGD_INNER_KRB_ERROR:
        add_krb_error(nodes, &token->krb_error);
        break;
    case NGD_INNER_NTLM:
        add_ntlm(nodes, &token->ntlm);
        break;
    case NGD_INNER_OTHER:
        add(nodes, mechanism_name(token->inner_mech), json_string("not decoded"));
        break;
    case NGD_INNER_NONE:
        break;
    }
}

/* TOK_ID of RFC 4121 section 4.1, which only a framed token has. */
static const char *tok_id(ngd_inner_kind_t inner)
{
    switch (inner) {
    case NGD_INNER_AP_REQ:
        return "Krb5ApReq (0x100)";
    case NGD_INNER_AP_REP:
        return "Krb5ApRep (0x200)";
    case NGD_INNER_KRB_ERROR:
        return "Krb5Error (0x300)";
    case NGD_INNER_NONE:
    case NGD_INNER_NTLM:
    case NGD_INNER_OTHER:
        break;
    }
    return NULL;
}

static void add_mechanism_token(json_t *nodes, const ngd_token_t *token)
{
    json_t *list = nodes;

    if (token->inner_framed) {
        list = add_group(nodes, "InitialContextToken", NULL);
        add(list, "ThisMech", this_mech(token->inner_mech));
        if (tok_id(token->inner)) {
            add(list, "TokId", json_string(tok_id(token->inner)));
        }
    }
    add_message(list, token);
}

/* ---- SPNEGO ------------------------------------------------------------------------------ */

static void add_mech_types(json_t *nodes, const ngd_token_t *token)
{
    json_t *types;

    if (token->mechanisms_count == 0) {
        return;
    }
    types = add_group(nodes, "MechTypes", offered(&token->mechanisms[0], "Prefer "));
    for (size_t i = 0; i < token->mechanisms_count; i++) {
        add(types, "MechType", offered(&token->mechanisms[i], ""));
    }
    if (token->mechanisms_total > token->mechanisms_count) {
        add(types, "MechType", json_sprintf("and %zu more", token->mechanisms_total - token->mechanisms_count));
    }
}

/* What SPNEGO wraps, under the name that the field has in this message. */
static void add_wrapped(json_t *nodes, const char *name, const ngd_token_t *token)
{
    if (token->mech_token.data) {
        add_mechanism_token(add_group(nodes, name, json_sprintf("%zu bytes", token->mech_token.len)), token);
    }
}

static void add_neg_token_init(json_t *nodes, const ngd_token_t *token)
{
    json_t *init = add_group(nodes, token->kind == NGD_TOKEN_SPNEGO_INIT2 ? "NegTokenInit2" : "NegTokenInit", NULL);

    add_mech_types(init, token);
    if (token->has_req_flags) {
        add(init, "ReqFlags", json_sprintf("0x%08x", (unsigned)token->req_flags));
    }
    add_wrapped(init, "MechToken", token);
    add_text(init, "NegHints", token->hint_name, NGD_CHARSET_OEM);
    add_bytes(init, "MechListMic", token->mech_list_mic);
}

static void add_neg_token_resp(json_t *nodes, const ngd_token_t *token)
{
    json_t *response = add_group(nodes, "NegTokenResp", NULL);

    if (token->has_neg_state) {
        add(response, "NegState", json_sprintf("%s (%d)", ngd_neg_state_name(token->neg_state),
                                               (int)token->neg_state));
    }
    if (token->supported_mech.oid.data) {
        add(response, "SupportedMech", offered(&token->supported_mech, ""));
    }
    add_wrapped(response, "ResponseToken", token);
    add_bytes(response, "MechListMic", token->mech_list_mic);
}

static void add_spnego(json_t *nodes, const ngd_token_t *token)
{
    json_t *list = nodes;

    if (token->framed) {
        list = add_group(nodes, "InitialContextToken", NULL);
        add(list, "ThisMech", this_mech(NGD_MECH_SPNEGO));
    }
    list = add_group(list, "SpnegoToken", NULL);
    if (token->kind == NGD_TOKEN_SPNEGO_RESP) {
        add_neg_token_resp(list, token);
    } else {
        add_neg_token_init(list, token);
    }
}

json_t *ngd_tree_of_token(const ngd_token_t *token)
{
    json_t *nodes = json_array();
    json_t *root;

    if (token->kind == NGD_TOKEN_EMPTY) {
        return nodes;
    }
    root = add_group(nodes, "GssAPI", json_sprintf("%zu bytes", token->bytes));
    switch (token->kind) {
    case NGD_TOKEN_SPNEGO_INIT:
    case NGD_TOKEN_SPNEGO_INIT2:
    case NGD_TOKEN_SPNEGO_RESP:
        add_spnego(root, token);
        break;
    case NGD_TOKEN_KERBEROS:
    case NGD_TOKEN_NTLM:
    case NGD_TOKEN_UNKNOWN:
        add_mechanism_token(root, token);
        break;
    case NGD_TOKEN_EMPTY:
        break;
    }
    return nodes;
}

/* ---- printing ------------------------------------------------------------------------------ */

static void print_value(const json_t *value, FILE *out)
{
    if (json_is_string(value)) {
        fprintf(out, ": %s", json_string_value(value));
    } else if (json_is_integer(value)) {
        fprintf(out, ": %" JSON_INTEGER_FORMAT, json_integer_value(value));
    }
}

void ngd_tree_print(const json_t *nodes, int depth, FILE *out)
{
    enum { INDENT = 2 };
    size_t i;
    json_t *node;

    json_array_foreach((json_t *)nodes, i, node) {
        const json_t *children = json_object_get(node, "children");

        fprintf(out, "%*s%s %s", depth * INDENT, "", json_array_size(children) > 0 ? "-" : " ",
                json_string_value(json_object_get(node, "name")));
        print_value(json_object_get(node, "value"), out);
        fputc('\n', out);
        ngd_tree_print(children, depth + 1, out);
    }
}
