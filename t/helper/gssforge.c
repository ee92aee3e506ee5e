/*
 * gssforge SPN [--keytab FILE] [options]
 *
 * Prints a token that no honest client sends, in base64.  The ticket is the
 * KDC's own, for the service SPN ("HTTP/host") and the client of the credential
 * cache that the environment names: the keytab's key opens it, and what the
 * options ask for is changed before the same key seals it again.
 *
 *   --keytab FILE               holds the key of the service
 *   --client-time SECS          the client's clock, relative to this one
 *   --ticket-times START,END    the ticket's times, relative to now, in seconds
 *   --client NAME               the authenticator names another client than the ticket
 *   --damage authenticator|ticket   one byte of that cipher is another
 *   --no-checksum               an authenticator without a checksum
 *   --flags invalid             a ticket that is not valid yet (RFC 4120 section 2.2)
 *   --transited REALM           a client of OTHER.TEST, by way of REALM, unchecked by the KDC
 *   --pac damaged               a PAC whose server signature does not verify
 *   --kvno N, --no-kvno         what the ticket says in clear text of its key,
 *   --sname NAME, --realm NAME  and of its service
 *   --seal PRINCIPAL            sealed with the key of another entry of the keytab
 *   --mutual                    the client wants the server's proof
 *   --user2user                 the ticket claims to be sealed with a session key
 *
 * Tokens without a ticket:
 *   --offer iakerb|negoex|ntlm  SPNEGO with this mechanism alone
 *   --offer raw-ntlm            bare NTLMSSP
 *   --krb-error CODE            a KRB-ERROR, which only a server sends
 *   --response                  SPNEGO's later leg as the first
 *
 * For all:
 *   --mech krb5                 a bare Kerberos token instead of SPNEGO
 *   --count N                   N tokens; they differ in their authenticator alone
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <krb5/krb5.h>

#include "base64.h"
#include "frame.h"

/*
 * libkrb5 exports these to the rest of Kerberos, and krb5.h does not declare
 * them.  Only a test program may use them.
 */
krb5_error_code encode_krb5_ap_req(const krb5_ap_req *request, krb5_data **code);
krb5_error_code encode_krb5_as_req(const krb5_kdc_req *request, krb5_data **code);
krb5_error_code encode_krb5_authenticator(const krb5_authenticator *authenticator, krb5_data **code);
krb5_error_code krb5_decrypt_tkt_part(krb5_context context, const krb5_keyblock *key, krb5_ticket *ticket);
krb5_error_code krb5_encrypt_tkt_part(krb5_context context, const krb5_keyblock *key, krb5_ticket *ticket);

enum {
    CHECKSUM_GSSAPI = 0x8003,
    CHECKSUM_LEN = 24,
    TRANSITED_X500 = 1,
    PAC_HEADER_LEN = 8,
    PAC_ENTRY_LEN = 16,
};

typedef enum { DAMAGE_NONE, DAMAGE_AUTHENTICATOR, DAMAGE_TICKET } damage_t;
typedef enum { OFFER_NONE, OFFER_IAKERB, OFFER_NEGOEX, OFFER_NTLM, OFFER_RAW_NTLM } offer_t;

typedef struct {
    const char *spn;
    const char *keytab;
    const char *client;
    const char *transited;
    const char *sname;
    const char *realm;
    const char *seal;
    long client_time, start, end;
    bool times;
    damage_t damage;
    bool no_checksum;
    bool invalid;
    bool pac;
    bool kvno_given;
    krb5_kvno kvno;
    bool mutual;
    bool user2user;
    offer_t offer;
    bool krb_error;
    krb5_ui_4 code;
    bool response;
    bool bare;
    long count;
} options_t;

static krb5_context krb5;

static void need(const char *what, krb5_error_code code)
{
    if (code == 0)
        return;
    const char *text = krb5_get_error_message(krb5, code);
    fprintf(stderr, "gssforge: %s: %s\n", what, text);
    krb5_free_error_message(krb5, text);
    exit(1);
}

static krb5_timestamp now_and(long seconds)
{
    krb5_timestamp now;
    need("clock", krb5_timeofday(krb5, &now));
    return (krb5_timestamp)(now + seconds);
}

static krb5_principal principal(const char *name)
{
    krb5_principal parsed;
    need(name, krb5_parse_name(krb5, name, &parsed));
    return parsed;
}

