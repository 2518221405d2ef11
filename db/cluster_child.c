/* Children of the private cluster: initdb, postgres, pg_dump. Each runs in a session of its own, so
 * that a client that kills our process group spares it; as an unprivileged user when we are root;
 * with a small environment of its own; and with no descriptor of ours, above all not the pipes of
 * the client, which would never see their end. No shell. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/cluster_private.h"

enum {
    STREAMS = 4,
    VARIABLES = 5
};

struct cluster_child {
    uv_process_t process;
    bool is_running;
    void (*ended)(void *data, int64_t status, int signal);
    void *data;
};

static void free_child(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void child_ended(uv_process_t *process, int64_t status, int signal)
{
    struct cluster_child *child = process->data;
    child->is_running = false;
    LOG(LOG_DEBUG, "cluster", "child %d ended, status %d signal %d", process->pid, (int)status,
        signal);
    if (child->ended)
        child->ended(child->data, status, signal);
}

/* Whatever we inherited or a library opened ends at exec. */
static void close_all_on_exec(void)
{
#ifdef CLOSE_RANGE_CLOEXEC
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO + 1; fd < (most > 0 && most < 4096 ? (int)most : 4096); fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0)
            (void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    }
}

/* The log starts anew when it has grown; the one before is kept. */
static int open_log(const struct cluster_place *place)
{
    struct stat st;
    if (lstat(place->log, &st) == 0 && st.st_size > CLUSTER_LOG_MAX) {
        char before[CLUSTER_PATH_MAX];
        (void)snprintf(before, sizeof(before), "%s.1", place->log);
        (void)rename(place->log, before);
    }
    return cluster_file_open(place->log, O_WRONLY | O_APPEND, place->uid, place->gid);
}

static void set_stream(uv_stdio_container_t *stream, int fd)
{
    stream->flags = fd < 0 ? UV_IGNORE : UV_INHERIT_FD;
    stream->data.fd = fd;
}

/* PATH for the programs that start each other, a known language, the time zone of the person. */
struct environment {
    char path[CLUSTER_PATH_MAX];
    char zone[256];
    char parent[48];
    char locale[16];
    char *list[VARIABLES];
};

static void fill_environment(struct environment *environment, const char *bin, pid_t not_a_server)
{
    int count = 0;
    (void)snprintf(environment->path, sizeof(environment->path), "PATH=%s:/usr/bin:/bin", bin);
    environment->list[count++] = environment->path;
    (void)snprintf(environment->locale, sizeof(environment->locale), "LC_ALL=C");
    environment->list[count++] = environment->locale;
    const char *zone = getenv("TZ");
    if (zone && snprintf(environment->zone, sizeof(environment->zone), "TZ=%s", zone) <
                    (int)sizeof(environment->zone))
        environment->list[count++] = environment->zone;
    if (not_a_server > 0) {
        /* postgres takes a process of this number for no server although it is alive. */
        (void)snprintf(environment->parent, sizeof(environment->parent), "PG_GRANDPARENT_PID=%ld",
                       (long)not_a_server);
        environment->list[count++] = environment->parent;
    }
    environment->list[count] = NULL;
}

static int fill_arguments(char **ret_args, char *program, const struct cluster_command *command)
{
    int count = 0;
    ret_args[count++] = program;
    for (; command->args[count - 1]; count++) {
        if (count == CLUSTER_ARGUMENTS_MAX - 1)
            return -E2BIG;
        ret_args[count] = (char *)(uintptr_t)command->args[count - 1]; /* execve() reads only */
    }
    ret_args[count] = NULL;
    return 0;
}

static int spawn(uv_loop_t *loop, struct cluster_child *child, const struct cluster_place *place,
                 const struct cluster_command *command, int log)
{
    struct environment environment;
    char *args[CLUSTER_ARGUMENTS_MAX];
    OWNED_TEXT program = cluster_path_in(place->bin, command->program);
    if (!program)
        return -ENOMEM;
    int r = fill_arguments(args, program, command);
    if (r < 0)
        return r;
    fill_environment(&environment, place->bin, command->not_a_server);
    uv_stdio_container_t streams[STREAMS];
    set_stream(&streams[0], command->stdin_fd);
    set_stream(&streams[1], command->stdout_fd < 0 ? log : command->stdout_fd);
    set_stream(&streams[2], log);
    set_stream(&streams[3], command->keep_fd);
    uv_process_options_t options = {
        .exit_cb = child_ended,
        .file = program,
        .args = args,
        .env = environment.list,
        .cwd = "/",
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = command->keep_fd < 0 ? STREAMS - 1 : STREAMS,
        .stdio = streams,
        .uid = place->uid,
        .gid = place->gid,
    };
    if (place->drops)
        options.flags |= UV_PROCESS_SETUID | UV_PROCESS_SETGID;
    close_all_on_exec();
    return uv_spawn(loop, &child->process, &options);
}

int cluster_child_start(uv_loop_t *loop, const struct cluster_place *place,
                        const struct cluster_command *command, struct cluster_child **ret_child)
{
    struct cluster_child *child = mem_zalloc(sizeof(*child));
    if (!child)
        return -ENOMEM;
    child->ended = command->ended;
    child->data = command->data;
    child->process.data = child;
    int log = open_log(place);
    if (log < 0) {
        mem_free(child);
        return log;
    }
    int r = spawn(loop, child, place, command, log);
    (void)close(log);
    LOG(LOG_DEBUG, "cluster", "%s started as %d (%d)", command->program, child->process.pid, r);
    if (r < 0) {
        uv_handle_t *handle = (uv_handle_t *)&child->process;
        uv_close(handle, free_child);
        return r;
    }
    if (command->in_background) {
        uv_handle_t *handle = (uv_handle_t *)&child->process;
        uv_unref(handle);
    }
    child->is_running = true;
    *ret_child = child;
    return 0;
}

void cluster_child_signal(struct cluster_child *child, int signal)
{
    if (child && child->is_running)
        (void)kill(-child->process.pid, signal);
}

void cluster_child_forget(struct cluster_child **child)
{
    if (!*child)
        return;
    (*child)->ended = NULL;
    uv_handle_t *handle = (uv_handle_t *)&(*child)->process;
    uv_close(handle, free_child);
    *child = NULL;
}
