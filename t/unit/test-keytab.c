/*
 * The watched keytab: what a changing file does to the keys in use.  Needs krb5
 * but no KDC: the keytabs are made here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <krb5.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "keytab.h"
#include "make-keytab.h"

static char path[] = "test-keytab-XXXXXX";
static ngd_keytab_news_t last_news;
static int news_count;

static void remember_news(const ngd_keytab_news_t *news)
{
    last_news = *news;
    news_count++;
}

/* ---- in the place of the system's own functions --------------------------------------------------------- */

static const struct stat *frozen;           /* what stat() says, as if nothing had changed */
static time_t ahead_secs;                   /* by which the clock is ahead */
static void (*before_load)(void);           /* what happens once the file was read and before krb5 reads it */

int stat(const char *file, struct stat *st)
{
    if (frozen) {
        *st = *frozen;
        return 0;
    }
    return fstatat(AT_FDCWD, file, st, 0);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, clock, now);

    now->tv_sec += ahead_secs;
    return result;
}

krb5_error_code krb5_kt_start_seq_get(krb5_context krb5, krb5_keytab keytab, krb5_kt_cursor *cursor)
{
    typedef krb5_error_code function(krb5_context, krb5_keytab, krb5_kt_cursor *);
    void (*now)(void) = before_load;

    before_load = NULL;
    if (now) {
        now();
    }
    return ((function *)dlsym(RTLD_NEXT, "krb5_kt_start_seq_get"))(krb5, keytab, cursor);
}

static const char *const two_hosts[] = {
    "HTTP/web.example.test@EXAMPLE.TEST",
    "HTTP/www.example.test@EXAMPLE.TEST",
    "host/web.example.test@EXAMPLE.TEST",
    "WEB$@EXAMPLE.TEST",
    NULL,
};

static off_t size_of(const char *file)
{
    struct stat st;

    return stat(file, &st) == 0 ? st.st_size : -1;
}

static size_t keys_in_use(ngd_keytab_t *keytab)
{
    ngd_keyset_t *keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    size_t count = 0;

    if (keys) {
        ngd_keyset_entries(keys, &count);
    }
    ngd_keyset_release(keys);
    return count;
}

static krb5_kvno first_kvno(ngd_keytab_t *keytab)
{
    ngd_keyset_t *keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    size_t count;
    krb5_kvno kvno = keys ? ngd_keyset_entries(keys, &count)[0].kvno : 0;

    ngd_keyset_release(keys);
    return kvno;
}

static void put_bytes(const char *file, const void *bytes, size_t len)
{
    FILE *f = fopen(file, "wb");

    if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) {
        exit(99);
    }
}

static void append_bytes(const char *file, const void *bytes, size_t len)
{
    FILE *f = fopen(file, "ab");

    if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) {
        exit(99);
    }
}

/* ---- files that are not good ------------------------------------------------------------------------------ */

static void test_states(void)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
        ngd_keytab_state_t state;
    } cases[] = {
        { "a file of no bytes is an empty keytab", "", 0, NGD_KEYTAB_EMPTY },
        { "a header alone is an empty keytab", "\x05\x02", 2, NGD_KEYTAB_EMPTY },
        { "a hole alone is an empty keytab", "\x05\x02\xff\xff\xff\xfe..", 8, NGD_KEYTAB_EMPTY },
        { "one byte is no keytab", "\x05", 1, NGD_KEYTAB_CORRUPT },
        { "a text file is no keytab", "hello, world\n", 13, NGD_KEYTAB_CORRUPT },
        { "a length beyond the end is no whole keytab", "\x05\x02\x00\x00\x00\x10....", 10, NGD_KEYTAB_CORRUPT },
        { "half a length is no whole keytab", "\x05\x02\x00\x00", 4, NGD_KEYTAB_CORRUPT },
        { "the smallest negative length is no whole keytab", "\x05\x02\x80\x00\x00\x00", 6, NGD_KEYTAB_CORRUPT },
        { "a whole record that holds nonsense is no keytab", "\x05\x02\x00\x00\x00\x02zz", 8, NGD_KEYTAB_CORRUPT },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
        put_bytes(path, cases[i].bytes, cases[i].len);
        bool no_keys = keys_in_use(keytab) == 0;
        check(no_keys && ngd_keytab_state(keytab) == cases[i].state, "%s", cases[i].name);
        ngd_keytab_destroy(keytab);
    }
}

