/*
 * compare.h - the ticket's claims against the keytab's index, the client's clock
 * against the server's, and the address that was asked for, taken apart.
 *
 * Claims and address are unauthenticated and only ever explain a refusal.
 */
#ifndef NGD_COMPARE_H
#define NGD_COMPARE_H

#include "evidence.h"

enum { NGD_PRINCIPAL_TEXT_SIZE = 512, NGD_HOST_TEXT_SIZE = 256 };

/* The keytab's entries with the ticket's claimed name. */
typedef struct {
    bool complete;                  /* the ticket names its service, realm and encryption whole */
    char principal[NGD_PRINCIPAL_TEXT_SIZE];    /* HTTP/web.example.test@EXAMPLE.TEST, as krb5 writes it */
    size_t same_name;               /* entries of that principal */
    size_t same_kvno;               /* of these with the ticket's kvno */
    size_t same_enctype;            /* of these with its encryption type */
    uint32_t oldest_kvno, newest_kvno;  /* of the entries of that principal */
    size_t other_case;              /* entries that differ from it in upper and lower case only */
    size_t other_case_same_kvno;    /* of these with the ticket's kvno */
    size_t other_realm;             /* entries of the same service and host in another realm */
    const ngd_keytab_entry_t *nearest;  /* an entry of the first kind that there is, or NULL */
} ngd_comparison_t;

void ngd_compare(const ngd_evidence_t *evidence, ngd_comparison_t *comparison);

/* "name@REALM" as krb5 writes it; false where it is not whole, or does not fit. */
bool ngd_principal_with_realm(const ngd_principal_name_t *name, ngd_span_t realm, char *out, size_t size);

/* A principal's realm, as it stands in its text; "" where it names none. */
const char *ngd_principal_realm(const char *principal);

/* NAME$ or host/NAME: a machine's own account, in Active Directory and elsewhere. */
bool ngd_is_machine_account(const char *principal);

/* Two principals that differ in nothing but upper and lower case. */
bool ngd_same_but_case(const char *a, const char *b);

/* Client minus server, in seconds; only where clock->has_client. */
int64_t ngd_skew_secs(const ngd_clock_facts_t *clock);

/* A captured header: there is no connection, and nothing is known of the one that it was sent on. */
bool ngd_is_captured(const ngd_evidence_t *evidence);

/* The Host header, taken apart (RFC 9110 section 7.2). */
typedef struct {
    char name[NGD_HOST_TEXT_SIZE];  /* in lower case, without port, brackets and a dot at the end; "" where none came */
    unsigned port;                  /* 0: it names none */
    bool is_address;                /* an IP address */
    bool is_local;                  /* localhost, or a name below it */
    bool has_dot;
} ngd_host_t;

void ngd_host_parse(const char *text, ngd_host_t *host);

/*
 * Whether the host's port is the one that browsers leave out, of http or https; also
 * where it names none.  Of a captured header it is not known which of them it was.
 */
bool ngd_is_usual_port(const ngd_host_t *host, const ngd_evidence_t *evidence);

/* Whether the keytab has an entry of the HTTP service for the host's name. */
bool ngd_keytab_has_host(const ngd_keytab_facts_t *keytab, const char *host);

#endif
