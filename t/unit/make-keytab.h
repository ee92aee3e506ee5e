/*
 * make-keytab.h - keytabs for unit tests, made through krb5 without a KDC.
 */
#ifndef NGD_MAKE_KEYTAB_H
#define NGD_MAKE_KEYTAB_H

#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void add_key(krb5_context krb5, krb5_keytab keytab, const char *name, krb5_kvno kvno, krb5_enctype enctype)
{
    krb5_keytab_entry entry = { .vno = kvno, .timestamp = 1700000000 };

    if (krb5_parse_name(krb5, name, &entry.principal) != 0
        || krb5_c_make_random_key(krb5, enctype, &entry.key) != 0
        || krb5_kt_add_entry(krb5, keytab, &entry) != 0) {
        fprintf(stderr, "cannot make a key for %s\n", name);
        exit(99);
    }
    krb5_free_keytab_entry_contents(krb5, &entry);
}

/* Writes the principals (NULL at the end) into a new file at the path, with that kvno. */
static inline void write_keytab(const char *file, krb5_kvno kvno, const char *const *principals)
{
    krb5_context krb5;
    krb5_keytab keytab;
    char name[256];

    unlink(file);
    snprintf(name, sizeof name, "WRFILE:%s", file);
    if (krb5_init_context(&krb5) != 0 || krb5_kt_resolve(krb5, name, &keytab) != 0) {
        exit(99);
    }
    for (; *principals; principals++) {
        add_key(krb5, keytab, *principals, kvno, ENCTYPE_AES256_CTS_HMAC_SHA1_96);
    }
    krb5_kt_close(krb5, keytab);
    krb5_free_context(krb5);
}

#endif