/* A good keytab, and something behind its last entry. */
static void test_behind_the_end(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);

    write_keytab(path, 1, two_hosts);
    append_bytes(path, "\0\0\0\0zz", 6);
    check(keys_in_use(keytab) == 4, "a length of 0 ends a good keytab");
    write_keytab(path, 3, two_hosts);
    check(truncate(path, NGD_KEYTAB_BYTES_MAX + 1) == 0 && first_kvno(keytab) == 1
              && ngd_keytab_state(keytab) == NGD_KEYTAB_CORRUPT,
          "a file that is too large is no keytab");
    ngd_keytab_destroy(keytab);
}

static void test_missing(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, remember_news);

    unlink(path);
    check(keys_in_use(keytab) == 0 && last_news.state == NGD_KEYTAB_MISSING && last_news.os_error == ENOENT,
          "a keytab that is not there is told as missing");
    news_count = 0;
    keys_in_use(keytab);
    check(news_count == 0, "a keytab that is still not there is not told again");
    write_keytab(path, 1, two_hosts);
    check(keys_in_use(keytab) == 4, "a keytab that appears later is used without a restart");
    ngd_keytab_destroy(keytab);
}

static void test_missing_otherwise(void)
{
    char folder[sizeof path + 8], file[sizeof folder + 8];

    snprintf(folder, sizeof folder, "%s.dir", path);
    snprintf(file, sizeof file, "%s/x", folder);
    ngd_keytab_t *keytab = ngd_keytab_create(file, remember_news);
    keys_in_use(keytab);
    put_bytes(folder, "", 0);
    keys_in_use(keytab);
    check(last_news.state == NGD_KEYTAB_MISSING && last_news.os_error == ENOTDIR,
          "a keytab that is missing for another reason is told again");
    unlink(folder);
    ngd_keytab_destroy(keytab);
}

static void test_special_files(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);

    unlink(path);
    check(mkfifo(path, 0600) == 0 && keys_in_use(keytab) == 0
              && ngd_keytab_state(keytab) == NGD_KEYTAB_CORRUPT,
          "a FIFO in the keytab's place holds nobody up");
    unlink(path);
    ngd_keytab_destroy(keytab);
}

static void test_unreadable(void)
{
    const uid_t nobody = 65534;
    uid_t user = geteuid();
    ngd_keytab_t *keytab = ngd_keytab_create(path, remember_news);

    write_keytab(path, 1, two_hosts);
    keys_in_use(keytab);
    write_keytab(path, 2, two_hosts);
    chmod(path, 0);
    /* root reads every file, so it becomes somebody else for a moment */
    if (user == 0 && seteuid(nobody) != 0) {
        exit(99);
    }
    bool old = first_kvno(keytab) == 1;
    if (user == 0 && seteuid(user) != 0) {
        exit(99);
    }
    check(old && last_news.state == NGD_KEYTAB_UNREADABLE && last_news.os_error == EACCES
              && last_news.keeps_old_keys,
          "an unreadable keytab is told as such and keeps the old keys");
    chmod(path, 0600);
    check(first_kvno(keytab) == 2, "a keytab that becomes readable is used");
    ngd_keytab_destroy(keytab);
}

/* ---- files that change ---------------------------------------------------------------------------------------- */

static void test_replaced(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    struct stat before;
    struct timespec times[2];

    write_keytab(path, 1, two_hosts);
    check(first_kvno(keytab) == 1, "a keytab is read");
    write_keytab(path, 2, two_hosts);
    check(first_kvno(keytab) == 2, "a keytab replaced under the same name is used at the next look");

    stat(path, &before);
    write_keytab(path, 3, two_hosts);
    times[0] = before.st_atim;
    times[1] = before.st_mtim;
    utimensat(AT_FDCWD, path, times, 0);
    check(size_of(path) == before.st_size && first_kvno(keytab) == 3,
          "a keytab of the same size and time stamp is read again while it is young");
    ngd_keytab_destroy(keytab);
}

/* What a writer does within one time stamp: only reading again can tell. */
static void test_young(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    struct stat before;

    write_keytab(path, 1, two_hosts);
    keys_in_use(keytab);
    stat(path, &before);
    write_keytab(path, 2, two_hosts);
    frozen = &before;
    check(first_kvno(keytab) == 2, "a young file is read again although nothing seems to have changed");
    frozen = NULL;
    ngd_keytab_destroy(keytab);
}

static void test_changed_time(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    struct stat before, after;

    write_keytab(path, 1, two_hosts);
    ahead_secs = 10;
    keys_in_use(keytab);
    stat(path, &before);
    write_keytab(path, 2, two_hosts);
    stat(path, &after);
    before.st_ctim = after.st_ctim;
    before.st_ctim.tv_nsec ^= 1;
    frozen = &before;
    check(first_kvno(keytab) == 2, "a file of which only the ctime changed is read again");
    frozen = NULL;
    ahead_secs = 0;
    ngd_keytab_destroy(keytab);
}

