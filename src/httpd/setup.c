#include "setup.h"

#include <apr_atomic.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <http_log.h>
#include <http_core.h>

#include "attempt.h"
#include "settings.h"
#include "thread.h"

APLOG_USE_MODULE(negotiate_diag);

/* How long a child that starts waits for a whole keytab: a quarter of a second, hundreds of times what a writer needs. */
enum { FIRST_LOOKS_MAX = 25 };
#define FIRST_LOOK_PAUSE apr_time_from_msec(10)

typedef struct {
    ngd_noted_t what;
    const server_rec *server;
    const ap_directive_t *directive;
    const ap_directive_t *section;      /* the innermost section around it; NULL at the server's level */
    const char *path;                   /* of that section */
} note_t;

typedef struct {
    apr_pool_t *pool;                   /* the configuration's */
    server_rec *server;
    apr_array_header_t *notes;          /* of note_t */
    apr_array_header_t *keytabs;        /* of ngd_keytab_t *, one for each path */
    apr_uint64_t *told;                 /* shared by the children: the last news of each keytab */
    ngd_template_t notice[NGD_NOTICES][NGD_FORMATS];
} setup_t;

/* One configuration is in force at a time; pre_config starts it afresh. */
static setup_t *setup;

/* ---- keytabs ------------------------------------------------------------------------------------------ */

static apr_status_t destroy_keytab(void *keytab)
{
    ngd_keytab_destroy(keytab);
    return APR_SUCCESS;
}

/* The place of a path's keytab in the list, or -1. */
static int index_of_keytab(const char *path)
{
    for (int i = 0; i < setup->keytabs->nelts; i++) {
        if (strcmp(ngd_keytab_path(APR_ARRAY_IDX(setup->keytabs, i, ngd_keytab_t *)), path) == 0) {
            return i;
        }
    }
    return -1;
}

/* True for the first child that sees the keytab like this: its siblings need not say it again. */
static bool is_first_to_tell(const ngd_keytab_news_t *news)
{
    int i = index_of_keytab(news->path);

    if (!setup->told || i < 0) {
        return true;
    }
    return apr_atomic_xchg64(&setup->told[i], news->version) != news->version;
}

static const char *describe(const ngd_keytab_news_t *news)
{
    switch (news->state) {
    case NGD_KEYTAB_MISSING:
        return "does not exist";
    case NGD_KEYTAB_UNREADABLE:
        return "cannot be read by the user this server runs as";
    case NGD_KEYTAB_EMPTY:
        return "holds no key";
    case NGD_KEYTAB_CORRUPT:
        return "is no whole keytab (being written, cut off, or another kind of file)";
    case NGD_KEYTAB_GOOD:
    case NGD_KEYTAB_UNREAD:
        break;
    }
    return "is good";
}

static void tell(const ngd_keytab_news_t *news)
{
    if (!is_first_to_tell(news)) {
        return;
    }
    if (news->state == NGD_KEYTAB_GOOD) {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, setup->server, "negotiate: keytab %s: %" APR_SIZE_T_FMT
                     " keys are in use", news->path, news->entries);
    } else if (news->keeps_old_keys) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, news->os_error, setup->server, "negotiate: keytab %s %s; the %"
                     APR_SIZE_T_FMT " keys of its last good version stay in use", news->path, describe(news),
                     news->entries);
    } else {
        ap_log_error(APLOG_MARK, APLOG_ERR, news->os_error, setup->server, "negotiate: keytab %s %s; nobody can "
                     "sign on with it until that is mended (no restart is needed)", news->path, describe(news));
    }
}

ngd_keytab_t *ngd_setup_keytab(const char *path)
{
    int i = index_of_keytab(path);
    ngd_keytab_t *keytab;

    if (i >= 0) {
        return APR_ARRAY_IDX(setup->keytabs, i, ngd_keytab_t *);
    }
    keytab = ngd_keytab_create(path, tell);
    if (keytab) {
        APR_ARRAY_PUSH(setup->keytabs, ngd_keytab_t *) = keytab;
        apr_pool_cleanup_register(setup->pool, keytab, destroy_keytab, apr_pool_cleanup_null);
    }
    return keytab;
}

