/*
 * What a thread keeps: its credentials, and when they go.  Needs krb5 but no KDC.
 */
#include <dlfcn.h>
#include <gssapi/gssapi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "make-keytab.h"
#include "thread.h"

enum { HOSTS = NGD_THREAD_CREDENTIALS_MAX + 8, RELEASED_MAX = 4096 };

static char path[] = "test-thread-XXXXXX";
static ngd_keytab_t *keytab;

/* ---- watching credentials go ------------------------------------------------------------------------------ */

static gss_cred_id_t released[RELEASED_MAX];
static size_t released_count;

/* Stands in front of GSSAPI's own, and writes down what is released. */
OM_uint32 gss_release_cred(OM_uint32 *minor, gss_cred_id_t *credential)
{
    OM_uint32 (*real)(OM_uint32 *, gss_cred_id_t *);
    void *found = dlsym(RTLD_NEXT, "gss_release_cred");

    memcpy(&real, &found, sizeof real);
    if (*credential != GSS_C_NO_CREDENTIAL && released_count < RELEASED_MAX) {
        released[released_count++] = *credential;
    }
    return real(minor, credential);
}

static bool was_released(gss_cred_id_t credential)
{
    for (size_t i = 0; i < released_count; i++) {
        if (released[i] == credential) {
            return true;
        }
    }
    return false;
}

/* ---- credentials ---------------------------------------------------------------------------------------------- */

static void write_hosts(krb5_kvno kvno)
{
    static char name[HOSTS][64];
    const char *principals[HOSTS + 1] = { NULL };

    for (int i = 0; i < HOSTS; i++) {
        snprintf(name[i], sizeof name[i], "HTTP/host%d.example.test@EXAMPLE.TEST", i);
        principals[i] = name[i];
    }
    write_keytab(path, kvno, principals);
}

/* The calling thread's credential for one host of the keytab as it is now. */
static gss_cred_id_t credential_for(int host, ngd_replay_t replay)
{
    static const ngd_acceptor_name_t by_host = { NGD_ACCEPTOR_HOST, "HTTP", NULL };
    ngd_keyset_t *keys = ngd_keytab_keys(keytab, NGD_LOOK_NOW);
    gss_cred_id_t credential;
    OM_uint32 minor;
    char name[64];

    snprintf(name, sizeof name, "host%d.example.test", host);
    if (ngd_thread_credential(keytab, keys, ngd_keyset_view(keys, &by_host, name), replay, &credential, &minor)
        != GSS_S_COMPLETE) {
        exit(99);
    }
    ngd_keyset_release(keys);
    return credential;
}

static void *credential_of_thread(void *unused)
{
    (void)unused;
    released_count = 0;
    return credential_for(0, NGD_REPLAY_CHECK);
}

static void test_threads(void)
{
    gss_cred_id_t mine = credential_for(0, NGD_REPLAY_CHECK);
    pthread_t thread;
    void *theirs;

    check(credential_for(0, NGD_REPLAY_CHECK) == mine, "a thread keeps its credential");
    check(credential_for(0, NGD_REPLAY_CHECKED) != mine, "the one without a replay check is another one");
    check(credential_for(1, NGD_REPLAY_CHECK) != mine, "the one for another view is another one");
    pthread_create(&thread, NULL, credential_of_thread, NULL);
    pthread_join(thread, &theirs);
    check(theirs != mine, "another thread has a credential of its own");
    check(was_released(theirs), "a thread's credential goes when the thread ends");
    check(!was_released(mine), "and takes no other thread's with it");
}

static void test_newer_keys(void)
{
    gss_cred_id_t old = credential_for(0, NGD_REPLAY_CHECK), also_old = credential_for(1, NGD_REPLAY_CHECK);

    released_count = 0;
    write_hosts(2);
    gss_cred_id_t new = credential_for(0, NGD_REPLAY_CHECK);
    check(was_released(old) && was_released(also_old), "credentials on older keys go when newer ones are used");
    check(credential_for(0, NGD_REPLAY_CHECK) == new, "the newer one stays");
}

static void test_limit(void)
{
    gss_cred_id_t first = credential_for(0, NGD_REPLAY_CHECK), second = credential_for(1, NGD_REPLAY_CHECK);

    released_count = 0;
    for (int i = 2; i < NGD_THREAD_CREDENTIALS_MAX; i++) {
        credential_for(i, NGD_REPLAY_CHECK);
    }
    credential_for(0, NGD_REPLAY_CHECK);
    check(!was_released(first) && !was_released(second), "a thread keeps as many credentials as it may");
    credential_for(NGD_THREAD_CREDENTIALS_MAX, NGD_REPLAY_CHECK);
    check(was_released(second) && !was_released(first), "one more makes the one go that was unused for longest");
}

static void test_end(void)
{
    gss_cred_id_t mine = credential_for(0, NGD_REPLAY_CHECK);

    check(ngd_thread_krb5() != NULL && ngd_thread_krb5() == ngd_thread_krb5(), "a thread keeps its krb5 context");
    released_count = 0;
    ngd_thread_teardown();
    check(was_released(mine), "the end of all releases what the calling thread has");
}

int main(void)
{
    int fd = mkstemp(path);

    if (fd < 0 || !ngd_thread_setup()) {
        return 99;
    }
    close(fd);
    keytab = ngd_keytab_create(path, NULL);
    write_hosts(1);
    test_threads();
    test_newer_keys();
    test_limit();
    test_end();
    ngd_keytab_destroy(keytab);
    unlink(path);
    return check_done();
}
