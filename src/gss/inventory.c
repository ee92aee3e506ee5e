#include "inventory.h"

#include <errno.h>
#include <krb5.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An entry while it is sorted, with the digest of its key. */
typedef struct {
    ngd_inventory_entry_t facts;
    unsigned char key[NGD_DIGEST_BYTES];
} keyed_t;

typedef struct {
    keyed_t *entries;
    size_t count, room;
} reading_t;

/* ---- reading ------------------------------------------------------------------ */

static void release_entry(ngd_inventory_entry_t *entry)
{
    free((char *)entry->entry.principal);
    free(entry->service);
    free(entry->host);
    free(entry->realm);
}

static char *copy(const krb5_data *data)
{
    return strndup(data->data ? data->data : "", data->length);
}

static bool ends_in_dollar(const krb5_data *name)
{
    return name->length > 1 && name->data[name->length - 1] == '$';
}

static bool take_apart(krb5_const_principal principal, ngd_inventory_entry_t *entry)
{
    entry->realm = copy(&principal->realm);
    entry->machine_account = principal->length == 1 && ends_in_dollar(&principal->data[0]);
    if (principal->length == 2) {
        entry->service = copy(&principal->data[0]);
        entry->host = copy(&principal->data[1]);
    }
    return entry->realm && (principal->length != 2 || (entry->service && entry->host));
}

static krb5_error_code fill_entry(krb5_context krb5, const krb5_keytab_entry *from, keyed_t *to)
{
    char *name;
    krb5_error_code error = krb5_unparse_name(krb5, from->principal, &name);

    memset(to, 0, sizeof *to);
    if (error) {
        return error;
    }
    to->facts.entry = (ngd_keytab_entry_t){
        .principal = strdup(name),
        .kvno = from->vno,
        .enctype = from->key.enctype,
        .time_secs = (int64_t)(uint32_t)from->timestamp,
    };
    krb5_free_unparsed_name(krb5, name);
    EVP_Digest(from->key.contents, from->key.length, to->key, NULL, EVP_sha256(), NULL);
    return to->facts.entry.principal && take_apart(from->principal, &to->facts) ? 0 : ENOMEM;
}

static bool grow(reading_t *reading)
{
    size_t room = reading->room ? reading->room * 2 : 16;
    keyed_t *entries;

    if (reading->count < reading->room) {
        return true;
    }
    entries = realloc(reading->entries, room * sizeof *entries);
    if (!entries) {
        return false;
    }
    reading->entries = entries;
    reading->room = room;
    return true;
}

static krb5_error_code add_entry(krb5_context krb5, const krb5_keytab_entry *entry, reading_t *reading)
{
    krb5_error_code error = grow(reading) ? fill_entry(krb5, entry, &reading->entries[reading->count]) : ENOMEM;

    if (error && reading->count < reading->room) {
        release_entry(&reading->entries[reading->count].facts);
    }
    reading->count += !error;
    return error;
}

static krb5_error_code read_entries(krb5_context krb5, krb5_keytab keytab, reading_t *reading)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code added = 0, error = krb5_kt_start_seq_get(krb5, keytab, &cursor);

    if (error) {
        return error;
    }
    while (!added && (error = krb5_kt_next_entry(krb5, keytab, &entry, &cursor)) == 0) {
        added = add_entry(krb5, &entry, reading);
        krb5_free_keytab_entry_contents(krb5, &entry);
    }
    krb5_kt_end_seq_get(krb5, keytab, &cursor);
    return added ? added : error == KRB5_KT_END ? 0 : error;
}

static krb5_error_code read_keytab(krb5_context krb5, const char *path, reading_t *reading)
{
    krb5_keytab keytab;
    char *name;
    krb5_error_code error;

    if (asprintf(&name, "FILE:%s", path) < 0) {
        return ENOMEM;
    }
    error = krb5_kt_resolve(krb5, name, &keytab);
    free(name);
    if (!error) {
        error = read_entries(krb5, keytab, reading);
        krb5_kt_close(krb5, keytab);
    }
    return error;
}

