/* Opens what lies inside the import folder and nothing else. What the bytes mean is import/'s
 * business. */
#include "tools/support/statement_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/limits.h"
#include "tools/support/limits.h"

enum {
    SHOWN_MAX = 120, /* bytes of a path in a message */
    LARGE_MAX = 60,
    MEGABYTE = 1000 * 1000
};

static int refuse(struct buf *why, const char *path, const char *what)
{
    (void)buf_printf(why, "\"%.*s\" %s", (int)SHOWN_MAX, path, what);
    return -EINVAL;
}

static const char *reason(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return "does not exist in the import folder";
    case ELOOP:
        return "is or goes through a link, which is not followed";
    case EACCES:
    case EPERM:
        return "may not be read";
    default:
        return "cannot be opened";
    }
}

/* The path inside of the folder; NULL when it lies elsewhere. */
static const char *inside(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    if (path[0] != '/')
        return path;
    while (length > 0 && folder[length - 1] == '/')
        length--;
    if (strncmp(path, folder, length) != 0 || path[length] != '/')
        return NULL;
    return path + length + strspn(path + length, "/");
}

/* One part of the path, below `folder`. */
static int open_part(int folder, const char *part, bool is_last)
{
    int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    if (strcmp(part, "..") == 0 || strcmp(part, ".") == 0 || part[0] == '\0')
        return -ENOENT;
    int fd = openat(folder, part, is_last ? flags : flags | O_DIRECTORY);
    /* A link where a folder should be is "not a directory" to the kernel. */
    struct stat info;
    if (fd < 0 && errno == ENOTDIR && fstatat(folder, part, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(info.st_mode))
        return -ELOOP;
    return fd < 0 ? -errno : fd;
}

/* Walks down; the result is a descriptor or a negative errno. */
static int walk(const char *folder, const char *path)
{
    char part[PATH_PART_MAX];
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return -errno;
    for (;;) {
        size_t length = strcspn(path, "/");
        bool is_last = path[length] == '\0';
        int next = -ENOENT;
        if (length < sizeof(part)) {
            memcpy(part, path, length);
            part[length] = '\0';
            next = open_part(at, part, is_last);
        }
        (void)close(at);
        if (next < 0 || is_last)
            return next;
        at = next;
        path += length + 1;
    }
}

/* 0, or -EINVAL with the reason in `why`. */
static int check_file(int fd, const char *path, uint64_t most, uint64_t *ret_size, struct buf *why)
{
    struct stat info;
    char large[LARGE_MAX];
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return refuse(why, path, "is no ordinary file");
    *ret_size = (uint64_t)info.st_size;
    if (*ret_size <= most)
        return 0;
    (void)snprintf(large, sizeof(large), "is larger than %llu MB",
                   (unsigned long long)(most / MEGABYTE));
    return refuse(why, path, large);
}

int statement_file_open(const char *folder, const char *path, uint64_t max_bytes,
                        struct statement_file *ret_file, struct buf *why)
{
    uint64_t size = 0;
    if (!folder) {
        (void)buf_append_text(why, "no import folder is set, so nothing is read from the disk");
        return -EINVAL;
    }
    const char *below = inside(folder, path);
    if (!below)
        return refuse(why, path, "is outside of the import folder");
    int fd = walk(folder, below);
    if (fd < 0)
        return refuse(why, path, reason(-fd));
    int r = check_file(fd, path, max_bytes ? max_bytes : IMPORT_FILE_MAX, &size, why);
    if (r < 0) {
        (void)close(fd);
        return r;
    }
    const char *slash = strrchr(path, '/');
    *ret_file = (struct statement_file){.fd = fd, .length = size, .name = slash ? slash + 1 : path};
    return 0;
}

void statement_file_close(struct statement_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
}

ssize_t statement_file_read(const struct statement_file *file, uint64_t offset, char *to,
                            size_t size)
{
    if (file->fd >= 0) {
        ssize_t got = pread(file->fd, to, size, (off_t)offset);
        return got < 0 ? -errno : got;
    }
    if (offset >= file->length)
        return 0;
    size_t left = (size_t)(file->length - offset);
    size_t count = left < size ? left : size;
    memcpy(to, file->content + offset, count);
    return (ssize_t)count;
}
