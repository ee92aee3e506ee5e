#include "thread.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <pthread.h>
#include <stdlib.h>

#include "mechanism.h"

typedef struct {
    const ngd_keytab_t *keytab;     /* compared, never followed */
    uint64_t generation;
    uint64_t view;
    ngd_replay_t replay;
    gss_cred_id_t credential;       /* GSS_C_NO_CREDENTIAL: a free slot */
    uint64_t used;
} slot_t;

typedef struct {
    slot_t slot[NGD_THREAD_CREDENTIALS_MAX];
    uint64_t uses;
    krb5_context krb5;
} thread_t;

static pthread_key_t thread_key;

static void slot_free(slot_t *slot)
{
    OM_uint32 minor;

    if (slot->credential != GSS_C_NO_CREDENTIAL) {
        gss_release_cred(&minor, &slot->credential);
    }
}

static void thread_free(void *data)
{
    thread_t *thread = data;

    for (size_t i = 0; i < NGD_THREAD_CREDENTIALS_MAX; i++) {
        slot_free(&thread->slot[i]);
    }
    if (thread->krb5) {
        krb5_free_context(thread->krb5);
    }
    free(thread);
}

bool ngd_thread_setup(void)
{
    return pthread_key_create(&thread_key, thread_free) == 0;
}

void ngd_thread_teardown(void)
{
    thread_t *thread = pthread_getspecific(thread_key);

    if (thread) {
        pthread_setspecific(thread_key, NULL);
        thread_free(thread);
    }
    pthread_key_delete(thread_key);
}

static thread_t *this_thread(void)
{
    thread_t *thread = pthread_getspecific(thread_key);

    if (!thread && (thread = calloc(1, sizeof *thread)) && pthread_setspecific(thread_key, thread) != 0) {
        free(thread);
        thread = NULL;
    }
    return thread;
}

krb5_context ngd_thread_krb5(void)
{
    thread_t *thread = this_thread();

    if (thread && !thread->krb5 && krb5_init_context(&thread->krb5) != 0) {
        thread->krb5 = NULL;
    }
    return thread ? thread->krb5 : NULL;
}

/* Credentials on the keytab's older keys go at once: nothing will ask for them again. */
static void drop_stale(thread_t *thread, const ngd_keytab_t *keytab, uint64_t generation)
{
    for (size_t i = 0; i < NGD_THREAD_CREDENTIALS_MAX; i++) {
        slot_t *slot = &thread->slot[i];
        if (slot->keytab == keytab && slot->generation != generation) {
            slot_free(slot);
        }
    }
}

static slot_t *find_slot(thread_t *thread, uint64_t view, ngd_replay_t replay)
{
    for (size_t i = 0; i < NGD_THREAD_CREDENTIALS_MAX; i++) {
        slot_t *slot = &thread->slot[i];
        if (slot->credential != GSS_C_NO_CREDENTIAL && slot->view == view && slot->replay == replay) {
            return slot;
        }
    }
    return NULL;
}

static slot_t *free_slot(thread_t *thread)
{
    slot_t *oldest = &thread->slot[0];

    for (size_t i = 0; i < NGD_THREAD_CREDENTIALS_MAX; i++) {
        slot_t *slot = &thread->slot[i];
        if (slot->credential == GSS_C_NO_CREDENTIAL) {
            return slot;
        }
        if (slot->used < oldest->used) {
            oldest = slot;
        }
    }
    slot_free(oldest);
    return oldest;
}

/*
 * Asks Kerberos first and alone: SPNEGO hides the reason of a failure, and takes
 * a credential from any other mechanism of the system where Kerberos has none.
 * What those mechanisms gave to SPNEGO is then out of the negotiation.
 */
static OM_uint32 acquire(const char *keytab, ngd_replay_t replay, gss_cred_id_t *credential, OM_uint32 *minor)
{
    gss_key_value_element_desc elements[] = { { "keytab", keytab }, { "rcache", "none:" } };
    gss_key_value_set_desc store = { replay == NGD_REPLAY_CHECKED ? 2 : 1, elements };
    gss_OID_desc mechs[] = { *gss_mech_krb5, *ngd_mech_spnego };
    gss_OID_set_desc kerberos = { 1, mechs };
    gss_OID_set_desc both = { 2, mechs };
    OM_uint32 major, ignored;

    major = gss_acquire_cred_from(minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &kerberos, GSS_C_ACCEPT, &store,
                                  credential, NULL, NULL);
    if (GSS_ERROR(major)) {
        return major;
    }
    gss_release_cred(&ignored, credential);
    major = gss_acquire_cred_from(minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &both, GSS_C_ACCEPT, &store, credential,
                                  NULL, NULL);
    if (!GSS_ERROR(major)) {
        major = gss_set_neg_mechs(minor, *credential, &kerberos);
    }
    if (GSS_ERROR(major)) {
        gss_release_cred(&ignored, credential);
    }
    return major;
}

OM_uint32 ngd_thread_credential(const ngd_keytab_t *keytab, const ngd_keyset_t *keys,
                                const ngd_keyset_view_t *view, ngd_replay_t replay, gss_cred_id_t *credential,
                                OM_uint32 *minor)
{
    thread_t *thread = this_thread();
    uint64_t generation = ngd_keyset_generation(keys);

    *credential = GSS_C_NO_CREDENTIAL;
    *minor = 0;
    if (!thread) {
        return GSS_S_FAILURE;
    }
    drop_stale(thread, keytab, generation);
    slot_t *slot = find_slot(thread, view->id, replay);
    if (!slot) {
        gss_cred_id_t acquired = GSS_C_NO_CREDENTIAL;
        OM_uint32 major = acquire(view->keytab, replay, &acquired, minor);
        if (GSS_ERROR(major)) {
            return major;
        }
        slot = free_slot(thread);
        *slot = (slot_t){ keytab, generation, view->id, replay, acquired, 0 };
    }
    slot->used = ++thread->uses;
    *credential = slot->credential;
    return GSS_S_COMPLETE;
}
