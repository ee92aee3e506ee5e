/*
 * kdc.h - asking a KDC what it knows of a keytab's principals.
 *
 * Signs on with a key of the keytab, or goes by tickets that the caller has
 * already, and asks for a service ticket, as a browser's computer would: its kvno
 * and encryption type are those that the KDC seals tickets with now, and whether
 * the keytab opens it is the whole question.
 *
 * Tickets are kept in memory only, in a cache of their own, and go with it.
 * Errors are told apart by krb5's numbers.  It belongs to the command, not to the
 * module: a web server asks no KDC.
 */
#ifndef NGD_KDC_H
#define NGD_KDC_H

#include "evidence.h"

typedef struct ngd_kdc ngd_kdc_t;

/* What krb5's numbers come to. */
typedef enum {
    NGD_KDC_FINE,
    NGD_KDC_UNREACHABLE,        /* no KDC answers, or none is known for the realm */
    NGD_KDC_CLIENT_UNKNOWN,     /* nobody signs on by that name: an SPN that is an alias of its account, say */
    NGD_KDC_SERVER_UNKNOWN,     /* no such SPN, or several accounts that have it */
    NGD_KDC_KEY_REFUSED,        /* the KDC has another key */
    NGD_KDC_ACCOUNT_UNUSABLE,   /* locked, disabled, or its password has expired */
    NGD_KDC_NO_COMMON_ENCTYPE,
    NGD_KDC_CLOCK,              /* the two clocks differ by more than the KDC allows */
    NGD_KDC_NO_KEY,             /* the keytab has no key for the name */
    NGD_KDC_OTHER,
} ngd_kdc_outcome_t;

enum { NGD_KDC_WORDS_SIZE = 256 };

typedef struct {
    ngd_kdc_outcome_t outcome;
    int32_t error;              /* krb5's own number; 0: none */
    int32_t code;               /* the same as a code of RFC 4120, 0 if it is none */
    char words[NGD_KDC_WORDS_SIZE];     /* krb5's, for people */
} ngd_kdc_answer_t;

/* Names a keytab file; NULL where krb5 cannot begin, and then the reason. */
ngd_kdc_t *ngd_kdc_open(const char *keytab, ngd_kdc_answer_t *answer);
void ngd_kdc_close(ngd_kdc_t *kdc);

/* Signs on with the keytab's key of the principal: one try, since a wrong one may count against the account. */
void ngd_kdc_sign_on(ngd_kdc_t *kdc, const char *principal, ngd_kdc_answer_t *answer);

/* Takes the ticket-granting tickets of a credential cache over instead; NULL: the default one. */
void ngd_kdc_take_tickets(ngd_kdc_t *kdc, const char *ccache, ngd_kdc_answer_t *answer);

/* Who has signed on, or NULL; borrowed. */
const char *ngd_kdc_client(const ngd_kdc_t *kdc);

/* By how much the KDC's clock is ahead of this computer's, as its answer to the sign-on showed. */
int64_t ngd_kdc_clock_ahead_secs(const ngd_kdc_t *kdc);

typedef struct {
    ngd_kdc_answer_t answer;
    uint32_t kvno;              /* that the KDC seals tickets for it with */
    int32_t enctype;
    int32_t session_enctype;
    bool opened_by_own;         /* a key that the keytab has under this very name opens it */
    char *opened_by;            /* the first entry that opens it, NULL if none does */
} ngd_kdc_ticket_t;

/* Asks for a ticket for a service principal.  The result is released with ngd_kdc_ticket_release(). */
void ngd_kdc_ask(ngd_kdc_t *kdc, const char *spn, ngd_kdc_ticket_t *ticket);
void ngd_kdc_ticket_release(ngd_kdc_ticket_t *ticket);

#endif