/* ---- sorting -------------------------------------------------------------------- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_name(const void *left, const void *right)
{
    const ngd_keytab_entry_t *a = &((const keyed_t *)left)->facts.entry, *b = &((const keyed_t *)right)->facts.entry;
    int order = strcmp(a->principal, b->principal);

    if (order == 0) {
        order = by_number(a->kvno, b->kvno);
    }
    return order != 0 ? order : by_number(a->enctype, b->enctype);
}

static void mark_repeated(reading_t *reading)
{
    for (size_t i = 1; i < reading->count; i++) {
        keyed_t *before = &reading->entries[i - 1], *entry = &reading->entries[i];

        entry->facts.repeated = by_name(before, entry) == 0;
        entry->facts.other_key = entry->facts.repeated
                                 && CRYPTO_memcmp(before->key, entry->key, sizeof entry->key) != 0;
    }
}

/* The facts alone, without the digests. */
static bool hand_over(reading_t *reading, ngd_inventory_t *inventory)
{
    inventory->entries = calloc(reading->count ? reading->count : 1, sizeof *inventory->entries);
    if (!inventory->entries) {
        return false;
    }
    for (size_t i = 0; i < reading->count; i++) {
        inventory->entries[i] = reading->entries[i].facts;
    }
    inventory->count = reading->count;
    reading->count = 0;
    return true;
}

static void release_reading(reading_t *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        release_entry(&reading->entries[i].facts);
    }
    if (reading->entries) {
        OPENSSL_cleanse(reading->entries, reading->room * sizeof *reading->entries);
    }
    free(reading->entries);
}

/* ---- the inventory ---------------------------------------------------------------- */

static void set_unloadable(krb5_context krb5, krb5_error_code error, ngd_inventory_t *inventory)
{
    const char *words = krb5_get_error_message(krb5, error);

    inventory->file.state = NGD_KEYTAB_UNLOADABLE;
    snprintf(inventory->why, sizeof inventory->why, "%s", words);
    krb5_free_error_message(krb5, words);
}

/* krb5 ends quietly at a record that it does not understand: every record has to be an entry. */
static void take_entries(krb5_context krb5, const char *path, ngd_inventory_t *inventory)
{
    reading_t reading = { .entries = NULL };
    krb5_error_code error = read_keytab(krb5, path, &reading);

    if (!error && inventory->file.records > 0 && reading.count != inventory->file.records) {
        inventory->file.state = NGD_KEYTAB_CORRUPT;
    } else if (!error && reading.count == 0) {
        inventory->file.state = NGD_KEYTAB_EMPTY;
    } else if (!error) {
        qsort(reading.entries, reading.count, sizeof *reading.entries, by_name);
        mark_repeated(&reading);
        error = hand_over(&reading, inventory) ? 0 : ENOMEM;
    }
    if (error) {
        set_unloadable(krb5, error, inventory);
    }
    release_reading(&reading);
}

void ngd_inventory_take(const char *path, ngd_inventory_t *inventory)
{
    krb5_context krb5 = NULL;
    krb5_error_code error;

    memset(inventory, 0, sizeof *inventory);
    ngd_keytab_file_read(path, &inventory->file);
    if (inventory->file.state != NGD_KEYTAB_GOOD) {
        return;
    }
    error = krb5_init_context(&krb5);
    if (error) {
        set_unloadable(NULL, error, inventory);
        return;
    }
    take_entries(krb5, path, inventory);
    krb5_free_context(krb5);
}

void ngd_inventory_release(ngd_inventory_t *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        release_entry(&inventory->entries[i]);
    }
    free(inventory->entries);
    memset(inventory, 0, sizeof *inventory);
}

bool ngd_inventory_is_http(const ngd_inventory_entry_t *entry)
{
    return entry->service && strcmp(entry->service, "HTTP") == 0;
}

bool ngd_inventory_same_principal(const ngd_inventory_entry_t *a, const ngd_inventory_entry_t *b)
{
    return strcmp(a->entry.principal, b->entry.principal) == 0;
}
