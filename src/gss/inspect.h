/*
 * inspect.h - what a ticket shows when it is opened, apart from any decision.
 *
 * An inspection decrypts the ticket and the authenticator with the keys of a
 * keytab and reads them.  It verifies nothing about time, replay or addresses,
 * touches no replay cache and no configuration of krb5, and admits nobody: its
 * result is for a page and a log.  It runs only for those, never on the way of a
 * request that is simply let in.
 */
#ifndef NGD_INSPECT_H
#define NGD_INSPECT_H

#include "evidence.h"
#include "keytab.h"

typedef struct {
    ngd_ticket_facts_t ticket;      /* its strings belong to the inspection */
    const ngd_keytab_entry_t *matched;  /* borrowed from the keyset; NULL if no key opens the ticket */
    bool has_client_time;
    int64_t client_usecs;           /* of the authenticator */
} ngd_inspection_t;

/* Needs a thread that is set up (thread.h).  The result is released with ngd_inspection_release(). */
void ngd_inspect(ngd_keyset_t *keys, const ngd_ap_req_t *ap_req, ngd_inspection_t *inspection);
void ngd_inspection_release(ngd_inspection_t *inspection);

#endif