static void flip(krb5_data *cipher)
{
    cipher->data[cipher->length / 2] ^= 1;
}

/* ---- the ticket ------------------------------------------------------------ */

/* The service's ticket and its session key. */
static krb5_creds *get_credentials(const options_t *options)
{
    krb5_ccache cache;
    krb5_creds wanted = {0}, *got;
    need("credential cache", krb5_cc_default(krb5, &cache));
    need("credential cache", krb5_cc_get_principal(krb5, cache, &wanted.client));
    wanted.server = principal(options->spn);
    need(options->spn, krb5_get_credentials(krb5, 0, cache, &wanted, &got));
    krb5_free_cred_contents(krb5, &wanted);
    krb5_cc_close(krb5, cache);
    return got;
}

static void get_key(const options_t *options, krb5_const_principal name, const krb5_enc_data *sealed,
                    krb5_keyblock *key)
{
    krb5_keytab keytab;
    krb5_keytab_entry entry;
    need(options->keytab, krb5_kt_resolve(krb5, options->keytab, &keytab));
    need(options->keytab, krb5_kt_get_entry(krb5, keytab, name, sealed->kvno, sealed->enctype, &entry));
    need("key", krb5_copy_keyblock_contents(krb5, &entry.key, key));
    krb5_free_keytab_entry_contents(krb5, &entry);
    krb5_kt_close(krb5, keytab);
}

static void set_times(const options_t *options, krb5_ticket_times *times)
{
    times->authtime = times->starttime = now_and(options->start);
    times->endtime = now_and(options->end);
}

/* A client of another realm, and a way here that the KDC has not judged. */
static void set_way(const options_t *options, krb5_enc_tkt_part *part)
{
    krb5_data way = {.length = (unsigned)strlen(options->transited), .data = strdup(options->transited)};
    need("client's realm", krb5_set_principal_realm(krb5, part->client, "OTHER.TEST"));
    krb5_free_data_contents(krb5, &part->transited.tr_contents);
    part->transited.tr_type = TRANSITED_X500;
    part->transited.tr_contents = way;
    part->flags &= ~TKT_FLG_TRANSIT_POLICY_CHECKED;
}

static unsigned long little_endian(const char *bytes)
{
    const unsigned char *at = (const unsigned char *)bytes;
    return at[0] | (unsigned long)at[1] << 8 | (unsigned long)at[2] << 16 | (unsigned long)at[3] << 24;
}

/* Flips a byte of the server's signature (MS-PAC sections 2.3, 2.4 and 2.8). */
static void damage_pac(krb5_data *pac)
{
    unsigned long count = little_endian(pac->data);
    for (unsigned long n = 0; n < count; n++) {
        const char *entry = pac->data + PAC_HEADER_LEN + n * PAC_ENTRY_LEN;
        if (little_endian(entry) == KRB5_PAC_SERVER_CHECKSUM)
            pac->data[little_endian(entry + 8) + little_endian(entry + 4) - 1] ^= 1;
    }
}

/* A PAC for what the ticket says now, signed with the key that seals it, instead of the KDC's. */
static void set_pac(const krb5_keyblock *key, krb5_enc_tkt_part *part, bool damaged)
{
    krb5_data bytes;
    krb5_pac pac;
    need("PAC", krb5_pac_init(krb5, &pac));
    need("PAC", krb5_pac_sign(krb5, pac, part->times.authtime, part->client, key, key, &bytes));
    krb5_pac_free(krb5, pac);
    if (damaged)
        damage_pac(&bytes);
    krb5_authdata element = {
        .ad_type = KRB5_AUTHDATA_WIN2K_PAC, .length = bytes.length, .contents = (krb5_octet *)bytes.data};
    krb5_authdata *list[] = {&element, NULL};
    krb5_free_authdata(krb5, part->authorization_data);
    need("PAC", krb5_encode_authdata_container(krb5, KRB5_AUTHDATA_IF_RELEVANT, list, &part->authorization_data));
    krb5_free_data_contents(krb5, &bytes);
}

static void change_sealed(const options_t *options, const krb5_keyblock *key, krb5_enc_tkt_part *part)
{
    if (options->times)
        set_times(options, &part->times);
    if (options->invalid)
        part->flags |= TKT_FLG_INVALID;
    if (options->transited != NULL)
        set_way(options, part);
    /* The KDC's PAC repeats the client and the authtime, and its signature is made with the service's key. */
    if (options->times || options->transited != NULL || options->seal != NULL || options->pac)
        set_pac(key, part, options->pac);
}

