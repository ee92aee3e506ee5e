/*
 * settings.h - what the administrator said, per directory.
 *
 * Every directive merges from server to nested section, each on its own: a
 * section that sets one keeps the others of its parent.
 */
#ifndef NGD_SETTINGS_H
#define NGD_SETTINGS_H

#include <httpd.h>
#include <http_config.h>

#include <ap_expr.h>

#include "acceptor.h"
#include "report.h"

/* The module record stands in mod_negotiate_diag.c; the AuthType that it answers to: */
extern module AP_MODULE_DECLARE_DATA negotiate_diag_module;
#define NGD_AUTH_TYPE "Negotiate"

/* Bits of NegotiateMechanisms. */
#define NGD_MECHANISM_KERBEROS 0x1u

typedef enum { NGD_UNSET, NGD_OFF, NGD_ON, NGD_AUTO } ngd_switch_t;

typedef struct {
    ngd_keytab_t *keytab;                   /* NULL: not set */
    bool has_acceptor_name;
    ngd_acceptor_name_t acceptor_name;
    unsigned mechanisms;                    /* 0: not set */
    ngd_switch_t require_tls;
    bool has_explain;
    ngd_explain_t explain;
    const ap_expr_info_t *explain_expr;     /* NULL: explain holds for everybody */
    ngd_switch_t retry;
    const char *contact;                    /* NULL: not set; "" (none) ends an outer one */
    const char *contact_shown[NGD_FORMATS]; /* the same, as it stands in a fixed body */
} ngd_settings_t;

/* What decides whether a token is accepted.  Two equal policies decide alike. */
typedef struct {
    ngd_acceptor_t acceptor;
    unsigned mechanisms;
} ngd_policy_t;

void *ngd_settings_create(apr_pool_t *pool, char *dir);
void *ngd_settings_merge(apr_pool_t *pool, void *outer, void *inner);

const ngd_settings_t *ngd_settings(const request_rec *r);

/*
 * How much the client of this request is told: decided here and nowhere else.  A
 * client for whom the expression of NegotiateExplain Full holds also sees the
 * keytab.
 */
ngd_view_t ngd_settings_view(request_rec *r);

/* The policy with the defaults filled in; its keytab is NULL where none is configured. */
ngd_policy_t ngd_settings_policy(const ngd_settings_t *settings);
bool ngd_policy_equal(const ngd_policy_t *a, const ngd_policy_t *b);

/* The directive table of the module record. */
extern const command_rec ngd_directives[];

#endif
