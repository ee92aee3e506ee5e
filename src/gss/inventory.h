/*
 * inventory.h - what stands in a keytab file, for the person who looks after it.
 *
 * Unlike a keyset this is no reading to accept tickets with: it holds no key, not
 * even a digest of one, only whether two entries have the same.  It belongs to
 * the command, not to the module.
 */
#ifndef NGD_INVENTORY_H
#define NGD_INVENTORY_H

#include "evidence.h"
#include "keytab_file.h"

typedef struct {
    ngd_keytab_entry_t entry;
    char *service, *host;       /* of a name of two parts, otherwise NULL: HTTP, web.example.test */
    char *realm;
    bool machine_account;       /* WEB$: how Active Directory names a computer */
    bool repeated;              /* the entry before has the same principal, kvno and encryption type */
    bool other_key;             /* and another key */
} ngd_inventory_entry_t;

typedef struct {
    ngd_keytab_file_t file;     /* its state is that of the inventory */
    char why[NGD_WHY_SIZE];     /* krb5's words for NGD_KEYTAB_UNLOADABLE, otherwise "" */
    ngd_inventory_entry_t *entries;     /* sorted by principal, kvno and encryption type */
    size_t count;
} ngd_inventory_t;

/* Reads the file; entries are there where it is good.  Released with ngd_inventory_release(). */
void ngd_inventory_take(const char *path, ngd_inventory_t *inventory);
void ngd_inventory_release(ngd_inventory_t *inventory);

/* Whether an entry is for the service that browsers ask for, letter by letter as Kerberos compares. */
bool ngd_inventory_is_http(const ngd_inventory_entry_t *entry);

/* Whether two entries are of one principal. */
bool ngd_inventory_same_principal(const ngd_inventory_entry_t *a, const ngd_inventory_entry_t *b);

#endif
