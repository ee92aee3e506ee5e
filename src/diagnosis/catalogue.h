/*
 * catalogue.h - every cause for which a sign-on fails, once.
 *
 * The rows stand in causes.def; the enumeration, the texts, the counters, the
 * manual's docs/causes.md and the command's list are made from it.  A slug is a
 * contract with other people's tools: never renamed, never used again.
 *
 * Texts are prose with `backticks` around what has to be typed or looked for, and
 * {placeholders} that expand.h fills in.  Everything here is static.
 */
#ifndef NGD_CATALOGUE_H
#define NGD_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who can mend it. */
typedef enum {
    NGD_WHO_CLIENT,             /* whoever sits in front of the client, or looks after that computer */
    NGD_WHO_SERVER,             /* this web server's administrators */
    NGD_WHO_DIRECTORY,          /* whoever runs the accounts: Active Directory, the KDC */
} ngd_who_t;

/* How an attempt with this cause counts. */
typedef enum {
    NGD_COUNTS_FAILURE,
    NGD_COUNTS_CHALLENGE,       /* how a sign-on begins: logged at debug only, no failure */
    NGD_COUNTS_NOTE,            /* refuses nobody: only ever a further finding */
} ngd_counts_t;

/* For whom a step is. */
typedef enum {
    NGD_FOR_USER,               /* the person in front of the client; names nothing that is the server's */
    NGD_FOR_ALL,                /* whoever mends it, whatever the directory */
    NGD_FOR_AD,                 /* with Active Directory */
    NGD_FOR_MIT,                /* with MIT Kerberos */
} ngd_for_t;

typedef struct {
    ngd_for_t whom;
    const char *text;
    const char *command;        /* or a setting, to be copied as it stands; NULL: the text says it */
} ngd_fix_t;

enum { NGD_FIXES_MAX = 8 };

/* The steps of Microsoft's checklist "Things to check if Kerberos authentication fails", in its order. */
typedef enum {
    NGD_STEP_NONE,
    NGD_STEP_SAME_DOMAIN,
    NGD_STEP_SERVER_CONFIGURED,
    NGD_STEP_BROWSER_CONFIGURED,
    NGD_STEP_ZONE,
    NGD_STEP_CHALLENGE,
    NGD_STEP_SAME_COMPUTER,
    NGD_STEP_TICKET,
    NGD_STEP_PORT,
    NGD_STEP_SPN,
    NGD_STEP_ACCOUNT,
    NGD_STEP_MACHINE_ACCOUNT,
    NGD_STEP_DELEGATION,
    NGD_STEP_PERFORMANCE,
    NGD_STEP_FORESTS,
    NGD_STEPS
} ngd_step_t;

#define NGD_CAUSE(id, ...) NGD_CAUSE_##id,
#define NGD_DETAIL(id, ...)
typedef enum {
#include "causes.def"
    NGD_CAUSES
} ngd_cause_id_t;
#undef NGD_CAUSE
#undef NGD_DETAIL

/* What may explain a cause, or narrows it down. */
#define NGD_CAUSE(id, ...)
#define NGD_DETAIL(id, ...) NGD_DETAIL_##id,
typedef enum {
#include "causes.def"
    NGD_DETAILS
} ngd_detail_id_t;
#undef NGD_CAUSE
#undef NGD_DETAIL

typedef struct {
    const char *slug;
    ngd_who_t who;
    ngd_counts_t counts;
    const char *headline;       /* a sentence for the person in front of the client; without placeholders */
    const char *relief;         /* who can mend it, where the owner's usual sentence does not fit; or NULL */
    const char *title;          /* a phrase for administrators */
    const char *explanation;
    ngd_fix_t fix[NGD_FIXES_MAX];
    int status;                 /* of the answer: 401, 403, 400 */
    int iis_status;             /* and of IIS's, where that differs; 0: the same */
    int substatus;              /* IIS: 401.1 is 1 */
    uint32_t win32;             /* IIS: sc-win32-status */
    int kerberos;               /* RFC 4120 section 7.5.9, as a Kerberos acceptor would call it; 0: none */
    ngd_step_t step;
    bool retry;                 /* a fresh try of the client can help: NegotiateRetry Auto offers one */
    bool browser_guide;         /* the page goes on with how each browser is set up */
    const char *test;           /* which test reproduces it */
    const char *synthetic;      /* why that cannot be done with real parts on one machine; NULL: it is */
} ngd_cause_t;

typedef struct {
    const char *slug;
    const char *text;
} ngd_detail_t;

const ngd_cause_t *ngd_cause(ngd_cause_id_t id);
const ngd_detail_t *ngd_detail(ngd_detail_id_t id);

/* The cause of that slug; NGD_CAUSES if there is none. */
ngd_cause_id_t ngd_cause_by_slug(const char *slug);

size_t ngd_fix_count(const ngd_cause_t *cause);

/* What IIS would have answered. */
int ngd_cause_iis_status(const ngd_cause_t *cause);

/* "client", "server", "directory" */
const char *ngd_who_name(ngd_who_t who);
/* "user", "all", "active-directory", "mit" */
const char *ngd_for_name(ngd_for_t whom);

/* "same-domain", ...: a stable word for programs; and the article's question, for people.  NULL for NGD_STEP_NONE. */
const char *ngd_step_name(ngd_step_t step);
const char *ngd_step_title(ngd_step_t step);

/* "SEC_E_WRONG_PRINCIPAL" for 2148074274, ...; NULL for a number that has no name here. */
const char *ngd_win32_name(uint32_t win32);
/* "KRB_AP_ERR_SKEW" for 37, ... (RFC 4120 section 7.5.9); NULL likewise. */
const char *ngd_kerberos_error_name(int32_t code);

#endif
