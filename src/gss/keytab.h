/*
 * keytab.h - the acceptor's keytab: a file that changes under a running server.
 *
 * The file is watched, and read into a keyset (keyset.h), which is replaced when
 * the file changes.  A file that is torn by its writer, unreadable or corrupt
 * never replaces a good one.
 *
 * What krb5 does not notice, and what is therefore done here: a keytab cut off
 * anywhere reads well, as a shorter keytab, so the file's own length structure
 * is checked first; and a writer can change a file twice within one time stamp,
 * so a file younger than NGD_KEYTAB_YOUNG_SECS is read again.
 *
 * Threads: everything here may be called from any thread.
 */
#ifndef NGD_KEYTAB_H
#define NGD_KEYTAB_H

#include "keyset.h"

enum {
    NGD_KEYTAB_LOOK_SECS = 1,                   /* how often the file is looked at, at most, while all is well */
    NGD_KEYTAB_YOUNG_SECS = 2,                  /* a time stamp this fresh may hide another change */
    NGD_KEYTAB_BYTES_MAX = 16 * 1024 * 1024,    /* some 100,000 keys; anything larger is no keytab */
    NGD_KEYTAB_ENTRIES_MAX = 100000,
};

typedef struct ngd_keytab ngd_keytab_t;

/* Told once for each change of what the file is; called by the thread that looked, under no lock. */
typedef struct {
    const char *path;
    ngd_keytab_state_t state;
    int os_error;           /* errno for NGD_KEYTAB_MISSING and NGD_KEYTAB_UNREADABLE, otherwise 0 */
    const char *why;        /* krb5's words for NGD_KEYTAB_UNLOADABLE, otherwise "" */
    size_t entries;         /* of the keyset now in use */
    bool recovered;         /* good now, and was not at the last look */
    bool keeps_old_keys;    /* the file is not good, but an older reading is still in use */
    uint64_t version;       /* the same in every process that sees the file in this state */
} ngd_keytab_news_t;
typedef void ngd_keytab_news_fn(const ngd_keytab_news_t *news);

/* Names a file; does not open it.  tell may be NULL.  NULL when memory ran out. */
ngd_keytab_t *ngd_keytab_create(const char *path, ngd_keytab_news_fn *tell);
/* No thread may use it any more; keysets still referenced live on. */
void ngd_keytab_destroy(ngd_keytab_t *keytab);

const char *ngd_keytab_path(const ngd_keytab_t *keytab);
ngd_keytab_state_t ngd_keytab_state(ngd_keytab_t *keytab);
/* errno for NGD_KEYTAB_MISSING and NGD_KEYTAB_UNREADABLE, otherwise 0. */
int ngd_keytab_os_error(ngd_keytab_t *keytab);

/* "does not exist" and so on: what a state means for people, behind the keytab's path.  Static. */
const char *ngd_keytab_state_words(ngd_keytab_state_t state);

typedef enum {
    NGD_LOOK_USUAL,         /* at the file once in NGD_KEYTAB_LOOK_SECS at most */
    NGD_LOOK_NOW,           /* after a refusal: the file may be newer than the keys */
} ngd_look_t;

/* The keys in use, as a reference that the caller releases; NULL where no reading was ever good. */
ngd_keyset_t *ngd_keytab_keys(ngd_keytab_t *keytab, ngd_look_t look);
#endif
