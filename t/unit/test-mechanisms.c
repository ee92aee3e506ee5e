/*
 * A system may have more mechanisms than are enabled here.  Loads gss-ntlmssp, as
 * a machine that has it would, and offers its tokens.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptor.h"
#include "check.h"
#include "make-keytab.h"
#include "vectors.h"

static char path[] = "test-mechanisms-XXXXXX";
static char config[] = "test-mechanisms-conf-XXXXXX";

static const char *const principals[] = { "HTTP/web.example.test@EXAMPLE.TEST", NULL };

/* Names gss-ntlmssp to GSSAPI, before that reads its configuration; false if it is not there. */
static bool load_ntlm(void)
{
    glob_t found;
    int fd = mkstemp(config);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    if (!file || glob("/usr/lib/*/gssntlmssp/gssntlmssp.so", 0, NULL, &found) != 0) {
        return false;
    }
    fprintf(file, "gssntlmssp_v1 1.3.6.1.4.1.311.2.2.10 %s\n", found.gl_pathv[0]);
    fclose(file);
    globfree(&found);
    return setenv("GSS_MECH_CONFIG", config, 1) == 0;
}

static bool ntlm_is_loaded(void)
{
    static const char ntlm[] = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";
    gss_OID_desc oid = { sizeof ntlm - 1, (void *)ntlm };
    gss_OID_set all;
    OM_uint32 minor;
    int present = 0;

    if (gss_indicate_mechs(&minor, &all) == GSS_S_COMPLETE) {
        gss_test_oid_set_member(&minor, &oid, all, &present);
        gss_release_oid_set(&minor, &all);
    }
    return present;
}

/* What came of a token, and which mechanism the answer chooses. */
typedef struct {
    ngd_verdict_t verdict;
    ngd_mech_t chosen;
} outcome_t;

static outcome_t outcome_of(ngd_keytab_t *keytab, ngd_span_t bytes)
{
    ngd_acceptor_t acceptor = { keytab, { NGD_ACCEPTOR_SERVICE, "HTTP", NULL } };
    ngd_negotiation_t *negotiation = NULL;
    ngd_decision_t decision;
    ngd_token_t reply;

    ngd_accept(&acceptor, NULL, NGD_REPLAY_CHECK, &negotiation, bytes.data, bytes.len, &decision);
    ngd_token_decode((ngd_span_t){ decision.reply, decision.reply_bytes }, &reply);
    outcome_t outcome = { decision.verdict, reply.supported_mech.mech };
    ngd_decision_release(&decision);
    ngd_negotiation_end(&negotiation);
    return outcome;
}

static bool is_refused(ngd_keytab_t *keytab, const char *name)
{
    vector_t vector;

    vector_load(name, &vector);
    return outcome_of(keytab, vector_span(&vector)).verdict == NGD_VERDICT_REFUSED;
}

/* NegTokenInit with NTLM as the only mechanism, around a real first message of NTLM. */
static bool is_refused_in_spnego(ngd_keytab_t *keytab, const char *name)
{
    uint8_t bytes[128] = {
        0x60, 0, 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02, 0xa0, 0, 0x30, 0,
        0xa0, 0x0e, 0x30, 0x0c, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a,
        0xa2, 0, 0x04, 0,
    };
    enum { HEAD_BYTES = 34 };
    vector_t vector;

    vector_load(name, &vector);
    uint8_t len = (uint8_t)vector.len;
    memcpy(bytes + HEAD_BYTES, vector.bytes, len);
    bytes[1] = (uint8_t)(HEAD_BYTES - 2 + len);
    bytes[11] = (uint8_t)(HEAD_BYTES - 12 + len);
    bytes[13] = (uint8_t)(HEAD_BYTES - 14 + len);
    bytes[31] = (uint8_t)(2 + len);
    bytes[33] = len;
    ngd_span_t span = { bytes, (size_t)HEAD_BYTES + len };
    ngd_token_t decoded;
    ngd_token_decode(span, &decoded);
    return decoded.stop.reason == NGD_STOP_NONE && decoded.inner == NGD_INNER_NTLM
           && outcome_of(keytab, span).verdict == NGD_VERDICT_REFUSED;
}

int main(void)
{
    int fd = mkstemp(path);

    if (fd < 0 || !load_ntlm()) {
        printf("1..0 # SKIP gss-ntlmssp is not installed\n");
        unlink(path);
        unlink(config);
        return 0;
    }
    close(fd);
    write_keytab(path, 1, principals);
    ngd_thread_setup();
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);

    check(ntlm_is_loaded(), "GSSAPI has NTLM among its mechanisms");
    check(is_refused(keytab, "curl-ntlm-1"), "bare NTLM is refused all the same");
    check(is_refused_in_spnego(keytab, "curl-ntlm-1"), "NTLM alone inside SPNEGO is refused");
    vector_t both;
    vector_load("mit-spnego-ntlm-first", &both);
    outcome_t outcome = outcome_of(keytab, vector_span(&both));
    check(outcome.verdict == NGD_VERDICT_CONTINUE && outcome.chosen == NGD_MECH_KRB5,
          "where the client prefers NTLM and offers Kerberos, Kerberos is chosen");

    unlink(path);
    unlink(config);
    ngd_thread_teardown();
    ngd_keytab_destroy(keytab);
    return check_done();
}
