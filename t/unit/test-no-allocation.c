/*
 * Decoding and diagnosing allocate nothing, whatever they are given: this program counts the calls.
 * AddressSanitizer and valgrind put an allocator of their own in front of the counter:
 * the first skips the test; under the second its first check fails, as it should.
 */
#include "check.h"
#include "checks.h"
#include "compare.h"
#include "expand.h"
#include "vectors.h"

#include <dlfcn.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__

int main(void)
{
    printf("1..0 # SKIP not applicable: AddressSanitizer has an allocator of its own\n");
    return 0;
}

#else

/* volatile: compilers know that malloc changes no variable of the program. */
static volatile unsigned long allocations;

/* The allocator behind this program's own; not a cast, since ISO C has none between objects and functions. */
static void next_function(const char *name, void *function, size_t size)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(function, &symbol, size);
}

void *malloc(size_t size)
{
    static void *(*next)(size_t);

    allocations++;
    if (next == NULL) {
        next_function("malloc", &next, sizeof next);
    }
    return next(size);
}

void *calloc(size_t count, size_t size)
{
    static void *(*next)(size_t, size_t);

    allocations++;
    if (next == NULL) {
        next_function("calloc", &next, sizeof next);
    }
    return next(count, size);
}

void *realloc(void *old, size_t size)
{
    static void *(*next)(void *, size_t);

    allocations++;
    if (next == NULL) {
        next_function("realloc", &next, sizeof next);
    }
    return next(old, size);
}

static vector_t vectors[VECTORS_MAX];
static char texts[VECTORS_MAX][VECTOR_BYTES_MAX];
static size_t text_lens[VECTORS_MAX];

static void load(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[4096];

        text_lens[i] = vector_text(vector_path(vectors[i].name, path, sizeof path), texts[i],
                                   sizeof texts[i]);
    }
}

/* Everything that the room does with a token, and with the beginning of it. */
static void use(const uint8_t *bytes, size_t len)
{
    ngd_span_t span = { .data = bytes, .len = len };
    ngd_authenticator_t authenticator;
    ngd_token_t token;
    char text[256];

    ngd_token_decode(span, &token);
    ngd_authenticator_decode(span, &authenticator);
    ngd_principal_text(&token.ap_req.sname, text, sizeof text);
    ngd_text_utf8(token.ntlm.user, token.ntlm.charset, text, sizeof text);
    for (size_t i = 0; i < token.mechanisms_count; i++) {
        ngd_oid_text(token.mechanisms[i].oid, text, sizeof text);
    }
}

/* A refusal in which as much as can be is known. */
static ngd_evidence_t refusal_of(const ngd_token_t *token)
{
    static const ngd_keytab_entry_t entries[] = {
        { "HTTP/web.example.test@EXAMPLE.TEST", 1, 18, 1760000000 },
        { "http/web.localhost@EXAMPLE.TEST", 3, 17, 1760000000 },
    };

    return (ngd_evidence_t){
        .attempt = { "K7QF-3M2X", INT64_C(1795442527000000), NGD_OUTCOME_REFUSED, 1 },
        .header.scheme = NGD_SCHEME_NEGOTIATE,
        .header.base64 = { (const uint8_t *)"YII", 3 },
        .token = *token,
        .ticket = { .opened = true, .client = "alice@EXAMPLE.TEST", .start_time_secs = 1795442000,
                    .end_time_secs = 1795442001 },
        .keytab = { .path = "/etc/http.keytab", .state = NGD_KEYTAB_GOOD, .entries = entries, .entries_count = 2 },
        .clock = { INT64_C(1795442527000000), true, INT64_C(1795440000000000), 300 },
        .decision.refusal = NGD_REFUSAL_GSS,
        .connection = { .host = "web.example.test:8080", .user_agent = "Windows NT" },
    };
}

/* Everything that is said of it, in texts and in commands. */
static void explain(const ngd_evidence_t *evidence)
{
    char out[NGD_EXPANDED_SIZE], placeholder[64];
    const char *name;

    for (size_t i = 0; (name = ngd_placeholder_name(i)) != NULL; i++) {
        snprintf(placeholder, sizeof placeholder, "{%s}", name);
        ngd_expand(placeholder, evidence, NGD_EXPAND_TEXT, out, sizeof out);
        ngd_expand(placeholder, evidence, NGD_EXPAND_COMMAND, out, sizeof out);
    }
}

static void diagnose(const vector_t *vector)
{
    ngd_check_t checks[NGD_CHECKS];
    ngd_comparison_t comparison;
    ngd_diagnosis_t diagnosis;
    ngd_evidence_t evidence;
    ngd_token_t token;

    ngd_token_decode(vector_span(vector), &token);
    evidence = refusal_of(&token);
    ngd_compare(&evidence, &comparison);
    ngd_diagnose(&evidence, &diagnosis);
    ngd_checks(&evidence, &diagnosis, checks);
    explain(&evidence);
}

static void diagnose_all(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        diagnose(&vectors[i]);
    }
}

static void use_all(size_t count)
{
    static uint8_t out[VECTOR_BYTES_MAX];
    ngd_header_t header;
    size_t bytes;

    for (size_t i = 0; i < count; i++) {
        for (size_t len = 0; len <= vectors[i].len; len++) {
            use(vectors[i].bytes, len);
        }
        for (size_t len = 0; len <= text_lens[i]; len++) {
            ngd_header_split(texts[i], len, &header);
            ngd_base64_decode((ngd_span_t){ (const uint8_t *)texts[i], len }, out, sizeof out, &bytes);
        }
    }
}

int main(void)
{
    size_t count = vector_load_all(vectors);
    unsigned long before;
    void *volatile block;

    load(count);
    before = allocations;
    block = malloc(1);
    check(allocations == before + 1, "an allocation is counted");
    free(block);
    before = allocations;
    use_all(count);
    check(allocations == before, "no vector and no beginning of one makes decoding allocate (%lu did)",
          allocations - before);
    before = allocations;
    diagnose_all(count);
    check(allocations == before, "nor does any make diagnosing, checking or explaining allocate (%lu did)",
          allocations - before);
    return check_done();
}

#endif
