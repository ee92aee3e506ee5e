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

static time_t monotonic_secs(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/*
 * Reads the file, and loads it if it is good and new.  krb5 opens the file a
 * second time, so what it saw only counts if the file is still the one that was
 * checked: a third reading must be like the first.
 */
static ngd_keyset_t *look_at_file(const ngd_keytab_t *keytab, ngd_keytab_file_t *file)
{
    ngd_keytab_file_t again;
    ngd_keyset_t *keys;

    ngd_keytab_file_read(keytab->path, file);
    if (file->state != NGD_KEYTAB_GOOD || ngd_keytab_file_same_contents(file, &keytab->good)) {
        return NULL;
    }
    keys = ngd_keyset_load(keytab->path);
    ngd_keytab_file_read(keytab->path, &again);
    if (keys && !ngd_keytab_file_same_contents(file, &again)) {
        ngd_keyset_release(keys);
        keys = NULL;
    }
    if (!keys) {
        file->state = NGD_KEYTAB_CORRUPT;
    }
    return keys;
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

static size_t count_of(const ngd_keyset_t *keys)
{
    size_t count = 0;

    if (keys) {
        ngd_keyset_entries(keys, &count);
    }
    return count;
}

/* Called and returns with the lock held; lets go of it while the file is read. */
static void look(ngd_keytab_t *keytab)
{
    ngd_keytab_file_t file;

    keytab->looking = true;
    if (keytab->ever_looked && ngd_keytab_file_unchanged(keytab->path, &keytab->file)) {
        keytab->last_look_secs = monotonic_secs();
        keytab->looking = false;
        return;
    }
    pthread_mutex_unlock(&keytab->lock);
    ngd_keyset_t *keys = look_at_file(keytab, &file);
    pthread_mutex_lock(&keytab->lock);

    bool news = take_look(keytab, &file, keys);
    ngd_keytab_news_t told = {
        .path = keytab->path,
        .state = file.state,
        .os_error = file.os_error,
        .entries = count_of(keytab->keys),
        .keeps_old_keys = file.state != NGD_KEYTAB_GOOD && keytab->keys,
        .version = ngd_keytab_file_version(&file),
    };
    keytab->last_look_secs = monotonic_secs();
    keytab->ever_looked = true;
    keytab->looking = false;
    pthread_cond_broadcast(&keytab->looked);
    if (news && keytab->tell) {
        pthread_mutex_unlock(&keytab->lock);
        keytab->tell(&told);
        pthread_mutex_lock(&keytab->lock);
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
