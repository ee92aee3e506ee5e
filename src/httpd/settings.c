#include "settings.h"

#include <apr_strings.h>
#include <http_log.h>

#include "places.h"
#include "setup.h"

APLOG_USE_MODULE(negotiate_diag);

/* ---- creating, merging, reading ---------------------------------------------------------------------------------- */

void *ngd_settings_create(apr_pool_t *pool, char *dir)
{
    (void)dir;
    return apr_pcalloc(pool, sizeof(ngd_settings_t));
}

void *ngd_settings_merge(apr_pool_t *pool, void *outer, void *inner)
{
    const ngd_settings_t *o = outer, *i = inner;
    ngd_settings_t *merged = apr_pmemdup(pool, i, sizeof *i);

    if (!i->keytab) {
        merged->keytab = o->keytab;
    }
    if (!i->has_acceptor_name) {
        merged->has_acceptor_name = o->has_acceptor_name;
        merged->acceptor_name = o->acceptor_name;
    }
    if (!i->mechanisms) {
        merged->mechanisms = o->mechanisms;
    }
    if (i->require_tls == NGD_UNSET) {
        merged->require_tls = o->require_tls;
    }
    if (!i->has_explain) {
        merged->has_explain = o->has_explain;
        merged->explain = o->explain;
        merged->explain_expr = o->explain_expr;
    }
    if (i->retry == NGD_UNSET) {
        merged->retry = o->retry;
    }
    if (!i->contact) {
        merged->contact = o->contact;
        memcpy(merged->contact_shown, o->contact_shown, sizeof merged->contact_shown);
    }
    return merged;
}

const ngd_settings_t *ngd_settings(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &negotiate_diag_module);
}

/* An expression that fails holds for nobody. */
static bool holds(request_rec *r, const ap_expr_info_t *expr)
{
    const char *error = NULL;
    int result = ap_expr_exec(r, expr, &error);

    if (error) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "negotiate: the expression of NegotiateExplain at %s:%u: %s",
                      expr->filename, expr->line_number, error);
    }
    return !error && result > 0;
}

ngd_view_t ngd_settings_view(request_rec *r)
{
    const ngd_settings_t *settings = ngd_settings(r);
    ngd_view_t view = { .explain = settings->has_explain ? settings->explain : NGD_EXPLAIN_BRIEF };

    if (settings->explain_expr) {
        view.keytab = holds(r, settings->explain_expr);
        view.explain = view.keytab ? NGD_EXPLAIN_FULL : NGD_EXPLAIN_BRIEF;
    }
    return view;
}

ngd_policy_t ngd_settings_policy(const ngd_settings_t *settings)
{
    static const ngd_acceptor_name_t http = { .kind = NGD_ACCEPTOR_SERVICE, .service = "HTTP" };

    return (ngd_policy_t){
        .acceptor.keytab = settings->keytab,
        .acceptor.name = settings->has_acceptor_name ? settings->acceptor_name : http,
        .mechanisms = settings->mechanisms ? settings->mechanisms : NGD_MECHANISM_KERBEROS,
    };
}

bool ngd_policy_equal(const ngd_policy_t *a, const ngd_policy_t *b)
{
    return a->mechanisms == b->mechanisms && ngd_acceptor_equal(&a->acceptor, &b->acceptor);
}

/* ---- directives -------------------------------------------------------------------------------------------------- */

/* Only looks: mod_authn_core, which owns AuthType, handles it as well. */
static const char *see_auth_type(cmd_parms *cmd, void *settings, const char *type)
{
    (void)settings;
    if (ap_cstr_casecmp(type, NGD_AUTH_TYPE) == 0) {
        ngd_places_note(cmd, NGD_PLACED_AUTH_TYPE);
    }
    return NULL;
}