/* What stands outside of the seal. */
static void change_clear(const options_t *options, krb5_ticket *ticket)
{
    if (options->sname != NULL) {
        krb5_principal name = principal(options->sname);
        krb5_free_principal(krb5, ticket->server);
        ticket->server = name;
    }
    if (options->realm != NULL)
        need(options->realm, krb5_set_principal_realm(krb5, ticket->server, options->realm));
    if (options->kvno_given)
        ticket->enc_part.kvno = options->kvno;
    if (options->damage == DAMAGE_TICKET)
        flip(&ticket->enc_part.ciphertext);
}

static krb5_ticket *forge_ticket(const options_t *options, const krb5_data *original)
{
    krb5_ticket *ticket;
    krb5_keyblock key;
    need("ticket", krb5_decode_ticket(original, &ticket));
    get_key(options, ticket->server, &ticket->enc_part, &key);
    need("ticket", krb5_decrypt_tkt_part(krb5, &key, ticket));
    krb5_kvno kvno = ticket->enc_part.kvno;
    if (options->seal != NULL) {
        krb5_principal other = principal(options->seal);
        krb5_enc_data newest = {.enctype = ticket->enc_part.enctype};
        krb5_free_keyblock_contents(krb5, &key);
        get_key(options, other, &newest, &key);
        krb5_free_principal(krb5, other);
    }
    change_sealed(options, &key, ticket->enc_part2);
    krb5_free_data_contents(krb5, &ticket->enc_part.ciphertext);
    need("ticket", krb5_encrypt_tkt_part(krb5, &key, ticket));
    ticket->enc_part.kvno = kvno;
    krb5_free_keyblock_contents(krb5, &key);
    change_clear(options, ticket);
    return ticket;
}

/* ---- the request ------------------------------------------------------------ */

static void encrypt_authenticator(const krb5_keyblock *key, const krb5_authenticator *authenticator,
                                  krb5_enc_data *sealed)
{
    krb5_data *code;
    size_t len;
    need("authenticator", encode_krb5_authenticator(authenticator, &code));
    need("authenticator", krb5_c_encrypt_length(krb5, key->enctype, code->length, &len));
    sealed->ciphertext = (krb5_data){.length = (unsigned)len, .data = calloc(1, len)};
    need("authenticator", krb5_c_encrypt(krb5, key, KRB5_KEYUSAGE_AP_REQ_AUTH, NULL, code, sealed));
    krb5_free_data(krb5, code);
}

static void seal_authenticator(const options_t *options, const krb5_creds *credentials, krb5_principal client,
                               krb5_enc_data *sealed)
{
    /* RFC 4121 section 4.1.1: the length of the channel bindings, none, and the flags */
    krb5_octet words[CHECKSUM_LEN] = {16};
    words[20] = GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | (options->mutual ? GSS_C_MUTUAL_FLAG : 0);
    krb5_checksum checksum = {.checksum_type = CHECKSUM_GSSAPI, .length = CHECKSUM_LEN, .contents = words};
    krb5_authenticator authenticator = {.client = client, .checksum = options->no_checksum ? NULL : &checksum};
    krb5_keyblock subkey;
    if (options->client != NULL)
        authenticator.client = principal(options->client);
    need("clock", krb5_us_timeofday(krb5, &authenticator.ctime, &authenticator.cusec));
    authenticator.ctime += (krb5_timestamp)options->client_time;
    need("subkey", krb5_c_make_random_key(krb5, credentials->keyblock.enctype, &subkey));
    authenticator.subkey = &subkey;
    encrypt_authenticator(&credentials->keyblock, &authenticator, sealed);
    krb5_free_keyblock_contents(krb5, &subkey);
    if (options->client != NULL)
        krb5_free_principal(krb5, authenticator.client);
    if (options->damage == DAMAGE_AUTHENTICATOR)
        flip(&sealed->ciphertext);
}

static void put_data(frame_t *frame, krb5_data *data)
{
    frame_put(frame, data->data, data->length);
    krb5_free_data(krb5, data);
}

