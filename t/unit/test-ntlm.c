/* NTLMSSP messages: the names in them, and the buffers that lie about where they are. */
#include "check.h"
#include "vectors.h"

static const struct {
    const char *name;
    const char *vector;
    uint32_t type;
    uint32_t flags;             /* 0: the message has none, or they are not looked at */
    const char *domain;         /* NULL: none */
    const char *user;
    const char *workstation;
    unsigned version;           /* major, minor, build: 0xMMmmbbbb; 0: none */
    ngd_stop_reason_t reason;
    size_t offset;
    const char *expected;
} cases[] = {
    { .name = "a first message of gss-ntlmssp names nobody", .vector = "gssntlmssp-1", .type = 1,
      .flags = 0xe2088217u, .version = 0x06020000 },
    { .name = "a challenge names the server's domain", .vector = "gssntlmssp-2", .type = 2,
      .flags = 0xe28a8215u, .domain = "VM", .version = 0x06020000 },
    { .name = "a third message names domain, user and workstation", .vector = "gssntlmssp-3", .type = 3,
      .flags = 0xe28a8215u, .domain = "EXAMPLE", .user = "alice", .workstation = "VM",
      .version = 0x06020000 },
    { .name = "curl's first message has no version", .vector = "curl-ntlm-1", .type = 1,
      .flags = 0x00088206u },
    { .name = "curl's third message is read", .vector = "curl-ntlm-3", .type = 3, .flags = 0xe28a8215u,
      .domain = "EXAMPLE", .user = "alice", .workstation = "WORKSTATION", .version = 0xb63edd4d },
    { .name = "a third message inside SPNEGO is read", .vector = "mit-response-ntlm-3", .type = 3,
      .flags = 0xe28a8215u, .domain = "EXAMPLE", .user = "alice", .workstation = "VM",
      .version = 0x06020000 },
    { .name = "the strings of a first message are OEM, whatever its flags say", .vector = "windows-ntlm-1",
      .type = 1, .flags = 0xe2083297u, .domain = "EXAMPLE", .workstation = "PC-1", .version = 0x0a004a61 },
    { .name = "a buffer whose flag is not set is ignored", .vector = "ntlm-1-buffers-ignored", .type = 1,
      .flags = 0x00000207u },
    { .name = "a third message in UTF-16 is read", .vector = "windows-ntlm-3", .type = 3,
      .flags = 0x02000201u,
      .domain = "EXAMPLE", .user = "alice", .workstation = "PC-1", .version = 0x0a004a61 },
    { .name = "a third message in OEM is read", .vector = "ntlm-3-oem", .type = 3, .flags = 0x02000202u,
      .domain = "EXAMPLE", .user = "alice", .workstation = "PC-1", .version = 0x0a004a61 },
    { .name = "an anonymous third message names nobody", .vector = "ntlm-3-anonymous", .type = 3,
      .flags = 0x02000201u, .version = 0x0a004a61 },
    { .name = "a third message of an old client has no flags, and its names are read",
      .vector = "ntlm-3-without-flags", .type = 3, .domain = "EXAMPLE", .user = "alice",
      .workstation = "PC" },
    { .name = "a name behind the end of the message is not there", .vector = "damaged-ntlm-3-user-outside",
      .type = 3, .flags = 0x02000201u, .domain = "EXAMPLE", .workstation = "PC-1", .version = 0x0a004a61,
      .reason = NGD_STOP_TRUNCATED, .offset = 152, .expected = "AUTHENTICATE_MESSAGE.UserName" },
    { .name = "a name longer than the message ends with it", .vector = "damaged-ntlm-3-user-longer",
      .type = 3, .flags = 0x02000201u, .domain = "EXAMPLE", .user = "alicePC-1", .workstation = "PC-1",
      .version = 0x0a004a61, .reason = NGD_STOP_TRUNCATED, .offset = 104,
      .expected = "AUTHENTICATE_MESSAGE.UserName" },
    { .name = "a name that points into the fixed fields is damage", .vector = "damaged-ntlm-3-user-in-header",
      .type = 3, .flags = 0x02000201u, .domain = "EXAMPLE", .workstation = "PC-1", .version = 0x0a004a61,
      .reason = NGD_STOP_MALFORMED, .offset = 36, .expected = "AUTHENTICATE_MESSAGE.UserName" },
    { .name = "a name that reaches into a response is not shown", .vector = "damaged-ntlm-3-user-in-response",
      .type = 3, .flags = 0x02000201u, .domain = "EXAMPLE", .workstation = "PC-1", .version = 0x0a004a61,
      .reason = NGD_STOP_MALFORMED, .offset = 124,
      .expected = "AUTHENTICATE_MESSAGE: names apart from responses" },
    { .name = "a fourth kind of message is damage", .vector = "damaged-ntlm-type", .type = 9,
      .reason = NGD_STOP_MALFORMED, .offset = 8, .expected = "the NTLMSSP message type" },
    { .name = "half a signature is a cut NTLM message", .vector = "damaged-ntlm-signature-cut",
      .reason = NGD_STOP_TRUNCATED, .offset = 4, .expected = "the NTLMSSP message type" },
};

static void check_string(const char *name, const char *field, ngd_span_t got, ngd_charset_t charset,
                         const char *want)
{
    char text[128];

    check_text(got.data != NULL ? ngd_text_utf8(got, charset, text, sizeof text) : NULL, want, "%s: %s",
               name, field);
}

static unsigned version_of(const ngd_ntlm_t *ntlm)
{
    return ntlm->has_version ? (unsigned)ntlm->major << 24 | (unsigned)ntlm->minor << 16 | ntlm->build : 0;
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = cases[i].name;
        vector_t vector;
        ngd_token_t token;

        vector_load(cases[i].vector, &vector);
        ngd_token_decode(vector_span(&vector), &token);
        check(token.inner == NGD_INNER_NTLM && token.ntlm.type == cases[i].type, "%s", name);
        check(token.ntlm.flags == cases[i].flags && token.ntlm.has_flags == (cases[i].flags != 0),
              "%s: flags", name);
        check_string(name, "domain", token.ntlm.domain, token.ntlm.charset, cases[i].domain);
        check_string(name, "user", token.ntlm.user, token.ntlm.charset, cases[i].user);
        check_string(name, "workstation", token.ntlm.workstation, token.ntlm.charset, cases[i].workstation);
        check(version_of(&token.ntlm) == cases[i].version, "%s: version", name);
        check(token.stop.reason == cases[i].reason && token.stop.offset == cases[i].offset, "%s: stop", name);
        check_text(token.stop.expected, cases[i].expected, "%s: what was expected", name);
    }
    return check_done();
}