/* ---- where directives stand -------------------------------------------------------------------------------- */

/* The innermost real section: <IfModule>, <IfDefine> and their like bind nothing. */
static const ap_directive_t *section_of(const ap_directive_t *directive)
{
    const ap_directive_t *at = directive->parent;

    while (at && (ap_cstr_casecmpn(at->directive, "<If", 3) == 0 && ap_cstr_casecmp(at->directive, "<If") != 0)) {
        at = at->parent;
    }
    return at && ap_cstr_casecmp(at->directive, "<VirtualHost") != 0 ? at : NULL;
}

void ngd_setup_note(const cmd_parms *cmd, ngd_noted_t what)
{
    if (ap_check_cmd_context((cmd_parms *)cmd, NOT_IN_HTACCESS) != NULL) {
        return;
    }
    note_t *note = apr_array_push(setup->notes);
    *note = (note_t){
        .what = what,
        .server = cmd->server,
        .directive = cmd->directive,
        .section = section_of(cmd->directive),
        .path = cmd->path ? apr_pstrdup(setup->pool, cmd->path) : NULL,
    };
}

static bool encloses(const ap_directive_t *outer, const ap_directive_t *inner)
{
    while (inner && inner != outer) {
        inner = inner->parent;
    }
    return inner != NULL;
}

static bool is_plain(const note_t *note)
{
    return note->path && note->section->args[0] != '~' && !ap_is_matchexp(note->path)
           && (ap_cstr_casecmp(note->section->directive, "<Location") == 0
               || ap_cstr_casecmp(note->section->directive, "<Directory") == 0);
}

static bool is_prefix(const char *outer, const char *inner)
{
    apr_size_t len = strlen(outer);

    return strncmp(outer, inner, len) == 0
           && (len == 0 || outer[len - 1] == '/' || inner[len] == '/' || inner[len] == '\0');
}

/*
 * Whether what `setting` says may hold where `use` stands.  Sections of two
 * kinds, and patterns, meet or not from one request to the next: they may.
 */
static bool may_apply(const note_t *setting, const note_t *use)
{
    if (setting->server != use->server && setting->server != setup->server) {
        return false;
    }
    if (!setting->section) {
        return true;
    }
    if (!use->section) {
        return false;
    }
    if (encloses(setting->section, use->section)) {
        return true;
    }
    if (!is_plain(setting) || !is_plain(use)
        || ap_cstr_casecmp(setting->section->directive, use->section->directive) != 0) {
        return true;
    }
    return is_prefix(setting->path, use->path);
}

static bool is_set_for(ngd_noted_t what, const note_t *use)
{
    const note_t *note = (const note_t *)setup->notes->elts;

    for (int i = 0; i < setup->notes->nelts; i++) {
        if (note[i].what == what && may_apply(&note[i], use)) {
            return true;
        }
    }
    return false;
}

/* The next "AuthType Negotiate", from *i on, that no directive of that kind can apply to; NULL at the end. */
static const note_t *next_use_without(ngd_noted_t what, int *i)
{
    const note_t *note = (const note_t *)setup->notes->elts;

    for (; *i < setup->notes->nelts; (*i)++) {
        if (note[*i].what == NGD_NOTED_AUTH_TYPE && !is_set_for(what, &note[*i])) {
            return &note[(*i)++];
        }
    }
    return NULL;
}

/* ---- hooks ---------------------------------------------------------------------------------------------------- */

int ngd_setup_pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    setup = apr_pcalloc(pconf, sizeof *setup);
    setup->pool = pconf;
    setup->notes = apr_array_make(pconf, 8, sizeof(note_t));
    setup->keytabs = apr_array_make(pconf, 4, sizeof(ngd_keytab_t *));
    return OK;
}

