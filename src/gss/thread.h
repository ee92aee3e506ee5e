/*
 * thread.h - what each thread keeps: its credentials, and a krb5 context.
 *
 * A credential that threads share does not scale, for GSSAPI locks it through
 * the whole accept; acquired anew for each request it costs twice the accept
 * itself.  So each thread has its own, acquired when it is first needed.
 *
 * Threads of HTTP/2 come and go: what a thread keeps is released by the
 * destructor of its thread key.
 */
#ifndef NGD_THREAD_H
#define NGD_THREAD_H

#include <gssapi/gssapi.h>
#include <krb5.h>

#include "keytab.h"

enum { NGD_THREAD_CREDENTIALS_MAX = 32 };   /* beyond it the one unused for longest goes */

/* Before any other call of this room, in the process that serves; false when the system has no thread key left. */
bool ngd_thread_setup(void);
/* Releases what the calling thread has and gives the key up; the other threads have ended. */
void ngd_thread_teardown(void);

/* The replay cache's part in an accept. */
typedef enum {
    NGD_REPLAY_CHECK,       /* every token is accepted once */
    NGD_REPLAY_CHECKED,     /* this request's token has passed the check already, under another configuration; or it
                               is refused already, and only the reason is asked for */
} ngd_replay_t;

/*
 * The calling thread's credential for a view of keys.  *minor and the major
 * status returned are those of gss_acquire_cred() for the Kerberos mechanism.
 * The credential belongs to the thread and lives until the thread's next call.
 */
OM_uint32 ngd_thread_credential(const ngd_keytab_t *keytab, const ngd_keyset_t *keys,
                                const ngd_keyset_view_t *view, ngd_replay_t replay, gss_cred_id_t *credential,
                                OM_uint32 *minor);

/* The calling thread's krb5 context, for inspection; NULL when krb5 has none to give. */
krb5_context ngd_thread_krb5(void);

#endif
