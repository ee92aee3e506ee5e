#include "keytab_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the structure of the file ------------------------------------------------ */

enum {
    KEYTAB_MAGIC = 5,
    KEYTAB_VERSION_1 = 1,       /* native byte order; nothing has written it for decades */
    KEYTAB_VERSION_2 = 2,       /* big-endian */
    KEYTAB_HEADER_BYTES = 2,
    KEYTAB_LENGTH_BYTES = 4,
};

static int32_t record_length(const unsigned char *p)
{
    return (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3]);
}

/*
 * Walks the records, each a signed length and so many bytes (a negative length
 * is a hole).  krb5 takes a record that is cut off for the end of the keytab;
 * to us it says that somebody is writing.  krb5 ends at a length of 0 too.
 */
static ngd_keytab_state_t check_records(const unsigned char *p, size_t left, size_t *records)
{
    while (left > 0) {
        if (left < KEYTAB_LENGTH_BYTES) {
            return NGD_KEYTAB_CORRUPT;
        }
        int32_t length = record_length(p);
        if (length == 0) {
            break;
        }
        size_t bytes = length < 0 ? (size_t)(-(int64_t)length) : (size_t)length;
        if (bytes > left - KEYTAB_LENGTH_BYTES) {
            return NGD_KEYTAB_CORRUPT;
        }
        *records += length > 0;
        p += KEYTAB_LENGTH_BYTES + bytes;
        left -= KEYTAB_LENGTH_BYTES + bytes;
    }
    if (*records > NGD_KEYTAB_ENTRIES_MAX) {
        return NGD_KEYTAB_CORRUPT;
    }
    return *records > 0 ? NGD_KEYTAB_GOOD : NGD_KEYTAB_EMPTY;
}

static bool begins_like_keytab(const unsigned char *bytes, size_t len)
{
    return len >= KEYTAB_HEADER_BYTES && bytes[0] == KEYTAB_MAGIC
           && (bytes[1] == KEYTAB_VERSION_2 || bytes[1] == KEYTAB_VERSION_1);
}

static ngd_keytab_state_t check_structure(const unsigned char *bytes, size_t len, size_t *records)
{
    if (len == 0) {
        return NGD_KEYTAB_EMPTY;
    }
    if (!begins_like_keytab(bytes, len)) {
        return NGD_KEYTAB_CORRUPT;
    }
    if (bytes[1] == KEYTAB_VERSION_2) {
        return check_records(bytes + KEYTAB_HEADER_BYTES, len - KEYTAB_HEADER_BYTES, records);
    }
    return NGD_KEYTAB_GOOD;
}

/* ---- reading -------------------------------------------------------------------- */

static void set_identity(ngd_keytab_file_t *file, const struct stat *st)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    file->device = st->st_dev;
    file->inode = st->st_ino;
    file->size = st->st_size;
    file->modified = st->st_mtim;
    file->changed = st->st_ctim;
    file->young = now.tv_sec - st->st_ctim.tv_sec < NGD_KEYTAB_YOUNG_SECS;
}

static void set_error(ngd_keytab_file_t *file, int error)
{
    file->os_error = error;
    file->state = error == ENOENT || error == ENOTDIR ? NGD_KEYTAB_MISSING : NGD_KEYTAB_UNREADABLE;
}

/* Reads at most size bytes; less only at the end of the file.  -1 with errno. */
static ssize_t read_all(int fd, unsigned char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static void read_contents(int fd, ngd_keytab_file_t *file)
{
    /* One byte more than the file had: a file that grows meanwhile is being written. */
    size_t size = (size_t)file->size + 1;
    unsigned char *bytes = malloc(size);

    if (!bytes) {
        set_error(file, ENOMEM);
        return;
    }
    ssize_t len = read_all(fd, bytes, size);
    if (len < 0) {
        set_error(file, errno);
    } else if (len != (ssize_t)file->size) {
        file->state = NGD_KEYTAB_CORRUPT;
    } else {
        file->state = check_structure(bytes, (size_t)len, &file->records);
        file->torn = file->state == NGD_KEYTAB_CORRUPT && file->records <= NGD_KEYTAB_ENTRIES_MAX
                     && begins_like_keytab(bytes, (size_t)len);
        EVP_Digest(bytes, (size_t)len, file->digest, NULL, EVP_sha256(), NULL);
    }
    OPENSSL_cleanse(bytes, size);
    free(bytes);
}

void ngd_keytab_file_read(const char *path, ngd_keytab_file_t *file)
{
    struct stat st;
    /* O_NONBLOCK: a FIFO in the keytab's place must not hold a thread for ever. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    memset(file, 0, sizeof *file);
    if (fd < 0) {
        set_error(file, errno);
        return;
    }
    if (fstat(fd, &st) != 0) {
        set_error(file, errno);
    } else if (!S_ISREG(st.st_mode) || st.st_size > NGD_KEYTAB_BYTES_MAX) {
        set_identity(file, &st);
        file->state = NGD_KEYTAB_CORRUPT;
    } else {
        set_identity(file, &st);
        read_contents(fd, file);
    }
    close(fd);
}

/* ---- comparing -------------------------------------------------------------------- */

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool ngd_keytab_file_unchanged(const char *path, const ngd_keytab_file_t *file)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        return file->os_error == errno;
    }
    /* A change of permissions moves only ctime, and may make a file readable that was not. */
    return file->os_error == 0 && !file->young && file->device == st.st_dev && file->inode == st.st_ino
           && file->size == st.st_size && same_time(file->modified, st.st_mtim)
           && same_time(file->changed, st.st_ctim);
}

bool ngd_keytab_file_same_contents(const ngd_keytab_file_t *a, const ngd_keytab_file_t *b)
{
    return a->state == NGD_KEYTAB_GOOD && b->state == NGD_KEYTAB_GOOD
           && memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

/* FNV-1a, folded over numbers instead of bytes: it need only differ, not resist. */
static uint64_t fold(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x100000001b3u;
}

uint64_t ngd_keytab_file_version(const ngd_keytab_file_t *file)
{
    uint64_t hash = 0xcbf29ce484222325u;

    hash = fold(hash, (uint64_t)file->state);
    hash = fold(hash, (uint64_t)file->os_error);
    hash = fold(hash, (uint64_t)file->inode);
    hash = fold(hash, (uint64_t)file->size);
    hash = fold(hash, (uint64_t)file->modified.tv_sec);
    return fold(hash, (uint64_t)file->modified.tv_nsec);
}
