/*
 * check_remarks.h - what the KDC's answers say about a keytab.
 */
#ifndef NGD_CHECK_REMARKS_H
#define NGD_CHECK_REMARKS_H

#include "inventory.h"
#include "kdc.h"
#include "remark.h"

/* One try to sign on with a key of the keytab. */
typedef struct {
    const char *principal;
    ngd_kdc_answer_t answer;
} ngd_attempted_t;

/* One service that the KDC was asked about. */
typedef struct {
    const char *spn;
    ngd_kdc_ticket_t ticket;
} ngd_asked_t;

/* Of arrays of these. */
void ngd_attempt_remarks(const apr_array_header_t *attempted, apr_pool_t *pool, apr_array_header_t *remarks);
void ngd_ask_remarks(const apr_array_header_t *asked, const ngd_inventory_t *inventory, apr_pool_t *pool,
                     apr_array_header_t *remarks);
void ngd_clock_remark(int64_t ahead_secs, apr_pool_t *pool, apr_array_header_t *remarks);

/* "KDC_ERR_PREAUTH_FAILED (24)", or krb5's own words where it is no error of the protocol. */
const char *ngd_answer_text(const ngd_kdc_answer_t *answer, apr_pool_t *pool);

#endif
