/*
 * keytab.h - the acceptor's keys: a file that changes under a running server.
 *
 * A keytab (ngd_keytab_t) is a path that is watched.  A keyset (ngd_keyset_t)
 * is one good, immutable reading of it, held in MEMORY keytabs of krb5: opening,
 * locking and parsing the file for each request is what makes other acceptors
 * slow.  The keyset is replaced when the file changes; a file that is torn by
 * its writer, unreadable or corrupt never replaces a good one.
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

#include <krb5.h>

#include "evidence.h"

enum {
    NGD_KEYTAB_LOOK_SECS = 1,                   /* how often the file is looked at, at most, while all is well */
    NGD_KEYTAB_YOUNG_SECS = 2,                  /* a time stamp this fresh may hide another change */
    NGD_KEYTAB_BYTES_MAX = 16 * 1024 * 1024,    /* some 100,000 keys; anything larger is no keytab */
    NGD_KEYTAB_ENTRIES_MAX = 100000,
};

typedef struct ngd_keytab ngd_keytab_t;
typedef struct ngd_keyset ngd_keyset_t;

/* Told once for each change of what the file is; called by the thread that looked, under no lock. */
typedef struct {
    const char *path;
    ngd_keytab_state_t state;
    int os_error;           /* errno for NGD_KEYTAB_MISSING and NGD_KEYTAB_UNREADABLE, otherwise 0 */
    size_t entries;         /* of the keyset now in use */
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

typedef enum {
    NGD_LOOK_USUAL,         /* at the file once in NGD_KEYTAB_LOOK_SECS at most */
    NGD_LOOK_NOW,           /* after a refusal: the file may be newer than the keys */
} ngd_look_t;

/* The keys in use, as a reference that the caller releases; NULL where no reading was ever good. */
ngd_keyset_t *ngd_keytab_keys(ngd_keytab_t *keytab, ngd_look_t look);
void ngd_keyset_release(ngd_keyset_t *keys);

/* Differs between any two keysets of this process. */
uint64_t ngd_keyset_generation(const ngd_keyset_t *keys);
/* What the keytab holds, without the keys; borrowed from the keyset. */
const ngd_keytab_entry_t *ngd_keyset_entries(const ngd_keyset_t *keys, size_t *count);
/* "MEMORY:..." with all of the keys; borrowed from the keyset. */
const char *ngd_keyset_name(const ngd_keyset_t *keys);

/* ---- which of the entries may open a ticket ------------------------------- */

typedef enum {
    NGD_ACCEPTOR_SERVICE,   /* any host of the service: HTTP */
    NGD_ACCEPTOR_HOST,      /* the HTTP entry of the host that the request names */
    NGD_ACCEPTOR_NAME,      /* service@host */
    NGD_ACCEPTOR_ANY,
} ngd_acceptor_kind_t;

typedef struct {
    ngd_acceptor_kind_t kind;
    const char *service;    /* compared exactly; NULL for NGD_ACCEPTOR_ANY */
    const char *host;       /* compared without regard to case; NGD_ACCEPTOR_NAME only */
} ngd_acceptor_name_t;

/* A part of a keyset: a MEMORY keytab with just the entries that an acceptor name admits. */
typedef struct {
    uint64_t id;            /* differs between any two of this process */
    const char *keytab;     /* "MEMORY:..." */
} ngd_keyset_view_t;

/*
 * The view for an acceptor name; host is the request's (NGD_ACCEPTOR_HOST only;
 * without its port, compared with the entries and never with DNS).  Borrowed
 * from the keyset.  NULL where no entry matches, or memory ran out.  There are
 * never more views than the keytab has hosts, whatever clients ask for.
 */
const ngd_keyset_view_t *ngd_keyset_view(ngd_keyset_t *keys, const ngd_acceptor_name_t *name, const char *host);

#endif
