/*
 * ticket.h - opening a ticket with the keys of a keyset, and reading it: the part
 * of an inspection that works on one ticket.
 */
#ifndef NGD_TICKET_H
#define NGD_TICKET_H

#include <krb5.h>

#include "inspect.h"

/* How many more keys may be tried on a ticket, and whether there was one more than that. */
typedef struct {
    unsigned left;
    bool ran_out;
} ngd_tries_t;

#define NGD_TRIES_ALL ((ngd_tries_t){ .left = NGD_INSPECTION_TRIES_MAX })

/*
 * The entry whose key opens the ticket, whatever its name; of several that of the name in the ticket.  keytab names where
 * to look: all of the keys, or a view of them.
 */
const ngd_keytab_entry_t *ngd_ticket_match(krb5_context krb5, const ngd_keyset_t *keys, const char *keytab,
                                           const krb5_ticket *ticket, ngd_tries_t *tries);

/* Opens the ticket with that entry's key and fills evidence->ticket and the client's clock from it. */
void ngd_ticket_read(krb5_context krb5, const ngd_keyset_t *keys, const ngd_keytab_entry_t *entry, krb5_ticket *ticket,
                     ngd_evidence_t *evidence, ngd_inspection_t *inspection);

/* Bytes as krb5 takes them; borrowed. */
krb5_data ngd_ticket_data(ngd_span_t span);

/* Keeps a text of malloc's for the evidence: the inspection owns it from now on.  Returns it; NULL stays NULL. */
const char *ngd_inspection_keep(ngd_inspection_t *inspection, char *text);

#endif
