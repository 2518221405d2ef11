/* Makes the file under another name and links it into place: whoever comes first wins, and nobody sees
 * half a key. Never replaces a file that is there. */
#include "cli/state_key.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_ROOM = 4096,
    FOLDER_ROOM = PATH_ROOM - 64 /* leaves room for names in it */
};

static const char key_name[] = "state-key";

static void close_file(const int *file)
{
    if (*file >= 0)
        (void)close(*file);
}

#define OWNED_FILE CLEANUP(close_file) int

/* --- the folder ------------------------------------------------------------------------------ */

static int find_folder(const char *data_home, char path[FOLDER_ROOM])
{
    const char *xdg = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    const struct passwd *account = home && home[0] == '/' ? NULL : getpwuid(getuid());
    int length;
    if (account)
        home = account->pw_dir;
    if (!data_home && xdg && xdg[0] == '/')
        data_home = xdg;
    if (data_home)
        length = snprintf(path, FOLDER_ROOM, "%s/ninepence", data_home);
    else if (home && home[0] == '/')
        length = snprintf(path, FOLDER_ROOM, "%s/.local/share/ninepence", home);
    else
        return -ENOENT;
    return length > 0 && length < FOLDER_ROOM ? 0 : -ENAMETOOLONG;
}

static int make_one(const char *path, mode_t mode)
{
    return mkdir(path, mode) == 0 || errno == EEXIST || access(path, F_OK) == 0 ? 0 : -errno;
}

/* What lies above stays passable when root makes it, for the account that runs a private database. */
static int make_folder(char *path)
{
    int r = 0;
    for (char *at = path + 1; *at && r == 0; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        r = make_one(path, geteuid() == 0 ? 0755 : 0700);
        *at = '/';
    }
    return r < 0 ? r : make_one(path, 0700);
}

/* --- the file -------------------------------------------------------------------------------- */

static int read_key(const char *path, unsigned char key[STATE_KEY_SIZE])
{
    OWNED_FILE file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat about;
    if (file < 0 || fstat(file, &about) < 0)
        return errno == ELOOP ? -EPERM : -errno;
    if (!S_ISREG(about.st_mode) || about.st_uid != geteuid() || (about.st_mode & 077) != 0 ||
        about.st_size != STATE_KEY_SIZE)
        return -EPERM;
    return read(file, key, STATE_KEY_SIZE) == STATE_KEY_SIZE ? 0 : -EIO;
}

static int write_key(const char *path)
{
    unsigned char key[STATE_KEY_SIZE];
    if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
        return -EIO;
    OWNED_FILE file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return -errno;
    if (write(file, key, sizeof(key)) != (ssize_t)sizeof(key) || fsync(file) < 0)
        return -EIO;
    return 0;
}

static int make_key(const char *folder, const char *path)
{
    char fresh[PATH_ROOM];
    (void)snprintf(fresh, sizeof(fresh), "%s/%s.%ld", folder, key_name, (long)getpid());
    (void)unlink(fresh); /* of a process of this number that was killed here */
    int r = write_key(fresh);
    if (r == 0 && link(fresh, path) < 0 && errno != EEXIST)
        r = -errno;
    (void)unlink(fresh);
    return r;
}

int state_key_find(const char *data_home, unsigned char ret_key[STATE_KEY_SIZE])
{
    char folder[FOLDER_ROOM];
    char path[PATH_ROOM];
    unsigned char key[STATE_KEY_SIZE];
    int r = find_folder(data_home, folder);
    if (r < 0)
        return r;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, key_name);
    r = read_key(path, key);
    if (r == -ENOENT || r == -ENOTDIR) {
        r = make_folder(folder);
        if (r == 0)
            r = make_key(folder, path);
        if (r == 0)
            r = read_key(path, key);
    }
    if (r == 0)
        memcpy(ret_key, key, sizeof(key));
    return r;
}
