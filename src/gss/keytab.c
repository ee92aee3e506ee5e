#include "keytab.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keytab_file.h"

struct ngd_keytab {
    char *path;
    ngd_keytab_news_fn *tell;
    pthread_mutex_t lock;           /* over everything below */
    pthread_cond_t looked;
    bool looking;                   /* one thread looks, the others go on with the keys they have */
    bool ever_looked;
    time_t last_look_secs;          /* monotonic */
    ngd_keytab_file_t file;         /* as last read */
    ngd_keytab_file_t good;         /* as read into keys */
    ngd_keyset_t *keys;
};

ngd_keytab_t *ngd_keytab_create(const char *path, ngd_keytab_news_fn *tell)
{
    ngd_keytab_t *keytab = calloc(1, sizeof *keytab);

    if (!keytab) {
        return NULL;
    }
    keytab->path = strdup(path);
    if (!keytab->path) {
        free(keytab);
        return NULL;
    }
    keytab->tell = tell;
    pthread_mutex_init(&keytab->lock, NULL);
    pthread_cond_init(&keytab->looked, NULL);
    return keytab;
}

void ngd_keytab_destroy(ngd_keytab_t *keytab)
{
    ngd_keyset_release(keytab->keys);
    pthread_cond_destroy(&keytab->looked);
    pthread_mutex_destroy(&keytab->lock);
    free(keytab->path);
    free(keytab);
}

const char *ngd_keytab_path(const ngd_keytab_t *keytab)
{
    return keytab->path;
}

ngd_keytab_state_t ngd_keytab_state(ngd_keytab_t *keytab)
{
    pthread_mutex_lock(&keytab->lock);
    ngd_keytab_state_t state = keytab->file.state;
    pthread_mutex_unlock(&keytab->lock);
    return state;
}

int ngd_keytab_os_error(ngd_keytab_t *keytab)
{
    pthread_mutex_lock(&keytab->lock);
    int os_error = keytab->file.os_error;
    pthread_mutex_unlock(&keytab->lock);
    return os_error;
}

const char *ngd_keytab_state_words(ngd_keytab_state_t state)
{
    switch (state) {
    case NGD_KEYTAB_MISSING:
        return "does not exist";
    case NGD_KEYTAB_UNREADABLE:
        return "cannot be read by the user this server runs as";
    case NGD_KEYTAB_EMPTY:
        return "holds no key";
    case NGD_KEYTAB_CORRUPT:
        return "is no whole keytab (being written, cut off, a directory, or another kind of file)";
    case NGD_KEYTAB_UNLOADABLE:
        return "is whole, but Kerberos cannot load it";
    case NGD_KEYTAB_GOOD:
    case NGD_KEYTAB_UNREAD:
        break;
    }
    return "is good";
}

