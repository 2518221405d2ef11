/* Folders and files of the private cluster, with their owners and modes. Nothing here follows a
 * symbolic link in a folder that another user could write, because root runs this too. Blocking, and
 * short. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/cluster_private.h"

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

#define OWNED_FD CLEANUP(close_fd) int

char *cluster_path_in(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = mem_alloc(size);
    if (path)
        (void)snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* One folder; the mode is exact whatever the umask is. */
static int make_one(const char *path, mode_t mode)
{
    if (mkdir(path, mode) == 0)
        return chmod(path, mode) < 0 ? -errno : 0;
    int error = errno;
    return error == EEXIST || access(path, F_OK) == 0 ? 0 : -error;
}

int cluster_folder_make(const char *path, mode_t mode)
{
    OWNED_TEXT copy = mem_strdup(path);
    if (!copy)
        return -ENOMEM;
    int r = 0;
    for (char *at = copy; *at && r == 0; at++) {
        if (*at != '/' || at == copy)
            continue;
        *at = '\0';
        r = make_one(copy, mode);
        *at = '/';
    }
    return r < 0 ? r : make_one(copy, mode);
}

int cluster_folder_own(const char *path, uid_t uid, gid_t gid)
{
    bool made = mkdir(path, 0700) == 0;
    if (!made && errno != EEXIST)
        return -errno;
    OWNED_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
    if (st.st_uid != uid) {
        if (geteuid() != 0 || st.st_uid != 0)
            return -EPERM;
        if (fchown(fd, uid, gid) < 0)
            return -errno;
    }
    if ((st.st_mode & 0777) != 0700 && fchmod(fd, 0700) < 0)
        return -errno;
    return 0;
}

static bool may_pass(const struct stat *st, uid_t uid, gid_t gid)
{
    if (st->st_uid == uid)
        return (st->st_mode & S_IXUSR) != 0;
    if (st->st_gid == gid)
        return (st->st_mode & S_IXGRP) != 0;
    return (st->st_mode & S_IXOTH) != 0;
}

bool cluster_folder_reachable(const char *path, uid_t uid, gid_t gid)
{
    OWNED_TEXT copy = mem_strdup(path);
    if (!copy)
        return false;
    struct stat st;
    if (stat("/", &st) < 0 || !may_pass(&st, uid, gid))
        return false;
    for (char *at = copy + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        if (stat(copy, &st) < 0)
            return errno == ENOENT; /* to be made, then by us */
        if (!may_pass(&st, uid, gid))
            return false;
        if (kept == '\0')
            return true;
        *at = kept;
    }
}

static int remove_inside(int fd, int depth) // NOLINT(misc-no-recursion)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int r = -errno;
        (void)close(fd);
        return r;
    }
    int r = 0;
    for (const struct dirent *entry = readdir(dir); entry && r == 0; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(dir), entry->d_name, 0) == 0 || errno == ENOENT)
            continue;
        int below =
            openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below < 0) {
            r = -errno;
        } else if (depth == 0) {
            (void)close(below);
            r = -ELOOP;
        } else {
            r = remove_inside(below, depth - 1);
            if (r == 0 && unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR) < 0)
                r = -errno;
        }
    }
    (void)closedir(dir);
    return r;
}

int cluster_folder_remove(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    int r = remove_inside(fd, CLUSTER_FOLDER_DEPTH_MAX);
    if (r == 0 && rmdir(path) < 0)
        r = -errno;
    return r;
}

int cluster_folder_sync(const char *path)
{
    OWNED_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int cluster_file_open(const char *path, int flags, uid_t uid, gid_t gid)
{
    int fd = open(path, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    struct stat st;
    int r = fstat(fd, &st) < 0 ? -errno : 0;
    if (r == 0 && !S_ISREG(st.st_mode))
        r = -EPERM;
    if (r == 0 && st.st_uid != uid && fchown(fd, uid, gid) < 0)
        r = -errno;
    if (r < 0) {
        (void)close(fd);
        return r;
    }
    return fd;
}

int cluster_file_write(const char *path, const char *text, uid_t uid, gid_t gid)
{
    OWNED_FD fd = cluster_file_open(path, O_WRONLY | O_TRUNC, uid, gid);
    if (fd < 0)
        return fd;
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(fd, text, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        text += written;
        left -= (size_t)written;
    }
    return 0;
}

void cluster_file_tail(const char *path, off_t from, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    OWNED_FD fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    struct stat st;
    off_t room = (off_t)size - 1;
    if (fstat(fd, &st) == 0 && st.st_size - from > room)
        from = st.st_size - room;
    ssize_t got = pread(fd, ret_text, size - 1, from);
    ret_text[got > 0 ? got : 0] = '\0';
}

bool cluster_type_is_network(uint64_t type)
{
    static const uint32_t types[] = {
        0x6969,     /* NFS */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB 2 */
        0x517b,     /* SMB */
        0x5346414f, /* AFS */
        0x73757245, /* Coda */
        0x564c,     /* NCP */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if ((uint32_t)type == types[i])
            return true;
    }
    return false;
}

bool cluster_folder_is_network(const char *path)
{
    struct statfs fs;
    return statfs(path, &fs) == 0 && cluster_type_is_network((uint64_t)fs.f_type);
}

uint64_t cluster_folder_free_bytes(const char *path)
{
    struct statvfs fs;
    if (statvfs(path, &fs) < 0)
        return UINT64_MAX;
    return (uint64_t)fs.f_bavail * fs.f_frsize;
}