static void put_request(const options_t *options, const krb5_creds *credentials, krb5_ticket *ticket, frame_t *frame)
{
    krb5_data *code;
    krb5_ap_req request = {.ticket = ticket};
    if (options->mutual)
        request.ap_options |= AP_OPTS_MUTUAL_REQUIRED;
    if (options->user2user)
        request.ap_options |= AP_OPTS_USE_SESSION_KEY;
    seal_authenticator(options, credentials, ticket->enc_part2->client, &request.authenticator);
    need("request", encode_krb5_ap_req(&request, &code));
    krb5_free_data_contents(krb5, &request.authenticator.ciphertext);
    put_data(frame, code);
}

/* ---- tokens without a ticket ------------------------------------------------ */

/* An IAKERB-PROXY message: what to ask the KDC of the service's realm (draft-ietf-kitten-iakerb section 3.1). */
static void put_iakerb(const options_t *options, frame_t *frame)
{
    krb5_enctype enctype = ENCTYPE_AES256_CTS_HMAC_SHA1_96;
    krb5_principal server = principal(options->spn), client = principal("alice"), kdc;
    krb5_data *code, *realm = &server->realm;
    need("KDC", krb5_build_principal(krb5, &kdc, realm->length, realm->data, KRB5_TGS_NAME, realm->data, NULL));
    krb5_kdc_req request = {.msg_type = KRB5_AS_REQ,
                            .client = client,
                            .server = kdc,
                            .till = now_and(36000),
                            .nonce = 1,
                            .nktypes = 1,
                            .ktype = &enctype};
    need("AS-REQ", encode_krb5_as_req(&request, &code));
    put_data(frame, code);
    size_t after = frame->len;
    frame_put(frame, realm->data, realm->length);
    frame_wrap(frame, DER_UTF8_STRING, after);
    frame_wrap(frame, DER_CONTEXT_1, after);
    frame_wrap(frame, DER_SEQUENCE, after);
    krb5_free_principal(krb5, server);
    krb5_free_principal(krb5, client);
    krb5_free_principal(krb5, kdc);
}

static void put_offer(const options_t *options, frame_t *frame)
{
    switch (options->offer) {
    case OFFER_IAKERB:
        put_iakerb(options, frame);
        frame_mechanism(frame, &oid_iakerb, "\x05\x01");
        frame_offer(frame, &oid_iakerb);
        break;
    case OFFER_NEGOEX:
        frame_negoex(frame);
        frame_offer(frame, &oid_negoex);
        break;
    case OFFER_NTLM:
        frame_ntlm(frame);
        frame_offer(frame, &oid_ntlm);
        break;
    case OFFER_RAW_NTLM:
        frame_ntlm(frame);
        break;
    case OFFER_NONE:
        break;
    }
}

static void put_error(const options_t *options, frame_t *frame)
{
    krb5_data code;
    krb5_error error = {.error = options->code, .stime = now_and(0), .server = principal(options->spn)};
    need("KRB-ERROR", krb5_mk_error(krb5, &error, &code));
    frame_put(frame, code.data, code.length);
    krb5_free_data_contents(krb5, &code);
    krb5_free_principal(krb5, error.server);
}

/* ---- the program ------------------------------------------------------------ */

static void print_frame(frame_t *frame)
{
    gss_buffer_desc bytes = frame_bytes(frame);
    print_base64(stdout, &bytes);
}

static void print_kerberos(const options_t *options, frame_t *frame, const char *id)
{
    frame_mechanism(frame, &oid_krb5, id);
    if (!options->bare)
        frame_offer(frame, &oid_krb5);
    print_frame(frame);
}

static void without_ticket(const options_t *options)
{
    frame_t frame = {.len = 0};
    if (options->krb_error) {
        put_error(options, &frame);
        print_kerberos(options, &frame, "\x03\x00");
        return;
    }
    if (options->response)
        frame_response(&frame);
    else
        put_offer(options, &frame);
    print_frame(&frame);
}

static void with_ticket(const options_t *options)
{
    krb5_creds *credentials = get_credentials(options);
    krb5_ticket *ticket = forge_ticket(options, &credentials->ticket);
    for (long done = 0; done < options->count; done++) {
        frame_t frame = {.len = 0};
        put_request(options, credentials, ticket, &frame);
        print_kerberos(options, &frame, "\x01\x00");
    }
    krb5_free_ticket(krb5, ticket);
    krb5_free_creds(krb5, credentials);
}

