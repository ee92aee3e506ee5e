#include "base64.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <openssl/evp.h>

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

void print_base64(FILE *out, const gss_buffer_desc *token)
{
    unsigned char *text = allocate((token->length + 2) / 3 * 4 + 1);
    EVP_EncodeBlock(text, token->value, (int)token->length);
    fprintf(out, "%s\n", (char *)text);
    fflush(out);
    free(text);
}

/* How many bytes of the last group are padding. */
static size_t padding(const char *line, size_t len)
{
    size_t count = 0;
    while (count < 2 && count < len && line[len - 1 - count] == '=')
        count++;
    return count;
}

bool read_base64(FILE *in, gss_buffer_desc *token)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t got = getline(&line, &size, in);
    if (got < 0) {
        free(line);
        return false;
    }
    size_t len = strcspn(line, "\r\n");
    token->value = allocate(len + 1);
    int decoded = EVP_DecodeBlock(token->value, (unsigned char *)line, (int)len);
    token->length = decoded > 0 ? (size_t)decoded - padding(line, len) : 0;
    if (decoded < 0) {
        free(token->value);
        token->value = NULL;
    }
    free(line);
    return true;
}