static void replace_before_load(void)
{
    write_keytab(path, 2, two_hosts);
}

static void test_changed_while_read(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);

    write_keytab(path, 1, two_hosts);
    before_load = replace_before_load;
    check(keys_in_use(keytab) == 0 && ngd_keytab_state(keytab) == NGD_KEYTAB_CORRUPT,
          "a keytab that changes between checking and loading is not used");
    write_keytab(path, 3, two_hosts);
    check(first_kvno(keytab) == 3, "but what comes after it");
    ngd_keytab_destroy(keytab);
}

static ngd_keytab_t *looked_at;
static pthread_t second;

static void *look_too(void *kvno)
{
    *(krb5_kvno *)kvno = first_kvno(looked_at);
    return NULL;
}

static krb5_kvno second_kvno;

static void start_second(void)
{
    const struct timespec moment = { 0, 100 * 1000 * 1000 };

    if (pthread_create(&second, NULL, look_too, &second_kvno) != 0) {
        exit(99);
    }
    nanosleep(&moment, NULL);
}

static void test_two_look(void)
{
    looked_at = ngd_keytab_create(path, NULL);
    write_keytab(path, 1, two_hosts);
    keys_in_use(looked_at);
    write_keytab(path, 2, two_hosts);
    before_load = start_second;
    keys_in_use(looked_at);
    pthread_join(second, NULL);
    check(second_kvno == 2, "who asks for the newest keys waits for the thread that looks");
    ngd_keytab_destroy(looked_at);
}

static void test_usual_look(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    ngd_keyset_t *keys;
    uint64_t generation;

    write_keytab(path, 1, two_hosts);
    keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    generation = ngd_keyset_generation(keys);
    ngd_keyset_release(keys);
    for (int i = 0; i < 3; i++) {
        keys_in_use(keytab);
    }
    keys = ngd_keytab_keys(keytab, NGD_LOOK_USUAL);
    check(ngd_keyset_generation(keys) == generation, "a file that did not change keeps its keys");
    ngd_keyset_release(keys);

    write_keytab(path, 9, two_hosts);
    ahead_secs = NGD_KEYTAB_LOOK_SECS;
    keys = ngd_keytab_keys(keytab, NGD_LOOK_USUAL);
    ahead_secs = 0;
    check(ngd_keyset_generation(keys) != generation, "a file that changed is used within NGD_KEYTAB_LOOK_SECS");
    ngd_keyset_release(keys);
    ngd_keytab_destroy(keytab);
}

/* Puts a good keytab of kvno 1 in place, has it read, and puts the first `cut` bytes of one of kvno 2 there. */
static void tear(ngd_keytab_t *keytab, off_t cut)
{
    write_keytab(path, 1, two_hosts);
    keys_in_use(keytab);
    write_keytab(path, 2, two_hosts);
    if (truncate(path, cut) != 0) {
        exit(99);
    }
}

static void test_torn(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    bool kept = true, shorter = true;
    int between = 0;

    write_keytab(path, 2, two_hosts);
    for (off_t cut = size_of(path) - 1; cut > 0; cut--) {
        tear(keytab, cut);
        size_t count = keys_in_use(keytab);
        if (ngd_keytab_state(keytab) == NGD_KEYTAB_GOOD) {
            shorter = shorter && count < 4 && first_kvno(keytab) == 2;
            between++;
        } else {
            kept = kept && count == 4 && first_kvno(keytab) == 1;
        }
    }
    check(kept, "a keytab cut off anywhere inside an entry keeps the old keys");
    check(shorter && between == 3, "a keytab cut off between two entries is a shorter keytab");
    ngd_keytab_destroy(keytab);
}

static void test_nonsense_behind_keys(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    FILE *file;

    write_keytab(path, 1, two_hosts);
    keys_in_use(keytab);
    write_keytab(path, 2, two_hosts);
    file = fopen(path, "ab");
    if (!file || fwrite("\0\0\0\2zz", 1, 6, file) != 6 || fclose(file) != 0) {
        exit(99);
    }
    check(first_kvno(keytab) == 1 && ngd_keytab_state(keytab) == NGD_KEYTAB_CORRUPT,
          "a keytab that ends in nonsense keeps the old keys");
    ngd_keytab_destroy(keytab);
}

