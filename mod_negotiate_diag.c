/*
 * mod_negotiate_diag - HTTP Negotiate (Kerberos) authentication for Apache httpd
 * that says why a sign-on failed.
 *
 * This file says where the module takes part in httpd's work, and nothing else.
 */
#include <httpd.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_status.h>
#include <util_filter.h>

#include "attempt.h"
#include "authn.h"
#include "body.h"
#include "connection.h"
#include "count.h"
#include "settings.h"
#include "setup.h"

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_pre_config(ngd_setup_pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(ngd_setup_check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(ngd_setup_post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(ngd_setup_child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_pre_connection(ngd_connection_begin, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_read_request(ngd_connection_request, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_check_authn(ngd_authn_check, NULL, NULL, APR_HOOK_MIDDLE, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(ngd_authn_authorize, NULL, NULL, APR_HOOK_REALLY_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_note_auth_failure(ngd_authn_challenge, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_fixups(ngd_attempt_fixup, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(ngd_whoami_handler, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(ngd_explain_handler, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_error_filter(ngd_refusal_insert, NULL, NULL, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(ap, status_hook, ngd_count_status, NULL, NULL, APR_HOOK_MIDDLE);
    ap_register_output_filter(NGD_REFUSAL_FILTER, ngd_refusal_filter, NULL, AP_FTYPE_RESOURCE);
}

AP_DECLARE_MODULE(negotiate_diag) = {
    STANDARD20_MODULE_STUFF,
    ngd_settings_create,
    ngd_settings_merge,
    NULL,
    NULL,
    ngd_directives,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
