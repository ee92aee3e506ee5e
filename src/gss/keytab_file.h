/*
 * keytab_file.h - reading a keytab file whole, and seeing that it is whole.
 */
#ifndef NGD_KEYTAB_FILE_H
#define NGD_KEYTAB_FILE_H

#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "keytab.h"

enum { NGD_DIGEST_BYTES = 32 };

/* What a file was when it was read.  The digest tells two readings apart that have one identity. */
typedef struct {
    ngd_keytab_state_t state;
    int os_error;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
    size_t records;                         /* that hold an entry each; 0 for the old format, which is not walked */
    bool torn;                              /* NGD_KEYTAB_CORRUPT: it begins like a keytab and ends inside a record */
    bool young;                             /* so fresh that the next change may carry the same time stamps */
    unsigned char digest[NGD_DIGEST_BYTES]; /* of the contents, where state is NGD_KEYTAB_GOOD */
} ngd_keytab_file_t;

/* Reads the file and checks its structure; the keys themselves are not kept. */
void ngd_keytab_file_read(const char *path, ngd_keytab_file_t *file);

/* True if the path still names what was read, and nothing can have changed unseen. */
bool ngd_keytab_file_unchanged(const char *path, const ngd_keytab_file_t *file);

/* A number for the file in this state: the same in every process, another after almost any change. */
uint64_t ngd_keytab_file_version(const ngd_keytab_file_t *file);

bool ngd_keytab_file_same_contents(const ngd_keytab_file_t *a, const ngd_keytab_file_t *b);

#endif
