/*
 * replay.c - a main for fuzz targets: runs files, and the files of folders, once.
 *
 *     fuzz-token corpus/token one-more-file
 *
 * Fails if there is nothing to run, so that a lost corpus does not pass.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_BYTES_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t inputs;

/* In memory of exactly its size, so that AddressSanitizer and valgrind see a byte too many being read. */
static void run_bytes(const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);

    if (exact == NULL) {
        perror("replay");
        exit(99);
    }
    memcpy(exact, bytes, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    inputs++;
}

static void run_file(const char *path)
{
    static uint8_t bytes[INPUT_BYTES_MAX];
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL) {
        perror(path);
        exit(99);
    }
    len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    run_bytes(bytes, len);
}

static void run_folder(const char *path, DIR *folder)
{
    struct dirent *entry;

    while ((entry = readdir(folder)) != NULL) {
        char file[4096];

        if (entry->d_name[0] == '.') {
            continue;
        }
        if (snprintf(file, sizeof file, "%s/%s", path, entry->d_name) >= (int)sizeof file) {
            fprintf(stderr, "%s: the path is too long\n", path);
            exit(99);
        }
        run_file(file);
    }
}

static void run(const char *path)
{
    DIR *folder = opendir(path);

    if (folder != NULL) {
        run_folder(path, folder);
        closedir(folder);
    } else {
        run_file(path);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        run(argv[i]);
    }
    printf("%zu inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}
