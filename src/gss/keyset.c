#include "keyset.h"

#include <errno.h>
#include <krb5.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MEMORY_NAME_SIZE = 64 };

typedef struct view {
    ngd_keyset_view_t facts;
    char name[MEMORY_NAME_SIZE];
    krb5_keytab handle;             /* keeps the MEMORY keytab alive */
    ngd_acceptor_name_t admitted;   /* host: the request's, for NGD_ACCEPTOR_HOST */
    char *service, *host;           /* what it points to */
    struct view *next;
} view_t;

/* An entry's principal, taken apart once so that views are chosen without krb5. */
typedef struct {
    char *service, *host;           /* NULL unless the principal has two components */
} entry_parts_t;

struct ngd_keyset {
    atomic_uint references;
    uint64_t generation;
    char name[MEMORY_NAME_SIZE];
    krb5_keytab handle;
    ngd_keytab_entry_t *entries;
    entry_parts_t *parts;
    size_t count, room;
    pthread_mutex_t lock;           /* over krb5 and views */
    krb5_context krb5;
    view_t *views;
};

static uint64_t next_id(void)
{
    static atomic_uint_fast64_t last;

    return atomic_fetch_add(&last, 1) + 1;
}

/* ---- keysets ------------------------------------------------------------------------ */

/* A name that no MEMORY keytab of this process has had: a credential may still use the old one. */
static uint64_t unique_name(char name[MEMORY_NAME_SIZE])
{
    uint64_t id = next_id();

    snprintf(name, MEMORY_NAME_SIZE, "MEMORY:negotiate-diag-%ld-%llu", (long)getpid(), (unsigned long long)id);
    return id;
}

static void view_free(krb5_context krb5, view_t *view)
{
    if (view->handle) {
        krb5_kt_close(krb5, view->handle);
    }
    free(view->service);
    free(view->host);
    free(view);
}

static void keyset_free(ngd_keyset_t *keys)
{
    while (keys->views) {
        view_t *view = keys->views;
        keys->views = view->next;
        view_free(keys->krb5, view);
    }
    for (size_t i = 0; i < keys->count; i++) {
        free((char *)keys->entries[i].principal);
        free(keys->parts[i].service);
        free(keys->parts[i].host);
    }
    free(keys->entries);
    free(keys->parts);
    if (keys->handle) {
        krb5_kt_close(keys->krb5, keys->handle);
    }
    if (keys->krb5) {
        krb5_free_context(keys->krb5);
    }
    pthread_mutex_destroy(&keys->lock);
    free(keys);
}

ngd_keyset_t *ngd_keyset_reference(ngd_keyset_t *keys)
{
    if (keys) {
        atomic_fetch_add(&keys->references, 1);
    }
    return keys;
}

void ngd_keyset_release(ngd_keyset_t *keys)
{
    if (keys && atomic_fetch_sub(&keys->references, 1) == 1) {
        keyset_free(keys);
    }
}

/* Makes room for one more entry. */
static bool keyset_grow(ngd_keyset_t *keys)
{
    size_t room = keys->room ? keys->room * 2 : 16;

    if (keys->count < keys->room) {
        return true;
    }
    ngd_keytab_entry_t *entries = realloc(keys->entries, room * sizeof *entries);
    if (entries) {
        keys->entries = entries;
    }
    entry_parts_t *parts = realloc(keys->parts, room * sizeof *parts);
    if (parts) {
        keys->parts = parts;
    }
    keys->room = entries && parts ? room : keys->room;
    return entries && parts;
}

/* Names two components; anything else (a machine account, a three-part name) has no service and no host. */
static void take_apart(krb5_const_principal principal, entry_parts_t *parts)
{
    parts->service = parts->host = NULL;
    if (principal->length == 2) {
        parts->service = strndup(principal->data[0].data, principal->data[0].length);
        parts->host = strndup(principal->data[1].data, principal->data[1].length);
    }
}

static krb5_error_code keyset_add(ngd_keyset_t *keys, krb5_keytab_entry *entry)
{
    char *name = NULL;
    krb5_error_code error = keyset_grow(keys) ? krb5_kt_add_entry(keys->krb5, keys->handle, entry) : ENOMEM;

    if (!error) {
        error = krb5_unparse_name(keys->krb5, entry->principal, &name);
    }
    if (error) {
        return error;
    }
    keys->entries[keys->count] = (ngd_keytab_entry_t){
        .principal = strdup(name),
        .kvno = entry->vno,
        .enctype = entry->key.enctype,
        .time_secs = (int64_t)(uint32_t)entry->timestamp,
    };
    krb5_free_unparsed_name(keys->krb5, name);
    if (!keys->entries[keys->count].principal) {
        return ENOMEM;
    }
    take_apart(entry->principal, &keys->parts[keys->count]);
    keys->count++;
    return 0;
}

