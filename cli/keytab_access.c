/*
 * keytab_access.c - who can read a keytab.
 *
 * As root the question is put to the system: a child becomes the user and opens
 * the file.  Whoever is not root cannot ask so; then the permission bits answer,
 * of the file and of each folder above it, and access lists are not seen.
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

static const ngd_remark_kind_t world_readable = {
    .slug = "world-readable", .severity = NGD_SEVERITY_PROBLEM,
    .says = "Every user of this computer can read the keys, and so forge tickets for the site.",
    .mend = "chown root:www-data FILE; chmod 640 FILE, with the group of the web server; then give the account a new "
            "key, since the old one may have been copied.",
};
static const ngd_remark_kind_t writable_by_others = {
    .slug = "writable-by-others", .severity = NGD_SEVERITY_PROBLEM,
    .says = "Other users of this computer can write the file, and so put a key of their own into it.",
    .mend = "chmod 640 FILE",
};
static const ngd_remark_kind_t unreadable_by_user = {
    .slug = "unreadable-by-user", .severity = NGD_SEVERITY_PROBLEM,
    .says = "The user that the web server runs as cannot read the file.",
    .mend = "chgrp www-data FILE; chmod 640 FILE, with the group of the web server; the folders above need x for it.",
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

static void remark_on_mode(const char *path, apr_pool_t *pool, apr_array_header_t *remarks)
{
    struct stat st;
    const char *about;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        return;
    }
    about = apr_psprintf(pool, "%s has mode %03o", ngd_clean(pool, path), (unsigned)(st.st_mode & 0777));
    if (st.st_mode & S_IROTH) {
        ngd_remarks_add(remarks, &world_readable, about);
    }
    if (st.st_mode & S_IWOTH) {
        ngd_remarks_add(remarks, &writable_by_others, about);
    }
}

static void remark_on_user(const char *path, const char *name, apr_pool_t *pool, apr_array_header_t *remarks)
{
    const struct passwd *user = getpwnam(name);
    bool readable;

    if (!user) {
        ngd_remarks_add(remarks, &unknown_user, ngd_clean(pool, name));
        return;
    }
    readable = geteuid() == 0 ? can_open_as(user, path) : bits_allow_reading(user, path, pool);
    ngd_remarks_add(remarks, readable ? &readable_by_user : &unreadable_by_user, ngd_clean(pool, name));
}

void ngd_keytab_access_remarks(const char *path, const char *user, apr_pool_t *pool, apr_array_header_t *remarks)
{
    struct stat st;

    remark_on_mode(path, pool, remarks);
    if (user && stat(path, &st) == 0) {
        remark_on_user(path, user, pool, remarks);
    }
}
