/* Starting, observing and ending the program under measurement. Knows nothing of what is said on
 * the pipes. */
#include "tests/bench/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PROC_LINE_MAX = 4096,
    DRAIN_BYTES = 65536,
    NS_PER_MS = 1000000
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec at;
    if (clock_gettime(clock, &at) < 0)
        return 0;
    return (uint64_t)at.tv_sec * 1000000000U + (uint64_t)at.tv_nsec;
}

uint64_t now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t own_cpu_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int spawn(pid_t *ret_pid, char *const argv[], int in, int out)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return -error;
    error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (!error)
        error = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

static void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

int child_start(struct child *child, char *const argv[])
{
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) < 0)
        return -errno;
    if (pipe2(out, O_CLOEXEC) < 0) {
        int error = -errno;
        close_both(in);
        return error;
    }
    uint64_t born_ns = now_ns();
    pid_t pid = -1;
    int error = spawn(&pid, argv, in[0], out[1]);
    if (error) {
        close_both(in);
        close_both(out);
        return error;
    }
    close(in[0]);
    close(out[1]);
    (void)fcntl(in[1], F_SETFL, O_NONBLOCK);
    (void)fcntl(out[0], F_SETFL, O_NONBLOCK);
    clockid_t clock;
    error = clock_getcpuclockid(pid, &clock); /* only a process that was reaped has none */
    if (error)
        return -error;
    *child =
        (struct child){.pid = pid, .in = in[1], .out = out[0], .clock = clock, .born_ns = born_ns};
    return 0;
}

uint64_t child_cpu_ns(const struct child *child)
{
    return clock_ns(child->clock);
}

/* The parent of a process, 0 when it is gone: the second field behind the name in parentheses. */
static pid_t parent_of(const char *pid)
{
    char path[64];
    char line[PROC_LINE_MAX];
    if (snprintf(path, sizeof(path), "/proc/%.20s/stat", pid) < 0)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, line, sizeof(line) - 1);
    close(fd);
    if (length <= 0)
        return 0;
    line[length] = '\0';
    const char *end = strrchr(line, ')');
    if (!end || strlen(end) < 5)
        return 0;
    return (pid_t)strtol(end + 4, NULL, 10);
}

uint64_t children_cpu_ns(pid_t parent)
{
    uint64_t sum = 0;
    DIR *proc = opendir("/proc");
    if (!proc)
        return 0;
    for (struct dirent *entry = readdir(proc); entry; entry = readdir(proc)) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || parent_of(entry->d_name) != parent)
            continue;
        clockid_t clock;
        if (!clock_getcpuclockid((pid_t)strtol(entry->d_name, NULL, 10), &clock))
            sum += clock_ns(clock);
    }
    closedir(proc);
    return sum;
}

int64_t child_memory_kib(const struct child *child, const char *name)
{
    char path[64];
    char text[PROC_LINE_MAX];
    if (snprintf(path, sizeof(path), "/proc/%d/status", (int)child->pid) < 0)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    const char *line = strstr(text, name);
    const char *colon = line ? strchr(line, ':') : NULL;
    return colon ? strtol(colon + 1, NULL, 10) : 0;
}

/* Reads until the other side closes. */
static int drain(struct child *child, uint64_t deadline_ns, uint64_t *bytes)
{
    char scrap[DRAIN_BYTES];
    for (;;) {
        ssize_t got = read(child->out, scrap, sizeof(scrap));
        if (got == 0)
            return 0;
        if (got > 0) {
            *bytes += (uint64_t)got;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        uint64_t now = now_ns();
        if (now >= deadline_ns)
            return -ETIMEDOUT;
        struct pollfd wait = {.fd = child->out, .events = POLLIN};
        (void)poll(&wait, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1);
    }
}

/* 0 when the process has ended, not yet reaped; -ETIMEDOUT. */
static int wait_for_end(pid_t pid, uint64_t deadline_ns)
{
    int fd = pidfd_open(pid, 0);
    if (fd < 0)
        return -errno;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int ready = 0;
    for (uint64_t now = now_ns(); ready <= 0 && now < deadline_ns; now = now_ns())
        ready = poll(&wait, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1);
    close(fd);
    return ready > 0 ? 0 : -ETIMEDOUT;
}

int child_end(struct child *child, int timeout_ms, uint64_t *ret_ns, int *ret_status,
              uint64_t *ret_bytes)
{
    uint64_t begin = now_ns();
    uint64_t bytes = 0;
    close(child->in);
    child->in = -1;
    uint64_t deadline_ns = begin + (uint64_t)timeout_ms * NS_PER_MS;
    int result = drain(child, deadline_ns, &bytes);
    if (result == 0)
        result = wait_for_end(child->pid, deadline_ns);
    if (result < 0)
        kill(child->pid, SIGKILL);
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(child->out);
    *ret_ns = now_ns() - begin;
    *ret_status = status;
    *ret_bytes = bytes;
    return result;
}
