/*
 * rules.h - what the rules of diagnose.c and the details of details.c see of an
 * attempt, and ask in common.  Internal to this folder.
 */
#ifndef NGD_RULES_H
#define NGD_RULES_H

#include "compare.h"
#include "diagnosis.h"

/* TicketFlags bits 6 and 7 (RFC 4120 section 5.3) */
#define NGD_TICKET_POSTDATED 0x02000000u
#define NGD_TICKET_INVALID 0x01000000u

/* What several rules ask, found out once. */
typedef struct {
    const ngd_evidence_t *evidence;
    ngd_comparison_t claim;
    ngd_host_t host;
    bool refused;               /* what the client sent was, by GSSAPI or on the way to it */
    bool has_ticket;            /* the token has a whole ticket, whose claims can be compared */
    bool keys_known;            /* and there are keys, which were tried on it */
    bool opened_by_krb5;        /* ticket and authenticator: what krb5 complains of comes behind them */
    bool key_is_right;          /* the key is no problem */
    int64_t skew_secs;          /* client minus server; 0 if not known */
    int64_t skew_limit_secs;
    int64_t now_secs;
} ngd_rules_view_t;

/* Whether the name's component i is that text. */
bool ngd_rules_part_is(const ngd_principal_name_t *name, size_t i, const char *text);
/* None of this keytab's keys opens the ticket, whatever its name, and that is what is wrong. */
bool ngd_rules_nothing_opens(const ngd_rules_view_t *view);
/* When the ticket begins to be valid. */
int64_t ngd_rules_start_secs(const ngd_rules_view_t *view);
/* The token says that it brings a Kerberos token, and what it wraps is framed for something else. */
bool ngd_rules_wraps_another(const ngd_token_t *token);

#endif
