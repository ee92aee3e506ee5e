/*
 * keytab_access.c - who can read a keytab.
 *
 * As root the question is put to the system: a child becomes the user and opens
 * the file.  Whoever is not root cannot ask so; then the permission bits answer,
 * of the file and of each folder above it, and access lists are not seen.
 *
 * Owner, group and mode of a file are only advised on where it is the site's own:
 * the web server must not get the keys of other services.
 */
#include "keytab_remarks.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* One finding, and how it is mended in a keytab of the site's own and in one that is others' too, or may be. */
typedef struct {
    ngd_remark_kind_t own, shared;
} access_kind_t;

#define OWN_KEYTAB "Give HTTP a keytab of its own that holds nothing else, and let the web server's group read that one"

#define WORLD_READABLE \
    .slug = "world-readable", .severity = NGD_SEVERITY_PROBLEM, \
    .says = "Every user of this computer can read the keys, and so forge tickets for the site."
#define WRITABLE_BY_OTHERS \
    .slug = "writable-by-others", .severity = NGD_SEVERITY_PROBLEM, \
    .says = "Other users of this computer can write the file, and so put a key of their own into it."
#define UNREADABLE_BY_USER \
    .slug = "unreadable-by-user", .severity = NGD_SEVERITY_PROBLEM, \
    .says = "The user that the web server runs as cannot read the file."

static const access_kind_t world_readable = {
    .own = {
        WORLD_READABLE,
        .mend = "chown root:www-data FILE; chmod 640 FILE, with the group of the web server; then give the account a "
                "new key, since the old one may have been copied.",
    },
    .shared = {
        WORLD_READABLE,
        .mend = OWN_KEYTAB "; withdraw everybody's right to read this one. Then give each account in it a new key, "
                "since the old ones may have been copied.",
    },
};
static const access_kind_t writable_by_others = {
    .own = { WRITABLE_BY_OTHERS, .mend = "chmod 640 FILE" },
    .shared = { WRITABLE_BY_OTHERS, .mend = OWN_KEYTAB "; withdraw everybody's right to write this one." },
};
static const access_kind_t unreadable_by_user = {
    .own = {
        UNREADABLE_BY_USER,
        .mend = "chgrp www-data FILE; chmod 640 FILE, with the group of the web server; the folders above need x for "
                "it.",
    },
    .shared = {
        UNREADABLE_BY_USER,
        .mend = OWN_KEYTAB ". Where this one holds other services' keys, it stays as it is.",
    },
};
static const ngd_remark_kind_t readable_by_user = {
    .slug = "readable-by-user", .severity = NGD_SEVERITY_NOTE,
    .says = "The user that the web server runs as can read the file.", .mend = NULL,
};
static const ngd_remark_kind_t unknown_user = {
    .slug = "unknown-user", .severity = NGD_SEVERITY_PROBLEM, .says = "There is no such user on this computer.",
    .mend = "Name the user of httpd's User directive.",
};

/* ---- as the user ------------------------------------------------------------------- */

static void become_and_open(const struct passwd *user, const char *path)
{
    int fd = -1;

    if (initgroups(user->pw_name, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0) {
        fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    _exit(fd >= 0 ? 0 : 1);
}

static bool can_open_as(const struct passwd *user, const char *path)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        become_and_open(user, path);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- by the permission bits ----------------------------------------------------------- */

enum { GROUPS_MAX = 256 };

static bool in_group(const struct passwd *user, gid_t group)
{
    gid_t groups[GROUPS_MAX];
    int count = GROUPS_MAX;

    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0) {
        return user->pw_gid == group;
    }
    for (int i = 0; i < count; i++) {
        if (groups[i] == group) {
            return true;
        }
    }
    return false;
}

/* right is a bit of "others": 04 to read, 01 to pass through. */
static bool bits_allow(const struct passwd *user, const char *path, unsigned right)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        return false;
    }
    if (st.st_uid == user->pw_uid) {
        return (st.st_mode >> 6) & right;
    }
    return in_group(user, st.st_gid) ? (st.st_mode >> 3) & right : st.st_mode & right;
}

static bool bits_allow_reading(const struct passwd *user, const char *path, apr_pool_t *pool)
{
    char *resolved = realpath(path, NULL);
    char *folder = apr_pstrdup(pool, resolved ? resolved : path);
    bool allowed = bits_allow(user, folder, 04);

    free(resolved);
    for (char *slash = strrchr(folder, '/'); allowed && slash && slash > folder; slash = strrchr(folder, '/')) {
        *slash = '\0';
        allowed = bits_allow(user, folder, 01);
    }
    return allowed;
}

/* ---- remarks ----------------------------------------------------------------------------- */

typedef struct {
    const char *path;
    const ngd_inventory_t *inventory;
    apr_pool_t *pool;
    apr_array_header_t *remarks;
} access_t;

static void add(const access_t *access, const access_kind_t *kind, const char *about)
{
    ngd_remarks_add(access->remarks, ngd_keytab_is_the_sites_own(access->inventory) ? &kind->own : &kind->shared, about);
}

/* What is no keytab at all, or an empty one, has nothing to be kept secret. */
static bool may_hold_keys(const ngd_keytab_file_t *file)
{
    bool is_no_keytab = file->state == NGD_KEYTAB_CORRUPT && !file->torn && file->records == 0;

    return file->state != NGD_KEYTAB_EMPTY && !is_no_keytab;
}

static void remark_on_mode(const access_t *access)
{
    struct stat st;
    const char *about;

    if (!may_hold_keys(&access->inventory->file) || stat(access->path, &st) != 0 || !S_ISREG(st.st_mode)) {
        return;
    }
    about = apr_psprintf(access->pool, "%s has mode %03o", ngd_clean(access->pool, access->path),
                         (unsigned)(st.st_mode & 0777));
    if (st.st_mode & S_IROTH) {
        add(access, &world_readable, about);
    }
    if (st.st_mode & S_IWOTH) {
        add(access, &writable_by_others, about);
    }
}

static void remark_on_user(const access_t *access, const char *name)
{
    const struct passwd *user = getpwnam(name);
    const char *about = ngd_clean(access->pool, name);
    bool readable;

    if (!user) {
        ngd_remarks_add(access->remarks, &unknown_user, about);
        return;
    }
    readable = geteuid() == 0 ? can_open_as(user, access->path) : bits_allow_reading(user, access->path, access->pool);
    if (readable) {
        ngd_remarks_add(access->remarks, &readable_by_user, about);
    } else {
        add(access, &unreadable_by_user, about);
    }
}

void ngd_keytab_access_remarks(const char *path, const ngd_inventory_t *inventory, const char *user, apr_pool_t *pool,
                               apr_array_header_t *remarks)
{
    const access_t access = { path, inventory, pool, remarks };
    struct stat st;

    remark_on_mode(&access);
    if (user && stat(path, &st) == 0) {
        remark_on_user(&access, user);
    }
}
