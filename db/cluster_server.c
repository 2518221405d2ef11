/* The server as a process, seen through postmaster.pid. That file may name a process that is dead, a
 * zombie, or after a restart of the machine some other program: only a live process that works in the
 * data directory counts. The file itself is PostgreSQL's and is never touched. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/cluster_private.h"

/* Lines of postmaster.pid. */
enum {
    LINE_PID,
    LINE_DATA,
    LINE_STARTED,
    LINE_PORT,
    LINE_SOCKET,
    LINE_ADDRESS,
    LINE_MEMORY,
    LINE_STATUS,
    LINES
};

/* State letter of /proc/PID/stat, 0 when it cannot be read, '-' when the program is not postgres. */
static char process_state(pid_t pid)
{
    char path[48];
    char text[512];
    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    cluster_file_tail(path, 0, text, sizeof(text));
    const char *end = strrchr(text, ')');
    if (!end || end[1] != ' ')
        return '\0';
    if (!strstr(text, "(postgres)"))
        return '-';
    return end[2];
}

static bool works_in(pid_t pid, const char *data)
{
    if (kill(pid, 0) < 0) /* gone, or another user's: not ours */
        return false;
    char state = process_state(pid);
    if (state == '\0')
        return true; /* no /proc here: it counts */
    if (state == 'Z' || state == 'X' || state == '-')
        return false;
    char path[48];
    struct stat cwd;
    struct stat own;
    (void)snprintf(path, sizeof(path), "/proc/%ld/cwd", (long)pid);
    if (stat(path, &cwd) < 0 || stat(data, &own) < 0)
        return errno == EACCES; /* cannot know: it counts */
    return cwd.st_dev == own.st_dev && cwd.st_ino == own.st_ino;
}

static int split_lines(char *text, const char *lines[LINES])
{
    int count = 0;
    while (count < LINES && *text) {
        size_t length = strcspn(text, "\n");
        bool last = text[length] == '\0';
        text[length] = '\0';
        lines[count++] = text;
        text += length + (last ? 0 : 1);
    }
    for (int i = count; i < LINES; i++)
        lines[i] = "";
    return count;
}

void cluster_server_look(const char *data, struct cluster_server_view *ret_view)
{
    *ret_view = (struct cluster_server_view){.state = SERVER_DOWN};
    OWNED_TEXT path = cluster_path_in(data, "postmaster.pid");
    char text[CLUSTER_LOG_TAIL];
    if (!path)
        return;
    cluster_file_tail(path, 0, text, sizeof(text));
    const char *lines[LINES];
    if (split_lines(text, lines) == 0)
        return;
    long pid = labs(strtol(lines[LINE_PID], NULL, 10)); /* a single-user server writes -PID */
    if (pid <= 1)
        return;
    ret_view->pid = (pid_t)pid;
    if (!works_in((pid_t)pid, data)) {
        ret_view->state = SERVER_LEFT_OVER;
        return;
    }
    ret_view->port = (int)strtol(lines[LINE_PORT], NULL, 10);
    (void)snprintf(ret_view->socket, sizeof(ret_view->socket), "%s", lines[LINE_SOCKET]);
    if (strncmp(lines[LINE_STATUS], "ready", 5) == 0)
        ret_view->state = SERVER_READY;
    else if (strncmp(lines[LINE_STATUS], "stopping", 8) == 0)
        ret_view->state = SERVER_STOPPING;
    else
        ret_view->state = SERVER_STARTING;
}

/* Settings travel as arguments, so that a newer program changes them without touching files. Durable
 * (fsync and full page writes are PostgreSQL's defaults), small, and silent about data: the log gets
 * neither statements nor values. */
void cluster_server_arguments(const char *data, const char *socket_setting,
                              const char *name_setting, const char **ret_args)
{
    static const char *const settings[] = {
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "password_encryption=scram-sha-256",
        "max_connections=60",
        "superuser_reserved_connections=3",
        "shared_buffers=32MB",
        "huge_pages=off",
        "jit=off", /* compiling takes longer than the questions of a household */
        "wal_level=minimal",
        "max_wal_senders=0",
        "min_wal_size=8MB",
        "max_wal_size=256MB",
        "client_connection_check_interval=1s",
        "logging_collector=off",
        "log_destination=stderr",
        "log_line_prefix=%m [%p] %e ",
        "log_checkpoints=off",
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
        "restart_after_crash=on",
    };
    int count = 0;
    ret_args[count++] = "-D";
    ret_args[count++] = data;
    ret_args[count++] = "-c";
    ret_args[count++] = socket_setting;
    ret_args[count++] = "-c";
    ret_args[count++] = name_setting;
    for (size_t i = 0; i < ARRAY_LENGTH(settings); i++) {
        ret_args[count++] = "-c";
        ret_args[count++] = settings[i];
    }
    ret_args[count] = NULL;
}

int cluster_server_stop(const struct cluster_server_view *view)
{
    if (view->pid <= 1)
        return -ESRCH;
    return kill(view->pid, SIGINT) < 0 ? -errno : 0;
}