/* Here and not in post_config, so that a configuration test finds it as well. */
int ngd_setup_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    int i = 0, result = OK;
    const note_t *use;

    (void)pconf;
    (void)plog;
    (void)ptemp;
    setup->server = server;
    while ((use = next_use_without(NGD_NOTED_KEYTAB, &i))) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_EMERG, 0, server, "AuthType Negotiate at %s:%d has no "
                     "NegotiateKeytab: say which file holds the keys of this server's HTTP service, for example "
                     "NegotiateKeytab /etc/apache2/http.keytab", use->directive->filename,
                     use->directive->line_num);
        result = HTTP_INTERNAL_SERVER_ERROR;
    }
    return result;
}

static void render_notices(void)
{
    for (int notice = 0; notice < NGD_NOTICES; notice++) {
        ngd_notice_render((ngd_notice_t)notice, NGD_FORMAT_HTML, setup->pool, &setup->notice[notice][NGD_FORMAT_HTML]);
        ngd_notice_render((ngd_notice_t)notice, NGD_FORMAT_TEXT, setup->pool, &setup->notice[notice][NGD_FORMAT_TEXT]);
    }
}

static void share_news(void)
{
    apr_shm_t *shm;
    apr_size_t bytes = (apr_size_t)setup->keytabs->nelts * sizeof *setup->told;

    if (bytes > 0 && apr_shm_create(&shm, bytes, NULL, setup->pool) == APR_SUCCESS) {
        setup->told = apr_shm_baseaddr_get(shm);
        memset(setup->told, 0, bytes);
    }
}

static void warn_about_tls(const server_rec *server)
{
    int i = 0;
    const note_t *use = next_use_without(NGD_NOTED_REQUIRE_TLS, &i);

    if (use) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server, "AuthType Negotiate at %s:%d also answers without TLS, "
                     "where others on the network can read and use what is sent: set NegotiateRequireTLS On, or Off "
                     "if that is meant", use->directive->filename, use->directive->line_num);
    }
}

int ngd_setup_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    (void)pconf;
    (void)plog;
    (void)ptemp;
    /* httpd reads its configuration twice when it starts; only the second reading serves. */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    setup->server = server;
    render_notices();
    share_news();
    warn_about_tls(server);
    return OK;
}

static apr_status_t end_thread(void *data)
{
    (void)data;
    ngd_thread_teardown();
    return APR_SUCCESS;
}

/*
 * A child that starts while somebody writes the keytab has no older keys to go
 * on with: it waits a moment for the writer before it serves.
 */
static void read_first(ngd_keytab_t *keytab)
{
    ngd_keyset_t *keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);

    for (int i = 0; i < FIRST_LOOKS_MAX && !keys && ngd_keytab_state(keytab) != NGD_KEYTAB_MISSING
                    && ngd_keytab_state(keytab) != NGD_KEYTAB_UNREADABLE; i++) {
        apr_sleep(FIRST_LOOK_PAUSE);
        keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    }
    ngd_keyset_release(keys);
}

void ngd_setup_child_init(apr_pool_t *pchild, server_rec *server)
{
    if (!ngd_thread_setup()) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, "negotiate: the system has no thread key left");
        exit(APEXIT_CHILDFATAL);
    }
    apr_pool_cleanup_register(pchild, NULL, end_thread, apr_pool_cleanup_null);
    ngd_reference_seed();
    /* Read now, as the user that will serve, so that a keytab it cannot read shows in the log at the start. */
    for (int i = 0; i < setup->keytabs->nelts; i++) {
        read_first(APR_ARRAY_IDX(setup->keytabs, i, ngd_keytab_t *));
    }
}

const ngd_template_t *ngd_setup_notice(ngd_notice_t notice, ngd_format_t format)
{
    return &setup->notice[notice][format];
}
