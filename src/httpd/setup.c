#include "setup.h"

#include <apr_atomic.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <unixd.h>

#include "attempt.h"
#include "count.h"
#include "places.h"
#include "settings.h"
#include "thread.h"

APLOG_USE_MODULE(negotiate_diag);

/* How long a child that starts waits for whole keytabs: a quarter of a second, far more than a writer needs. */
enum { FIRST_LOOKS_MAX = 25 };
#define FIRST_LOOK_PAUSE apr_time_from_msec(10)

typedef struct {
    apr_pool_t *pool;                   /* the configuration's */
    server_rec *server;
    apr_array_header_t *keytabs;        /* of ngd_keytab_t *, one for each path */
    apr_uint64_t *told;                 /* shared by the children: the last news of each keytab; NULL: not shared */
    int told_count;
    const char *user, *group;           /* of the children */
    ngd_template_t notice[NGD_NOTICES][NGD_FORMATS];
} setup_t;

/* One configuration is in force at a time; pre_config starts it afresh. */
static setup_t *setup;

/* ---- keytabs ----------------------------------------------------------------------------------------------------- */

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

    if (!setup->told || i < 0 || i >= setup->told_count) {
        return true;
    }
    return apr_atomic_xchg64(&setup->told[i], news->version) != news->version;
}

/* Good again is as much worth knowing as the complaint before it was. */
static void tell_good(const ngd_keytab_news_t *news)
{
    ap_log_error(APLOG_MARK, news->recovered ? APLOG_NOTICE : APLOG_INFO, 0, setup->server,
                 "negotiate: keytab %s: %" APR_SIZE_T_FMT " keys are in use", news->path, news->entries);
}

static void tell_bad(const ngd_keytab_news_t *news)
{
    const char *words = ngd_keytab_state_words(news->state);
    const char *colon = *news->why ? ": " : "";

    if (news->keeps_old_keys) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, news->os_error, setup->server,
                     "negotiate: keytab %s %s%s%s; the %" APR_SIZE_T_FMT " keys of its last good version stay in use",
                     news->path, words, colon, news->why, news->entries);
    } else {
        ap_log_error(APLOG_MARK, APLOG_ERR, news->os_error, setup->server,
                     "negotiate: keytab %s %s%s%s; nobody can sign on with it until that is mended (no restart is "
                     "needed)", news->path, words, colon, news->why);
    }
}

static void tell(const ngd_keytab_news_t *news)
{
    if (!is_first_to_tell(news)) {
        return;
    }
    if (news->state == NGD_KEYTAB_GOOD) {
        tell_good(news);
    } else {
        tell_bad(news);
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

ngd_keytab_t *const *ngd_setup_keytabs(size_t *count)
{
    *count = (size_t)setup->keytabs->nelts;
    return (ngd_keytab_t *const *)(const void *)setup->keytabs->elts;
}

/* ---- whom the server runs as ------------------------------------------------------------------------------------- */

/* An httpd that root did not start has but one user. */
static void find_user(apr_pool_t *pool)
{
    apr_uid_t uid = ap_unixd_config.user_id;
    apr_gid_t gid = ap_unixd_config.group_id;
    char *name;

    if (geteuid() != 0) {
        apr_uid_current(&uid, &gid, pool);
    }
    setup->user = apr_uid_name_get(&name, uid, pool) == APR_SUCCESS ? name : NULL;
    setup->group = apr_gid_name_get(&name, gid, pool) == APR_SUCCESS ? name : NULL;
}

const char *ngd_setup_user(void)
{
    return setup->user;
}

const char *ngd_setup_group(void)
{
    return setup->group;
}

/* ---- hooks ------------------------------------------------------------------------------------------------------- */

int ngd_setup_pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    setup = apr_pcalloc(pconf, sizeof *setup);
    setup->pool = pconf;
    ngd_places_begin(pconf);
    setup->keytabs = apr_array_make(pconf, 4, sizeof(ngd_keytab_t *));
    return OK;
}

/* Here and not in post_config, so that a configuration test finds it as well. */
int ngd_setup_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    (void)pconf;
    (void)plog;
    (void)ptemp;
    return ngd_places_check(server) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

/* JSON is no fixed body: it is made of the request's own facts. */
static void render_notices(void)
{
    static const ngd_format_t formats[] = { NGD_FORMAT_HTML, NGD_FORMAT_TEXT };

    for (int notice = 0; notice < NGD_NOTICES; notice++) {
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
            ngd_notice_render((ngd_notice_t)notice, formats[i], setup->pool, &setup->notice[notice][formats[i]]);
        }
    }
}

static void share_news(void)
{
    apr_shm_t *shm;
    apr_size_t bytes = (apr_size_t)setup->keytabs->nelts * sizeof *setup->told;

    if (bytes > 0 && apr_shm_create(&shm, bytes, NULL, setup->pool) == APR_SUCCESS) {
        setup->told = apr_shm_baseaddr_get(shm);
        memset(setup->told, 0, bytes);
        setup->told_count = setup->keytabs->nelts;
    }
}

int ngd_setup_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server)
{
    (void)plog;
    (void)ptemp;
    /* httpd reads its configuration twice when it starts; only the second reading serves. */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    setup->server = server;
    find_user(pconf);
    render_notices();
    share_news();
    ngd_count_begin(pconf);
    ngd_places_warn(server);
    return OK;
}

static apr_status_t end_thread(void *data)
{
    (void)data;
    ngd_thread_teardown();
    return APR_SUCCESS;
}

/*
 * A child that starts while somebody writes a keytab has no older keys to go on
 * with: it waits a moment for the writer before it serves.  *looks is what is
 * left of that moment for all keytabs.
 */
static void read_first(ngd_keytab_t *keytab, int *looks)
{
    ngd_keyset_t *keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);

    while (!keys && *looks > 0 && ngd_keytab_state(keytab) != NGD_KEYTAB_MISSING
           && ngd_keytab_state(keytab) != NGD_KEYTAB_UNREADABLE) {
        apr_sleep(FIRST_LOOK_PAUSE);
        --*looks;
        keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    }
    ngd_keyset_release(keys);
}

void ngd_setup_child_init(apr_pool_t *pchild, server_rec *server)
{
    int looks = FIRST_LOOKS_MAX;

    if (!ngd_thread_setup()) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, "negotiate: the system has no thread key left");
        exit(APEXIT_CHILDFATAL);
    }
    apr_pool_cleanup_register(pchild, NULL, end_thread, apr_pool_cleanup_null);
    ngd_reference_seed();
    /* Read now, as the user that will serve, so that a keytab it cannot read shows in the log at the start. */
    for (int i = 0; i < setup->keytabs->nelts; i++) {
        read_first(APR_ARRAY_IDX(setup->keytabs, i, ngd_keytab_t *), &looks);
    }
}

const ngd_template_t *ngd_setup_notice(ngd_notice_t notice, ngd_format_t format)
{
    return &setup->notice[notice][format];
}
