/* The directory of the socket: $XDG_RUNTIME_DIR/APPLICATION, else /tmp/APPLICATION-UID, else beside
 * the data, and in it one directory for each data directory, so that two never meet. A unix socket's
 * path is short (107 bytes), and whoever can reach it may try to log in: only 0700 directories of the
 * right owner are taken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/cluster_private.h"

enum {
    CANDIDATES = 3
};

/* FNV-1a, 64 bits: names, no secrets. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (; *text; text++) {
        hash ^= (unsigned char)*text;
        hash *= 0x100000001b3U;
    }
    return hash;
}

/* libpq and PostgreSQL read lists and quotes in some places: plain paths only. */
static bool is_plain(const char *path)
{
    for (; *path; path++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-", *path))
            return false;
    }
    return true;
}

static bool is_own_runtime(const struct cluster_place *place, const char *runtime)
{
    struct stat st;
    return runtime && runtime[0] == '/' && stat(runtime, &st) == 0 && S_ISDIR(st.st_mode) &&
           st.st_uid == place->uid && (st.st_mode & 077) == 0;
}

/* The outer directory of candidate `number`; false when it does not apply. */
static bool outer_folder(const struct cluster_place *place, const char *application, int number,
                         char *ret_path, size_t size)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int length = 0;
    switch (number) {
    case 0:
        if (!is_own_runtime(place, runtime))
            return false;
        length = snprintf(ret_path, size, "%s/%s", runtime, application);
        break;
    case 1:
        length = snprintf(ret_path, size, "/tmp/%s-%lu", application, (unsigned long)place->uid);
        break;
    default:
        length = snprintf(ret_path, size, "%s/socket", place->home);
        break;
    }
    return length > 0 && (size_t)length < size;
}

/* outer/HASH, where HASH stands for the data directory. */
static bool inner_folder(const struct cluster_place *place, const char *outer, char *ret_path,
                         size_t size)
{
    OWNED_TEXT real = NULL;
    char *home = realpath(place->home, NULL);
    real = cluster_path_in(home ? home : place->home, strrchr(place->data, '/') + 1);
    free(home); /* lint-ok: banned (realpath's) */
    if (!real)
        return false;
    unsigned long hash = (unsigned long)(hash_of(real) >> 24) & 0xffffffffffUL;
    int length = snprintf(ret_path, size, "%s/%010lx", outer, hash);
    return length > 0 && length <= CLUSTER_SOCKET_DIRECTORY_MAX && is_plain(ret_path);
}

char *cluster_socket_guess(const struct cluster_place *place, const char *application)
{
    for (int i = 0; i < CANDIDATES; i++) {
        char outer[CLUSTER_PATH_MAX];
        char inner[CLUSTER_PATH_MAX];
        if (outer_folder(place, application, i, outer, sizeof(outer)) &&
            inner_folder(place, outer, inner, sizeof(inner)))
            return mem_strdup(inner);
    }
    return mem_strdup("");
}

const struct db_failure *cluster_socket_prepare(struct cluster_place *place,
                                                const char *application)
{
    for (int i = 0; i < CANDIDATES; i++) {
        char outer[CLUSTER_PATH_MAX];
        char inner[CLUSTER_PATH_MAX];
        if (!outer_folder(place, application, i, outer, sizeof(outer)) ||
            !inner_folder(place, outer, inner, sizeof(inner)))
            continue;
        if (cluster_folder_own(outer, place->uid, place->gid) < 0 ||
            cluster_folder_own(inner, place->uid, place->gid) < 0)
            continue;
        char *copy = mem_strdup(inner);
        if (!copy)
            return cluster_failure(TROUBLE_MEMORY);
        mem_free(place->socket);
        place->socket = copy;
        return NULL;
    }
    return cluster_failure(TROUBLE_SOCKET);
}