static time_t monotonic_secs(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* What one look at the file brought. */
typedef struct {
    bool unchanged;
    ngd_keytab_file_t file;
    ngd_keyset_t *keys;             /* NULL: those in use stay */
    char why[NGD_WHY_SIZE];         /* krb5's words where it does not load a good file */
} looked_t;

static size_t count_of(const ngd_keyset_t *keys)
{
    size_t count = 0;

    if (keys) {
        ngd_keyset_entries(keys, &count);
    }
    return count;
}

/*
 * Loads a file that was read and found good.  krb5 opens it a second time, so
 * what it saw only counts if the file is still the one that was checked: a third
 * reading must be like the first, and every record an entry: krb5 ends quietly at
 * one that it does not understand.  A failure may be krb5's own (its krb5.conf is
 * being written, say), so the file is looked at again as if it were young.
 */
static void load_good_file(const ngd_keytab_t *keytab, looked_t *looked)
{
    ngd_keytab_file_t again;

    looked->keys = ngd_keyset_load(keytab->path, looked->why);
    ngd_keytab_file_read(keytab->path, &again);
    bool same = ngd_keytab_file_same_contents(&looked->file, &again);
    bool whole = looked->file.records == 0 || looked->file.records == count_of(looked->keys);
    if (looked->keys && same && whole) {
        return;
    }
    ngd_keyset_release(looked->keys);
    looked->keys = NULL;
    looked->file.state = same && looked->why[0] ? NGD_KEYTAB_UNLOADABLE : NGD_KEYTAB_CORRUPT;
    looked->file.young = looked->file.young || !same || looked->why[0];
}

/* Only reads what no other thread changes while this one looks. */
static void look_at_file(const ngd_keytab_t *keytab, looked_t *looked)
{
    looked->unchanged = keytab->ever_looked && ngd_keytab_file_unchanged(keytab->path, &keytab->file);
    if (looked->unchanged) {
        return;
    }
    ngd_keytab_file_read(keytab->path, &looked->file);
    if (looked->file.state == NGD_KEYTAB_GOOD
        && !ngd_keytab_file_same_contents(&looked->file, &keytab->good)) {
        load_good_file(keytab, looked);
    }
}

/* Takes what a look brought; true if there is something to tell. */
static bool take_look(ngd_keytab_t *keytab, const ngd_keytab_file_t *file, ngd_keyset_t *keys)
{
    bool news = keys || !keytab->ever_looked || file->state != keytab->file.state
                || file->os_error != keytab->file.os_error;

    keytab->file = *file;
    if (keys) {
        ngd_keyset_release(keytab->keys);
        keytab->keys = keys;
        keytab->good = *file;
    }
    return news;
}

static void tell(ngd_keytab_t *keytab, const looked_t *looked, bool recovered)
{
    size_t entries = count_of(keytab->keys);
    ngd_keytab_news_t news = {
        .path = keytab->path,
        .state = looked->file.state,
        .os_error = looked->file.os_error,
        .why = looked->why,
        .entries = entries,
        .recovered = recovered,
        .keeps_old_keys = looked->file.state != NGD_KEYTAB_GOOD && entries > 0,
        .version = ngd_keytab_file_version(&looked->file),
    };

    pthread_mutex_unlock(&keytab->lock);
    keytab->tell(&news);
    pthread_mutex_lock(&keytab->lock);
}

/*
 * Called and returns with the lock held, and lets go of it while it looks: a file
 * system may hang, and the other threads have keys.
 */
static void look(ngd_keytab_t *keytab)
{
    looked_t looked = { .keys = NULL };
    bool news = false, was_bad = keytab->ever_looked && keytab->file.state != NGD_KEYTAB_GOOD;

    keytab->looking = true;
    pthread_mutex_unlock(&keytab->lock);
    look_at_file(keytab, &looked);
    pthread_mutex_lock(&keytab->lock);
    if (!looked.unchanged) {
        news = take_look(keytab, &looked.file, looked.keys);
    }
    keytab->last_look_secs = monotonic_secs();
    keytab->ever_looked = true;
    keytab->looking = false;
    pthread_cond_broadcast(&keytab->looked);
    if (news && keytab->tell) {
        tell(keytab, &looked, was_bad && looked.file.state == NGD_KEYTAB_GOOD);
    }
}

static bool look_is_due(const ngd_keytab_t *keytab, ngd_look_t how)
{
    return how == NGD_LOOK_NOW || !keytab->ever_looked
           || monotonic_secs() - keytab->last_look_secs >= NGD_KEYTAB_LOOK_SECS;
}

ngd_keyset_t *ngd_keytab_keys(ngd_keytab_t *keytab, ngd_look_t how)
{
    pthread_mutex_lock(&keytab->lock);
    if (keytab->looking && (how == NGD_LOOK_NOW || !keytab->ever_looked)) {
        while (keytab->looking) {
            pthread_cond_wait(&keytab->looked, &keytab->lock);
        }
    } else if (!keytab->looking && look_is_due(keytab, how)) {
        look(keytab);
    }
    ngd_keyset_t *keys = ngd_keyset_reference(keytab->keys);
    pthread_mutex_unlock(&keytab->lock);
    return keys;
}