static const char *set_keytab(cmd_parms *cmd, void *settings, const char *path)
{
    ngd_settings_t *s = settings;
    const char *misplaced = ap_check_cmd_context(cmd, NOT_IN_HTACCESS);

    if (misplaced) {
        return misplaced;
    }
    if (ap_cstr_casecmpn(path, "FILE:", 5) == 0) {
        path += 5;
    }
    if (strchr(path, ':') && path[0] != '/') {
        return apr_psprintf(cmd->pool, "%s takes the path of a keytab file; \"%s\" is another type of keytab",
                            cmd->cmd->name, path);
    }
    const char *full = ap_server_root_relative(cmd->pool, path);
    if (!*path || !full) {
        return apr_psprintf(cmd->pool, "%s takes the path of a keytab file, absolute or relative to ServerRoot",
                            cmd->cmd->name);
    }
    s->keytab = ngd_setup_keytab(full);
    if (!s->keytab) {
        return apr_psprintf(cmd->pool, "%s: out of memory", cmd->cmd->name);
    }
    ngd_places_note(cmd, NGD_PLACED_KEYTAB);
    return NULL;
}

static const char *set_acceptor_name(cmd_parms *cmd, void *settings, const char *name)
{
    ngd_settings_t *s = settings;
    const char *misplaced = ap_check_cmd_context(cmd, NOT_IN_HTACCESS);

    if (misplaced) {
        return misplaced;
    }
    if (!ngd_acceptor_name_parse(name, apr_palloc(cmd->pool, strlen(name) + 1), &s->acceptor_name)) {
        return apr_psprintf(cmd->pool, "%s takes HTTP, Host, Any or service@host (HTTP@www.example.com); \"%s\" is "
                            "none of them", cmd->cmd->name, name);
    }
    s->has_acceptor_name = true;
    return NULL;
}

static const char *set_mechanisms(cmd_parms *cmd, void *settings, const char *name)
{
    ngd_settings_t *s = settings;
    const char *misplaced = ap_check_cmd_context(cmd, NOT_IN_HTACCESS);

    if (misplaced) {
        return misplaced;
    }
    if (ap_cstr_casecmp(name, "kerberos") != 0) {
        return apr_psprintf(cmd->pool, "%s takes kerberos; \"%s\" is no mechanism of this version",
                            cmd->cmd->name, name);
    }
    s->mechanisms |= NGD_MECHANISM_KERBEROS;
    return NULL;
}

static const char *set_require_tls(cmd_parms *cmd, void *settings, int on)
{
    ngd_settings_t *s = settings;
    const char *misplaced = ap_check_cmd_context(cmd, NOT_IN_HTACCESS);

    if (misplaced) {
        return misplaced;
    }
    s->require_tls = on ? NGD_ON : NGD_OFF;
    ngd_places_note(cmd, NGD_PLACED_REQUIRE_TLS);
    return NULL;
}

static bool explain_by_name(const char *name, ngd_explain_t *explain)
{
    static const char *const names[] = {
        [NGD_EXPLAIN_OFF] = "Off",
        [NGD_EXPLAIN_BRIEF] = "Brief",
        [NGD_EXPLAIN_FULL] = "Full",
    };

    for (ngd_explain_t i = NGD_EXPLAIN_OFF; i <= NGD_EXPLAIN_FULL; i++) {
        if (ap_cstr_casecmp(name, names[i]) == 0) {
            *explain = i;
            return true;
        }
    }
    return false;
}

static const char *parse_explain_expr(cmd_parms *cmd, ngd_settings_t *settings, const char *condition)
{
    const char *error = NULL;

    if (settings->explain != NGD_EXPLAIN_FULL || ap_cstr_casecmpn(condition, "expr=", 5) != 0) {
        return apr_psprintf(cmd->pool, "%s takes Off, Brief or Full, and behind Full an expression for whom it holds, as "
                            "in Full \"expr=-R '192.0.2.0/24'\" (everybody else is told Brief)", cmd->cmd->name);
    }
    settings->explain_expr = ap_expr_parse_cmd(cmd, condition + 5, 0, &error, NULL);
    return error ? apr_psprintf(cmd->pool, "%s: the expression cannot be read: %s", cmd->cmd->name, error) : NULL;
}

