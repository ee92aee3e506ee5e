#include "replay_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <profile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "ticket.h"

/* ---- its name ------------------------------------------------------------------------------------ */

/* default_rcache_name, as it stands in krb5.conf; malloc's, or NULL.  The profile is only read. */
static char *configured_name(krb5_context krb5)
{
    struct _profile_t *profile;
    char *value = NULL, *copy = NULL;

    if (krb5_get_profile(krb5, &profile) != 0) {
        return NULL;
    }
    if (profile_get_string(profile, "libdefaults", "default_rcache_name", NULL, NULL, &value) == 0 && value) {
        copy = strdup(value);
        profile_release_string(value);
    }
    profile_abandon(profile);
    return copy;
}

/* "type:residual", malloc's; NULL when memory ran out. */
static char *cache_name(krb5_context krb5)
{
    const char *name = secure_getenv("KRB5RCACHENAME");
    const char *type = secure_getenv("KRB5RCACHETYPE");
    char *text = NULL;

    if (name) {
        return strdup(name);
    }
    if (type) {
        return asprintf(&text, "%s:", type) < 0 ? NULL : text;
    }
    text = configured_name(krb5);
    return text ? text : strdup("dfl:");
}

static bool has_type(const char *name, const char *type)
{
    size_t len = strlen(type);

    return strncmp(name, type, len) == 0 && name[len] == ':';
}

/* The file of the default type, malloc's. */
static char *default_path(void)
{
    const char *dir = secure_getenv("KRB5RCACHEDIR");
    char *path = NULL;

    if (!dir) {
        dir = secure_getenv("TMPDIR");
    }
    return asprintf(&path, "%s/krb5_%lu.rcache2", dir ? dir : "/var/tmp", (unsigned long)geteuid()) < 0 ? NULL : path;
}

/* ---- its file ------------------------------------------------------------------------------------ */

static int no_room(const char *path)
{
    struct statvfs fs;

    return statvfs(path, &fs) == 0 && fs.f_bavail == 0 ? ENOSPC : 0;
}

static int may(const char *path, int how)
{
    return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0 ? 0 : errno;
}

/* Whether a file could be made there: 0 or an errno. */
static int may_create(const char *path)
{
    char copy[PATH_MAX];
    const char *dir;
    int error;

    if (strlen(path) >= sizeof copy) {
        return ENAMETOOLONG;
    }
    strcpy(copy, path);
    dir = dirname(copy);
    error = may(dir, W_OK | X_OK);
    return error ? error : no_room(dir);
}

/* Whether the file could be used: 0 or an errno.  The default type wants a file of one's own. */
static int may_use(const char *path, bool default_type)
{
    struct stat st;
    int error;

    if ((default_type ? lstat : stat)(path, &st) != 0) {
        return errno == ENOENT ? may_create(path) : errno;
    }
    if (S_ISLNK(st.st_mode)) {
        return ELOOP;
    }
    if (S_ISDIR(st.st_mode)) {
        return EISDIR;
    }
    if (default_type && st.st_uid != geteuid()) {
        return EPERM;
    }
    error = may(path, R_OK | W_OK);
    return error ? error : no_room(path);
}

static void note(ngd_server_facts_t *facts, int error)
{
    facts->replay_cache = error ? NGD_REPLAY_CACHE_UNUSABLE : NGD_REPLAY_CACHE_USABLE;
    facts->replay_cache_error = error;
}

static void look_at_default(ngd_server_facts_t *facts, ngd_inspection_t *inspection)
{
    char *path = default_path();
    char *name = NULL;

    if (!path || asprintf(&name, "file2:%s", path) < 0) {
        free(path);
        return;
    }
    facts->replay_cache_name = ngd_inspection_keep(inspection, name);
    note(facts, may_use(path, true));
    free(path);
}

void ngd_replay_cache_look(krb5_context krb5, ngd_server_facts_t *facts, ngd_inspection_t *inspection)
{
    char *name = cache_name(krb5);

    if (!name) {
        return;
    }
    if (has_type(name, "dfl")) {
        look_at_default(facts, inspection);
        free(name);
        return;
    }
    facts->replay_cache_name = ngd_inspection_keep(inspection, name);
    if (!facts->replay_cache_name || strstr(facts->replay_cache_name, "%{")) {
        return;
    }
    if (has_type(facts->replay_cache_name, "none")) {
        facts->replay_cache = NGD_REPLAY_CACHE_OFF;
    } else if (has_type(facts->replay_cache_name, "file2")) {
        note(facts, may_use(strchr(facts->replay_cache_name, ':') + 1, false));
    } else {
        note(facts, EINVAL);
    }
}