/* The place of a word in a list that ends with NULL, from 1 on; 0 if it is not there. */
static int word(const char *text, const char *const *list)
{
    for (int n = 0; list[n] != NULL; n++)
        if (strcmp(text, list[n]) == 0)
            return n + 1;
    return 0;
}

static bool parse_option(int letter, options_t *options)
{
    static const char *const damages[] = {"authenticator", "ticket", NULL};
    static const char *const offers[] = {"iakerb", "negoex", "ntlm", "raw-ntlm", NULL};
    switch (letter) {
    case 'k':
        options->keytab = optarg;
        return true;
    case 't':
        options->client_time = strtol(optarg, NULL, 10);
        return true;
    case 'T':
        options->times = true;
        return sscanf(optarg, "%ld,%ld", &options->start, &options->end) == 2;
    case 'c':
        options->client = optarg;
        return true;
    case 'd':
        options->damage = (damage_t)word(optarg, damages);
        return options->damage != DAMAGE_NONE;
    case 'C':
        options->no_checksum = true;
        return true;
    case 'f':
        options->invalid = true;
        return strcmp(optarg, "invalid") == 0;
    case 'x':
        options->transited = optarg;
        return true;
    case 'p':
        options->pac = true;
        return strcmp(optarg, "damaged") == 0;
    case 'v':
        options->kvno = (krb5_kvno)strtoul(optarg, NULL, 10);
        options->kvno_given = true;
        return true;
    case 'V':
        options->kvno_given = true; /* RFC 4120 section 5.2.9: 0 is left out */
        return true;
    case 's':
        options->sname = optarg;
        return true;
    case 'r':
        options->realm = optarg;
        return true;
    case 'S':
        options->seal = optarg;
        return true;
    case 'm':
        options->mutual = true;
        return true;
    case 'u':
        options->user2user = true;
        return true;
    case 'o':
        options->offer = (offer_t)word(optarg, offers);
        return options->offer != OFFER_NONE;
    case 'e':
        options->krb_error = true;
        options->code = (krb5_ui_4)strtoul(optarg, NULL, 10);
        return true;
    case 'R':
        options->response = true;
        return true;
    case 'b':
        options->bare = true;
        return strcmp(optarg, "krb5") == 0;
    case 'n':
        options->count = strtol(optarg, NULL, 10);
        return true;
    default:
        return false;
    }
}

static bool needs_ticket(const options_t *options)
{
    return options->offer == OFFER_NONE && !options->krb_error && !options->response;
}

static bool parse(int argc, char **argv, options_t *options)
{
    static const struct option known[] = {
        {"keytab", required_argument, NULL, 'k'},
        {"client-time", required_argument, NULL, 't'},
        {"ticket-times", required_argument, NULL, 'T'},
        {"client", required_argument, NULL, 'c'},
        {"damage", required_argument, NULL, 'd'},
        {"no-checksum", no_argument, NULL, 'C'},
        {"flags", required_argument, NULL, 'f'},
        {"transited", required_argument, NULL, 'x'},
        {"pac", required_argument, NULL, 'p'},
        {"kvno", required_argument, NULL, 'v'},
        {"no-kvno", no_argument, NULL, 'V'},
        {"sname", required_argument, NULL, 's'},
        {"realm", required_argument, NULL, 'r'},
        {"seal", required_argument, NULL, 'S'},
        {"mutual", no_argument, NULL, 'm'},
        {"user2user", no_argument, NULL, 'u'},
        {"offer", required_argument, NULL, 'o'},
        {"krb-error", required_argument, NULL, 'e'},
        {"response", no_argument, NULL, 'R'},
        {"mech", required_argument, NULL, 'b'},
        {"count", required_argument, NULL, 'n'},
        {NULL, 0, NULL, 0},
    };
    int letter;
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (!parse_option(letter, options))
            return false;
    options->spn = argv[optind];
    return argc == optind + 1 && (options->keytab != NULL || !needs_ticket(options));
}

int main(int argc, char **argv)
{
    options_t options = {.count = 1};
    if (!parse(argc, argv, &options)) {
        fputs("usage: gssforge SPN --keytab FILE [options], or SPN --offer MECHANISM, --krb-error CODE or --response; "
              "see the top of gssforge.c\n",
              stderr);
        return 2;
    }
    need("Kerberos", krb5_init_context(&krb5));
    if (needs_ticket(&options))
        with_ticket(&options);
    else
        without_ticket(&options);
    krb5_free_context(krb5);
    return 0;
}