static krb5_error_code copy_entries(ngd_keyset_t *keys, krb5_keytab from)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code added = 0, error = krb5_kt_start_seq_get(keys->krb5, from, &cursor);

    if (error) {
        return error;
    }
    while (!added && (error = krb5_kt_next_entry(keys->krb5, from, &entry, &cursor)) == 0) {
        added = keyset_add(keys, &entry);
        krb5_free_keytab_entry_contents(keys->krb5, &entry);
    }
    krb5_kt_end_seq_get(keys->krb5, from, &cursor);
    if (added || error != KRB5_KT_END) {
        return added ? added : error;
    }
    return keys->count > 0 ? 0 : KRB5_KT_NOTFOUND;
}

static krb5_error_code load(ngd_keyset_t *keys, const char *file_name)
{
    krb5_keytab file = NULL;
    krb5_error_code error = krb5_init_context(&keys->krb5);

    if (!error) {
        error = krb5_kt_resolve(keys->krb5, keys->name, &keys->handle);
    }
    if (!error) {
        error = krb5_kt_resolve(keys->krb5, file_name, &file);
    }
    if (!error) {
        error = copy_entries(keys, file);
        krb5_kt_close(keys->krb5, file);
    }
    return error;
}

static void explain(krb5_context krb5, krb5_error_code error, char why[NGD_WHY_SIZE])
{
    const char *words = krb5_get_error_message(krb5, error);

    snprintf(why, NGD_WHY_SIZE, "%s", words);
    krb5_free_error_message(krb5, words);
}

ngd_keyset_t *ngd_keyset_load(const char *path, char why[NGD_WHY_SIZE])
{
    ngd_keyset_t *keys = calloc(1, sizeof *keys);
    char *file_name = NULL;
    krb5_error_code error = ENOMEM;

    why[0] = '\0';
    if (!keys) {
        return NULL;
    }
    atomic_init(&keys->references, 1);
    pthread_mutex_init(&keys->lock, NULL);
    keys->generation = unique_name(keys->name);
    if (asprintf(&file_name, "FILE:%s", path) >= 0) {
        error = load(keys, file_name);
        free(file_name);
    }
    if (error) {
        if (error != KRB5_KT_NOTFOUND) {
            explain(keys->krb5, error, why);
        }
        keyset_free(keys);
        return NULL;
    }
    return keys;
}

uint64_t ngd_keyset_generation(const ngd_keyset_t *keys)
{
    return keys->generation;
}

const ngd_keytab_entry_t *ngd_keyset_entries(const ngd_keyset_t *keys, size_t *count)
{
    *count = keys->count;
    return keys->entries;
}

const char *ngd_keyset_name(const ngd_keyset_t *keys)
{
    return keys->name;
}

/* ---- views ------------------------------------------------------------------------------ */

/* name->host is the request's for NGD_ACCEPTOR_HOST. */
static bool admits(const ngd_acceptor_name_t *name, const entry_parts_t *entry)
{
    switch (name->kind) {
    case NGD_ACCEPTOR_ANY:
        return true;
    case NGD_ACCEPTOR_SERVICE:
        return entry->service && strcmp(entry->service, name->service) == 0;
    case NGD_ACCEPTOR_HOST:
    case NGD_ACCEPTOR_NAME:
        return name->host && entry->service && entry->host && strcmp(entry->service, name->service) == 0
               && strcasecmp(entry->host, name->host) == 0;
    }
    return false;
}

static bool same_text(const char *a, const char *b, int (*compare)(const char *, const char *))
{
    return a == b || (a && b && compare(a, b) == 0);
}

bool ngd_acceptor_name_equal(const ngd_acceptor_name_t *a, const ngd_acceptor_name_t *b)
{
    return a->kind == b->kind && same_text(a->service, b->service, strcmp) && same_text(a->host, b->host, strcasecmp);
}

static bool parse_service_and_host(const char *text, char *copy, ngd_acceptor_name_t *name)
{
    const char *at = strchr(text, '@');

    if (!at || at == text || !at[1] || strchr(at + 1, '@') || strchr(text, '/')) {
        return false;
    }
    strcpy(copy, text);
    copy[at - text] = '\0';
    *name = (ngd_acceptor_name_t){ NGD_ACCEPTOR_NAME, copy, copy + (at - text) + 1 };
    return true;
}

bool ngd_acceptor_name_parse(const char *text, char *copy, ngd_acceptor_name_t *name)
{
    if (strcasecmp(text, "HTTP") == 0) {
        *name = (ngd_acceptor_name_t){ .kind = NGD_ACCEPTOR_SERVICE, .service = "HTTP" };
    } else if (strcasecmp(text, "Host") == 0) {
        *name = (ngd_acceptor_name_t){ .kind = NGD_ACCEPTOR_HOST, .service = "HTTP" };
    } else if (strcasecmp(text, "Any") == 0) {
        *name = (ngd_acceptor_name_t){ .kind = NGD_ACCEPTOR_ANY };
    } else {
        return parse_service_and_host(text, copy, name);
    }
    return true;
}

