/* Where the private cluster lies, to whom it belongs, and which major version it has. The user
 * decides by $XDG_DATA_HOME; for root, whose home is closed to the unprivileged user that PostgreSQL
 * wants, the default is /var/lib. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/cluster_private.h"

static const char root_data_home[] = "/var/lib";

void cluster_place_free(struct cluster_place *place)
{
    mem_free(place->home);
    mem_free(place->data);
    mem_free(place->fresh);
    mem_free(place->log);
    mem_free(place->socket);
    mem_free(place->bin);
    *place = (struct cluster_place){0};
}

/* --- whose it is ----------------------------------------------------------------------------- */

/* The owner of `path`, or of the nearest folder above it that exists. */
static void owner_near(const char *path, struct stat *ret_owner)
{
    char copy[CLUSTER_PATH_MAX];
    (void)snprintf(copy, sizeof(copy), "%s", path);
    while (stat(copy, ret_owner) < 0) {
        char *slash = strrchr(copy, '/');
        if (!slash || slash == copy) {
            *ret_owner = (struct stat){0};
            return;
        }
        *slash = '\0';
    }
}

/* PostgreSQL refuses to run as root: the owner of the data (or of the folder around it) runs it, else
 * the account that its package made, else nobody. */
static void choose_user(struct cluster_place *place, const char *path)
{
    place->drops = geteuid() == 0;
    place->uid = geteuid();
    place->gid = getegid();
    if (!place->drops)
        return;
    struct stat owner;
    owner_near(path, &owner);
    if (owner.st_uid != 0) {
        place->uid = owner.st_uid;
        place->gid = owner.st_gid;
        return;
    }
    const struct passwd *account = getpwnam("postgres");
    if (!account || account->pw_uid == 0)
        account = getpwnam("nobody");
    place->uid = account ? account->pw_uid : 65534;
    place->gid = account ? account->pw_gid : 65534;
}

/* --- which folder ---------------------------------------------------------------------------- */

static char *default_data_home(void)
{
    const char *xdg = getenv("XDG_DATA_HOME");
    if (xdg && xdg[0] == '/')
        return mem_strdup(xdg);
    const char *home = getenv("HOME");
    const struct passwd *account = home && home[0] == '/' ? NULL : getpwuid(getuid());
    if (account)
        home = account->pw_dir;
    return cluster_path_in(home && home[0] == '/' ? home : "", ".local/share");
}

static bool is_named(const struct db_cluster_options *options)
{
    const char *xdg = getenv("XDG_DATA_HOME");
    return options->data_home || (xdg && xdg[0] == '/');
}

static int find_home(struct cluster_place *place, const struct db_cluster_options *options)
{
    OWNED_TEXT base = options->data_home ? mem_strdup(options->data_home) : default_data_home();
    if (!base)
        return -ENOMEM;
    place->is_default = !is_named(options);
    place->home = cluster_path_in(base, options->application);
    if (!place->home)
        return -ENOMEM;
    choose_user(place, place->home);
    if (!place->drops || !place->is_default ||
        cluster_folder_reachable(base, place->uid, place->gid))
        return 0;
    mem_free(place->home);
    place->home = cluster_path_in(root_data_home, options->application);
    if (!place->home)
        return -ENOMEM;
    choose_user(place, place->home);
    return 0;
}

/* The highest N of the folders pgN that hold a cluster; 0 when there is none. */
static int existing_major(const char *home)
{
    int highest = 0;
    DIR *dir = opendir(home);
    if (!dir)
        return 0;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char *end = NULL;
        if (strncmp(entry->d_name, "pg", 2) != 0 || !isdigit((unsigned char)entry->d_name[2]))
            continue;
        long major = strtol(entry->d_name + 2, &end, 10);
        if (*end == '\0' && major <= CLUSTER_MAJOR_MAX && major > highest)
            highest = (int)major;
    }
    (void)closedir(dir);
    return highest;
}

static int name_files(struct cluster_place *place)
{
    char name[16];
    (void)snprintf(name, sizeof(name), "pg%d", place->major);
    place->data = cluster_path_in(place->home, name);
    (void)snprintf(name, sizeof(name), "pg%d.new", place->major);
    place->fresh = cluster_path_in(place->home, name);
    (void)snprintf(name, sizeof(name), "pg%d.log", place->major);
    place->log = cluster_path_in(place->home, name);
    return place->data && place->fresh && place->log ? 0 : -ENOMEM;
}

int cluster_place_find(struct cluster_place *place, const struct db_cluster_options *options,
                       const struct db_failure **ret_trouble)
{
    *place = (struct cluster_place){0};
    int r = find_home(place, options);
    if (r < 0)
        return r;
    int existing = existing_major(place->home);
    r = cluster_programs_find(options->bin_dir, options->application, existing, &place->bin,
                              &place->major);
    if (r == -ENOENT) {
        place->major = existing ? existing : CLUSTER_MAJOR_MIN;
        *ret_trouble = cluster_failure(existing ? TROUBLE_MAJOR : TROUBLE_MISSING);
    } else if (r < 0) {
        return r;
    }
    r = name_files(place);
    if (r < 0)
        return r;
    place->socket = cluster_socket_guess(place, options->application);
    return place->socket ? 0 : -ENOMEM;
}

/* --- making it ------------------------------------------------------------------------------- */

const struct db_failure *cluster_place_prepare(struct cluster_place *place, const char *application)
{
    char above[CLUSTER_PATH_MAX];
    (void)snprintf(above, sizeof(above), "%s", place->home);
    *strrchr(above, '/') = '\0';
    int r = cluster_folder_make(above, place->drops ? 0755 : 0700);
    if (r < 0)
        return cluster_failure_of_errno(r);
    if (place->drops && !cluster_folder_reachable(above, place->uid, place->gid))
        return cluster_failure(TROUBLE_UNREACHABLE);
    r = cluster_folder_own(place->home, place->uid, place->gid);
    if (r < 0)
        return cluster_failure_of_errno(r);
    if (cluster_folder_is_network(place->home))
        return cluster_failure(TROUBLE_NETWORK);
    struct stat st;
    if (lstat(place->data, &st) == 0) {
        if (!S_ISDIR(st.st_mode) || st.st_uid != place->uid)
            return cluster_failure(TROUBLE_NOT_ALLOWED);
    } else if (cluster_folder_free_bytes(place->home) < CLUSTER_FREE_BYTES_MIN) {
        return cluster_failure(TROUBLE_FULL);
    }
    return cluster_socket_prepare(place, application);
}

int cluster_lock_open(const struct cluster_place *place, const char *name)
{
    char file[32];
    (void)snprintf(file, sizeof(file), "pg%d.%s.lock", place->major, name);
    OWNED_TEXT path = cluster_path_in(place->home, file);
    if (!path)
        return -ENOMEM;
    return cluster_file_open(path, O_RDWR, place->uid, place->gid);
}