static void test_torn_is_told_once(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, remember_news);

    write_keytab(path, 1, two_hosts);
    tear(keytab, size_of(path) - 3);
    news_count = 0;
    for (int i = 0; i < 3; i++) {
        keys_in_use(keytab);
    }
    check(news_count == 1 && last_news.state == NGD_KEYTAB_CORRUPT && last_news.keeps_old_keys
              && last_news.entries == 4,
          "a torn keytab is told once, with the keys that stay in use");
    ngd_keytab_destroy(keytab);
}

static void test_old_keys_live_on(void)
{
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    ngd_keyset_t *old;
    size_t count;

    write_keytab(path, 1, two_hosts);
    old = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    write_keytab(path, 2, two_hosts);
    keys_in_use(keytab);
    ngd_keytab_destroy(keytab);
    check(ngd_keyset_entries(old, &count)[0].kvno == 1 && count == 4,
          "a request that holds the old keys can finish with them");
    ngd_keyset_release(old);
}

/* ---- views -------------------------------------------------------------------------------------------------------- */

static size_t entries_of(const char *name)
{
    krb5_context krb5;
    krb5_keytab keytab;
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    size_t count = 0;

    krb5_init_context(&krb5);
    krb5_kt_resolve(krb5, name, &keytab);
    if (krb5_kt_start_seq_get(krb5, keytab, &cursor) == 0) {
        while (krb5_kt_next_entry(krb5, keytab, &entry, &cursor) == 0) {
            krb5_free_keytab_entry_contents(krb5, &entry);
            count++;
        }
        krb5_kt_end_seq_get(krb5, keytab, &cursor);
    }
    krb5_kt_close(krb5, keytab);
    krb5_free_context(krb5);
    return count;
}

static void test_views(void)
{
    static const ngd_acceptor_name_t http = { NGD_ACCEPTOR_SERVICE, "HTTP", NULL };
    static const ngd_acceptor_name_t any = { NGD_ACCEPTOR_ANY, NULL, NULL };
    static const ngd_acceptor_name_t by_host = { NGD_ACCEPTOR_HOST, "HTTP", NULL };
    static const ngd_acceptor_name_t one = { NGD_ACCEPTOR_NAME, "host", "web.example.test" };
    static const ngd_acceptor_name_t none = { NGD_ACCEPTOR_NAME, "ldap", "web.example.test" };
    static const struct {
        const char *name;
        const ngd_acceptor_name_t *acceptor;
        const char *host;
        size_t entries;
    } cases[] = {
        { "the acceptor name HTTP admits every HTTP entry, and no host/ entry", &http, "other.example.test", 2 },
        { "the acceptor name Any admits all entries", &any, NULL, 4 },
        { "the acceptor name Host admits the entry of the request's host", &by_host, "web.example.test", 1 },
        { "a host is compared without regard to case", &by_host, "WEB.Example.TEST", 1 },
        { "a host that is not in the keytab admits nothing", &by_host, "evil.example.test", 0 },
        { "a request without a host admits nothing", &by_host, NULL, 0 },
        { "an acceptor name service@host admits that entry", &one, "www.example.test", 1 },
        { "an acceptor name that is not in the keytab admits nothing", &none, NULL, 0 },
    };
    ngd_keytab_t *keytab = ngd_keytab_create(path, NULL);
    ngd_keyset_t *keys;

    write_keytab(path, 1, two_hosts);
    keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ngd_keyset_view_t *view = ngd_keyset_view(keys, cases[i].acceptor, cases[i].host);
        check(cases[i].entries == (view ? entries_of(view->keytab) : 0), "%s", cases[i].name);
    }
    check(ngd_keyset_view(keys, &by_host, "web.example.test") == ngd_keyset_view(keys, &by_host, "WEB.EXAMPLE.TEST"),
          "spelling a host otherwise makes no second view");
    check(ngd_keyset_view(keys, &http, "one.example.test") == ngd_keyset_view(keys, &http, "two.example.test"),
          "nor does a host where it does not matter");
    ngd_keyset_release(keys);
    ngd_keytab_destroy(keytab);
}

int main(void)
{
    int fd = mkstemp(path);

    if (fd < 0) {
        return 99;
    }
    close(fd);
    test_states();
    test_behind_the_end();
    test_missing();
    test_missing_otherwise();
    test_special_files();
    test_unreadable();
    test_replaced();
    test_young();
    test_changed_time();
    test_changed_while_read();
    test_two_look();
    test_usual_look();
    test_torn();
    test_nonsense_behind_keys();
    test_torn_is_told_once();
    test_old_keys_live_on();
    test_views();
    unlink(path);
    return check_done();
}