const char *ngd_acceptor_name_text(const ngd_acceptor_name_t *name, char *out, size_t size)
{
    switch (name->kind) {
    case NGD_ACCEPTOR_SERVICE:
        snprintf(out, size, "%s", name->service);
        break;
    case NGD_ACCEPTOR_HOST:
        snprintf(out, size, "Host");
        break;
    case NGD_ACCEPTOR_NAME:
        snprintf(out, size, "%s@%s", name->service, name->host);
        break;
    case NGD_ACCEPTOR_ANY:
        snprintf(out, size, "Any");
        break;
    }
    return out;
}

static view_t *find_view(const ngd_keyset_t *keys, const ngd_acceptor_name_t *name)
{
    view_t *view = keys->views;

    while (view && !ngd_acceptor_name_equal(&view->admitted, name)) {
        view = view->next;
    }
    return view;
}

static bool admits_principal(const ngd_acceptor_name_t *name, krb5_const_principal principal)
{
    entry_parts_t parts;

    take_apart(principal, &parts);
    bool admitted = admits(name, &parts);
    free(parts.service);
    free(parts.host);
    return admitted;
}

/* Adds the admitted entries to a view's keytab; the count, or -1 when krb5 fails. */
static int fill_view(ngd_keyset_t *keys, const view_t *view)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    int added = 0;

    if (krb5_kt_start_seq_get(keys->krb5, keys->handle, &cursor) != 0) {
        return -1;
    }
    while (added >= 0 && krb5_kt_next_entry(keys->krb5, keys->handle, &entry, &cursor) == 0) {
        if (admits_principal(&view->admitted, entry.principal)) {
            added = krb5_kt_add_entry(keys->krb5, view->handle, &entry) == 0 ? added + 1 : -1;
        }
        krb5_free_keytab_entry_contents(keys->krb5, &entry);
    }
    krb5_kt_end_seq_get(keys->krb5, keys->handle, &cursor);
    return added;
}

static view_t *make_view(ngd_keyset_t *keys, const ngd_acceptor_name_t *name)
{
    view_t *view = calloc(1, sizeof *view);

    if (!view) {
        return NULL;
    }
    view->service = name->service ? strdup(name->service) : NULL;
    view->host = name->host ? strdup(name->host) : NULL;
    view->admitted = (ngd_acceptor_name_t){ name->kind, view->service, view->host };
    view->facts.id = unique_name(view->name);
    view->facts.keytab = view->name;
    if ((name->service && !view->service) || (name->host && !view->host)
        || krb5_kt_resolve(keys->krb5, view->name, &view->handle) != 0 || fill_view(keys, view) <= 0) {
        view_free(keys->krb5, view);
        return NULL;
    }
    view->next = keys->views;
    keys->views = view;
    return view;
}

static bool any_admitted(const ngd_keyset_t *keys, const ngd_acceptor_name_t *name)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (admits(name, &keys->parts[i])) {
            return true;
        }
    }
    return false;
}

/* The name with the request's host in its place. */
static ngd_acceptor_name_t for_host(const ngd_acceptor_name_t *name, const char *host)
{
    ngd_acceptor_name_t wanted = *name;

    if (wanted.kind == NGD_ACCEPTOR_HOST) {
        wanted.host = host;
    }
    return wanted;
}

bool ngd_keyset_admits(const ngd_keyset_t *keys, const ngd_acceptor_name_t *name, const char *host,
                       const ngd_keytab_entry_t *entry)
{
    ngd_acceptor_name_t wanted = for_host(name, host);

    return admits(&wanted, &keys->parts[entry - keys->entries]);
}

size_t ngd_keyset_admitted(const ngd_keyset_t *keys, const ngd_acceptor_name_t *name, const char *host)
{
    size_t admitted = 0;

    for (size_t i = 0; i < keys->count; i++) {
        admitted += ngd_keyset_admits(keys, name, host, &keys->entries[i]);
    }
    return admitted;
}

const ngd_keyset_view_t *ngd_keyset_view(ngd_keyset_t *keys, const ngd_acceptor_name_t *name, const char *host)
{
    ngd_acceptor_name_t wanted = for_host(name, host);

    pthread_mutex_lock(&keys->lock);
    view_t *view = find_view(keys, &wanted);
    if (!view && any_admitted(keys, &wanted)) {
        view = make_view(keys, &wanted);
    }
    pthread_mutex_unlock(&keys->lock);
    return view ? &view->facts : NULL;
}
