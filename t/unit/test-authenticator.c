/* The plain text of an authenticator, real and damaged. */
#include "check.h"
#include "invariants.h"
#include "vectors.h"

static vector_t real;

static void whole(void)
{
    ngd_authenticator_t facts;
    ngd_stop_t stop = ngd_authenticator_decode(vector_span(&real), &facts);
    char text[64];

    check(stop.reason == NGD_STOP_NONE, "an authenticator of MIT krb5 is read to its end");
    check_text(ngd_text_utf8(facts.realm, NGD_CHARSET_OEM, text, sizeof text), "EXAMPLE.TEST",
               "it names its realm");
    check_text(ngd_principal_text(&facts.cname, text, sizeof text), "alice", "it names its client");
    check(facts.cname.type == 1, "the client's name is of the type principal");
    check(facts.client_time_secs == 1795463642 && facts.client_time_usecs == 571956,
          "it holds the client's clock (%lld)", (long long)facts.client_time_secs);
    check(facts.has_subkey && facts.subkey_enctype == 18, "it holds the type of the subkey");
}

/* What the encryption padded is not part of it. */
static void padded(void)
{
    ngd_authenticator_t facts;
    vector_t longer = real;
    ngd_stop_t stop;

    memset(longer.bytes + longer.len, 0, 7);
    longer.len += 7;
    stop = ngd_authenticator_decode(vector_span(&longer), &facts);
    check(stop.reason == NGD_STOP_NONE && facts.has_subkey, "padding behind it is not looked at");
}

static ngd_stop_t decode_exactly(const uint8_t *bytes, size_t len, ngd_authenticator_t *facts, bool *sound)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    ngd_span_t span = { .data = exact, .len = len };
    ngd_stop_t stop;

    if (exact == NULL) {
        vector_give_up(real.name, "out of memory");
    }
    memcpy(exact, bytes, len);
    stop = ngd_authenticator_decode(span, facts);
    *sound = broken_authenticator(span, stop, facts) == NULL;
    free(exact);
    return stop;
}

static void truncated(void)
{
    size_t wrong = 0;

    for (size_t len = 0; len < real.len; len++) {
        ngd_authenticator_t facts;
        bool sound;
        ngd_stop_t stop = decode_exactly(real.bytes, len, &facts, &sound);

        wrong += !sound || stop.reason != NGD_STOP_TRUNCATED || stop.offset != len;
    }
    check(wrong == 0, "every cut is a truncation at its place (%zu are not)", wrong);
}

static void changed(void)
{
    size_t wrong = 0;

    for (size_t at = 0; at < real.len; at++) {
        for (unsigned change = 1; change < 256; change++) {
            vector_t damaged = real;
            ngd_authenticator_t facts;
            bool sound;

            damaged.bytes[at] = (uint8_t)(damaged.bytes[at] ^ change);
            decode_exactly(damaged.bytes, damaged.len, &facts, &sound);
            wrong += !sound;
        }
    }
    check(wrong == 0, "every change of one byte is survived (%zu are not)", wrong);
}

/* A field's contents in the real one, changed in place. */
static void expect_stop(const char *find, const char *replace, const char *expected, const char *name)
{
    vector_t damaged = real;
    size_t len = strlen(find);
    ngd_authenticator_t facts;
    ngd_stop_t stop;

    for (size_t at = 0; at + len <= damaged.len; at++) {
        if (memcmp(damaged.bytes + at, find, len) == 0) {
            memcpy(damaged.bytes + at, replace, len);
        }
    }
    stop = ngd_authenticator_decode(vector_span(&damaged), &facts);
    check(stop.reason == NGD_STOP_MALFORMED, "%s", name);
    check_text(stop.expected, expected, "%s: what was expected", name);
}

int main(void)
{
    vector_load("mit-authenticator", &real);
    whole();
    padded();
    truncated();
    changed();
    expect_stop("20261123", "20261323", "Authenticator.ctime", "a thirteenth month is damage");
    expect_stop("20261123", "2026 123", "Authenticator.ctime", "a time with a blank is damage");
    expect_stop("\x02\x01\x05", "\x02\x01\x04", "Authenticator.authenticator-vno",
                "another version is damage");
    expect_stop("\x1b\x05" "alice", "\x04\x05" "alice", "Authenticator.cname",
                "a name that is no string is damage");
    return check_done();
}
