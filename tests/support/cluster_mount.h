/* A data home of a given size, or one that cannot be written, for tests of the private cluster. */
#ifndef TESTS_CLUSTER_MOUNT_H
#define TESTS_CLUSTER_MOUNT_H

#include <sched.h>
#include <sys/mount.h>

#include "tests/support/cluster_rig.h"

/* A small file system in a mount name space of our own process; false when that is not allowed. */
static bool mount_small(const char *size, unsigned long flags)
{
    char options[64];
    (void)snprintf(options, sizeof(options), "size=%s,mode=0755", size);
    return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", rig_home, "tmpfs", flags, options) == 0;
}

/* In a process of its own, with a small file system for a data home. */
static void check_in_small_mount(const char *size, unsigned long flags, int (*check)(void))
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(mount_small(size, flags) ? check() : 77);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

/* Takes what room is left; the path of the file that does. */
static const char *fill_disk(void)
{
    static char path[RIG_PATH_MAX];
    char block[4096] = "x";
    (void)snprintf(path, sizeof(path), "%.400s/filler", rig_home);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, block, sizeof(block)) > 0) {
    }
    (void)close(fd);
    return path;
}

#endif