static const char *set_explain(cmd_parms *cmd, void *settings, const char *name, const char *condition)
{
    ngd_settings_t *s = settings;
    const char *misplaced = ap_check_cmd_context(cmd, NOT_IN_HTACCESS);

    if (misplaced) {
        return misplaced;
    }
    if (!explain_by_name(name, &s->explain)) {
        return apr_psprintf(cmd->pool, "%s takes Off, Brief or Full; \"%s\" is none of them", cmd->cmd->name, name);
    }
    s->has_explain = true;
    s->explain_expr = NULL;
    return condition ? parse_explain_expr(cmd, s, condition) : NULL;
}

static const char *set_retry(cmd_parms *cmd, void *settings, const char *name)
{
    ngd_settings_t *s = settings;

    if (ap_cstr_casecmp(name, "Auto") == 0) {
        s->retry = NGD_AUTO;
    } else if (ap_cstr_casecmp(name, "On") == 0) {
        s->retry = NGD_ON;
    } else if (ap_cstr_casecmp(name, "Off") == 0) {
        s->retry = NGD_OFF;
    } else {
        return apr_psprintf(cmd->pool, "%s takes Auto, On or Off; \"%s\" is none of them", cmd->cmd->name, name);
    }
    return NULL;
}

static const char *set_contact(cmd_parms *cmd, void *settings, const char *contact)
{
    ngd_settings_t *s = settings;

    if (strlen(contact) > NGD_CONTACT_MAX) {
        return apr_psprintf(cmd->pool, "%s takes at most %d characters: a name, a mail address, a telephone number "
                            "or a URL", cmd->cmd->name, NGD_CONTACT_MAX);
    }
    s->contact = ap_cstr_casecmp(contact, "none") == 0 ? "" : contact;
    for (int format = 0; format < NGD_FORMATS; format++) {
        s->contact_shown[format] = ngd_contact_render(s->contact, (ngd_format_t)format, cmd->pool);
    }
    return NULL;
}

/* What decides who gets in is never left to .htaccess, not even where AllowOverrideList names it. */
#define NGD_ADMIN_ONLY (RSRC_CONF | ACCESS_CONF)

const command_rec ngd_directives[] = {
    AP_INIT_TAKE1("AuthType", see_auth_type, NULL, OR_AUTHCFG,
                  "Negotiate: this module authenticates (HTTP Negotiate, RFC 4559)"),
    AP_INIT_TAKE1("NegotiateKeytab", set_keytab, NULL, NGD_ADMIN_ONLY,
                  "the keytab file with the keys of the HTTP service"),
    AP_INIT_TAKE1("NegotiateAcceptorName", set_acceptor_name, NULL, NGD_ADMIN_ONLY,
                  "which keytab entries may open a ticket: HTTP (default), Host, service@host or Any"),
    AP_INIT_ITERATE("NegotiateMechanisms", set_mechanisms, NULL, NGD_ADMIN_ONLY,
                    "what is accepted: kerberos (default)"),
    AP_INIT_FLAG("NegotiateRequireTLS", set_require_tls, NULL, NGD_ADMIN_ONLY,
                 "On: without TLS answer 403 and look at no token; Off (default)"),
    AP_INIT_TAKE12("NegotiateExplain", set_explain, NULL, NGD_ADMIN_ONLY,
                   "what a refused client is told: Off, Brief (default), or Full, and \"expr=...\" for whom"),
    AP_INIT_TAKE1("NegotiateRetry", set_retry, NULL, OR_AUTHCFG | RSRC_CONF,
                  "whether a client is asked again after a refused token: Auto (default), On or Off"),
    AP_INIT_TAKE1("NegotiateContact", set_contact, NULL, OR_AUTHCFG | RSRC_CONF,
                  "whom a refused user should ask: a text, a URL, or none (default)"),
    { NULL, { NULL }, NULL, 0, RAW_ARGS, NULL },
};
