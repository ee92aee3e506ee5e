/* Every vector, cut at every byte and changed at every byte: bounds, invariants, OpenSSL's error queue. */
#include "check.h"
#include "invariants.h"
#include "vectors.h"

#include <openssl/err.h>

/* Up to this size every change of every byte is tried, beyond it some. */
enum { SMALL_VECTOR_BYTES = 400 };

static vector_t vectors[VECTORS_MAX];
static size_t vectors_count;

/* In memory of exactly its size, so that AddressSanitizer and valgrind see a byte too many being read. */
static const char *decode_exactly(const uint8_t *bytes, size_t len, ngd_stop_t *stop)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    ngd_span_t span = { .data = exact, .len = len };
    ngd_token_t token;
    const char *broken;

    if (exact == NULL) {
        vector_give_up("memory", "none left");
    }
    memcpy(exact, bytes, len);
    ngd_token_decode(span, &token);
    broken = broken_invariant(span, &token);
    *stop = token.stop;
    free(exact);
    return broken;
}

static void cut_everywhere(const vector_t *vector)
{
    ngd_stop_t whole;
    ngd_stop_t stop;
    const char *broken = decode_exactly(vector->bytes, vector->len, &whole);
    size_t unseen = 0;
    size_t misnamed = 0;

    for (size_t len = 0; len < vector->len; len++) {
        const char *now = decode_exactly(vector->bytes, len, &stop);

        broken = now != NULL ? now : broken;
        /* Cut in the right place, a damaged token may be a sound one. */
        unseen += whole.reason != NGD_STOP_MALFORMED && stop.reason == NGD_STOP_NONE;
        /* Where the whole token is sound there is nothing to find in a part of it but its end. */
        misnamed += whole.reason == NGD_STOP_NONE && stop.reason == NGD_STOP_MALFORMED;
    }
    check_text(broken, NULL, "%s: invariants hold wherever it is cut", vector->name);
    check(unseen == 0, "%s: no cut goes unseen (%zu do)", vector->name, unseen);
    check(misnamed == 0, "%s: no cut of a sound token is called damage (%zu are)", vector->name, misnamed);
}

static bool change_is_tried(const vector_t *vector, unsigned change)
{
    return vector->len <= SMALL_VECTOR_BYTES || (change & (change - 1)) == 0 || change == 0xff;
}

static void change_everywhere(const vector_t *vector)
{
    const char *broken = NULL;

    for (size_t at = 0; at < vector->len; at++) {
        for (unsigned change = 1; change < 256; change++) {
            vector_t damaged = *vector;
            ngd_stop_t stop;
            const char *now;

            if (!change_is_tried(vector, change)) {
                continue;
            }
            damaged.bytes[at] = (uint8_t)(damaged.bytes[at] ^ change);
            now = decode_exactly(damaged.bytes, damaged.len, &stop);
            broken = now != NULL ? now : broken;
        }
    }
    check_text(broken, NULL, "%s: invariants hold whichever byte is changed", vector->name);
}

int main(void)
{
    vectors_count = vector_load_all(vectors);
    check(vectors_count > 60, "the vectors are found");
    for (size_t i = 0; i < vectors_count; i++) {
        cut_everywhere(&vectors[i]);
        change_everywhere(&vectors[i]);
    }
    check(ERR_peek_error() == 0, "OpenSSL's error queue is empty after all that");
    return check_done();
}
