/*
 * keyset.h - the keys of one good reading of a keytab.
 *
 * A keyset is immutable and lives in MEMORY keytabs of krb5: opening, locking and
 * parsing the file for each request is what makes other acceptors slow.  It is
 * counted: a request that holds it goes on with it while a newer one takes its
 * place, and credentials acquired on it outlive it.
 *
 * Threads: everything here may be called from any thread.
 */
#ifndef NGD_KEYSET_H
#define NGD_KEYSET_H

#include "evidence.h"

typedef struct ngd_keyset ngd_keyset_t;

/*
 * Reads a keytab file through krb5, with one reference; NULL if krb5 does not
 * take it, and then in krb5's words why, or "" where it holds no key at all.
 */
enum { NGD_WHY_SIZE = 256 };
ngd_keyset_t *ngd_keyset_load(const char *path, char why[NGD_WHY_SIZE]);

/* Both take NULL. */
ngd_keyset_t *ngd_keyset_reference(ngd_keyset_t *keys);
void ngd_keyset_release(ngd_keyset_t *keys);

/* Differs between any two keysets of this process. */
uint64_t ngd_keyset_generation(const ngd_keyset_t *keys);
/* What the keyset holds, without the keys; borrowed from it. */
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

/*
 * Reads "HTTP", "Host", "Any" (in any case) or "service@host"; false for anything
 * else.  copy holds strlen(text) + 1 bytes, in which the name then points.
 */
bool ngd_acceptor_name_parse(const char *text, char *copy, ngd_acceptor_name_t *name);

/* The reverse, NUL-terminated.  Returns out. */
const char *ngd_acceptor_name_text(const ngd_acceptor_name_t *name, char *out, size_t size);

bool ngd_acceptor_name_equal(const ngd_acceptor_name_t *a, const ngd_acceptor_name_t *b);

/*
 * How many entries an acceptor name admits, and whether it admits one of the
 * keyset's own; host is the request's (NGD_ACCEPTOR_HOST only), or NULL.
 */
size_t ngd_keyset_admitted(const ngd_keyset_t *keys, const ngd_acceptor_name_t *name, const char *host);
bool ngd_keyset_admits(const ngd_keyset_t *keys, const ngd_acceptor_name_t *name, const char *host,
                       const ngd_keytab_entry_t *entry);

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
