#include "places.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>

#include "settings.h"

APLOG_USE_MODULE(negotiate_diag);

typedef struct {
    ngd_placed_t what;
    const server_rec *server;
    const ap_directive_t *directive;
    const ap_directive_t *section;      /* the innermost section around it; NULL at the server's level */
    const char *path;                   /* of that section */
} place_t;

/* Of place_t; one configuration is in force at a time. */
static apr_array_header_t *places;

/* ---- where directives stand -------------------------------------------------------------------------------------- */

void ngd_places_begin(apr_pool_t *pconf)
{
    places = apr_array_make(pconf, 8, sizeof(place_t));
}

/* The section around a directive.  (httpd resolves <IfModule> and its like while it reads; they are no parents.) */
static const ap_directive_t *section_of(const ap_directive_t *directive)
{
    const ap_directive_t *parent = directive->parent;

    return parent && ap_cstr_casecmp(parent->directive, "<VirtualHost") != 0 ? parent : NULL;
}

void ngd_places_note(const cmd_parms *cmd, ngd_placed_t what)
{
    if (ap_check_cmd_context((cmd_parms *)cmd, NOT_IN_HTACCESS) != NULL) {
        return;
    }
    place_t *place = apr_array_push(places);
    *place = (place_t){
        .what = what,
        .server = cmd->server,
        .directive = cmd->directive,
        .section = section_of(cmd->directive),
        .path = cmd->path ? apr_pstrdup(places->pool, cmd->path) : NULL,
    };
}

bool ngd_places_any(ngd_placed_t what)
{
    for (int i = 0; i < places->nelts; i++) {
        if (APR_ARRAY_IDX(places, i, place_t).what == what) {
            return true;
        }
    }
    return false;
}

static bool encloses(const ap_directive_t *outer, const ap_directive_t *inner)
{
    while (inner && inner != outer) {
        inner = inner->parent;
    }
    return inner != NULL;
}

static bool is_plain(const place_t *place)
{
    return place->path && place->section->args[0] != '~' && !ap_is_matchexp(place->path)
           && (ap_cstr_casecmp(place->section->directive, "<Location") == 0
               || ap_cstr_casecmp(place->section->directive, "<Directory") == 0);
}

static bool is_prefix(const char *outer, const char *inner)
{
    apr_size_t len = strlen(outer);

    return strncmp(outer, inner, len) == 0
           && (len == 0 || outer[len - 1] == '/' || inner[len] == '/' || inner[len] == '\0');
}

/* ---- whether a setting holds in a place -------------------------------------------------------------------------- */

/* How a setting and a use of it meet. */
typedef enum {
    NEVER,
    INSIDE,             /* in an inner section of the use's only */
    PERHAPS,
    ALWAYS,
} meeting_t;

/* What stands in the main server holds in virtual hosts too, and a virtual host's own in the main server's sections. */
static bool same_site(const place_t *setting, const place_t *use, const server_rec *main_server)
{
    return setting->server == use->server || setting->server == main_server || use->server == main_server;
}

static meeting_t meet(const place_t *setting, const place_t *use, const server_rec *main_server)
{
    if (!same_site(setting, use, main_server)) {
        return NEVER;
    }
    if (!setting->section) {
        return setting->server == use->server || setting->server == main_server ? ALWAYS : PERHAPS;
    }
    if (!use->section) {
        return INSIDE;
    }
    if (encloses(setting->section, use->section)) {
        return ALWAYS;
    }
    /* Sections of two kinds, and patterns, meet or not from one request to the next. */
    if (!is_plain(setting) || !is_plain(use)
        || ap_cstr_casecmp(setting->section->directive, use->section->directive) != 0) {
        return PERHAPS;
    }
    if (is_prefix(setting->path, use->path)) {
        return setting->server == use->server || setting->server == main_server ? ALWAYS : PERHAPS;
    }
    return is_prefix(use->path, setting->path) ? INSIDE : NEVER;
}

/* The best that any directive of that kind does for a use. */
static meeting_t best_meeting(ngd_placed_t what, const place_t *use, const server_rec *main_server)
{
    meeting_t best = NEVER;

    for (int i = 0; i < places->nelts; i++) {
        const place_t *place = &APR_ARRAY_IDX(places, i, place_t);
        meeting_t meeting = place->what == what ? meet(place, use, main_server) : NEVER;
        best = meeting > best ? meeting : best;
    }
    return best;
}

/* ---- the checks -------------------------------------------------------------------------------------------------- */

static bool check_keytab(const place_t *use, server_rec *server)
{
    const ap_directive_t *at = use->directive;
    meeting_t meeting = best_meeting(NGD_PLACED_KEYTAB, use, server);

    if (meeting == NEVER) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_EMERG, 0, server, "AuthType Negotiate at %s:%d has no "
                     "NegotiateKeytab: say which file holds the keys of this server's HTTP service, for example "
                     "NegotiateKeytab /etc/apache2/http.keytab", at->filename, at->line_num);
    } else if (meeting == INSIDE) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, server, "AuthType Negotiate at %s:%d has a "
                     "NegotiateKeytab in inner sections only: elsewhere whoever has to sign on gets status 500",
                     at->filename, at->line_num);
    }
    return meeting != NEVER;
}

bool ngd_places_check(server_rec *server)
{
    bool good = true;

    for (int i = 0; i < places->nelts; i++) {
        const place_t *place = &APR_ARRAY_IDX(places, i, place_t);
        if (place->what == NGD_PLACED_AUTH_TYPE && !check_keytab(place, server)) {
            good = false;
        }
    }
    return good;
}

void ngd_places_warn(server_rec *server)
{
    for (int i = 0; i < places->nelts; i++) {
        const place_t *use = &APR_ARRAY_IDX(places, i, place_t);
        if (use->what != NGD_PLACED_AUTH_TYPE || best_meeting(NGD_PLACED_REQUIRE_TLS, use, server) > INSIDE) {
            continue;
        }
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server, "AuthType Negotiate at %s:%d also answers without TLS, if "
                     "it is asked so; others on the network can then read and use what is sent: set "
                     "NegotiateRequireTLS On, or Off if that is meant", use->directive->filename,
                     use->directive->line_num);
        return;
    }
}
