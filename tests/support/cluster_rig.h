/* What the tests of the private cluster stand on: a temporary data home, sessions on a loop of their
 * own, and other processes, which are this same program with other arguments:
 *
 *   PROGRAM hold HOME     acquires, writes "ready PID" or "failed CODE", releases when standard
 *                         input ends, and writes "left" */
#ifndef TESTS_CLUSTER_RIG_H
#define TESTS_CLUSTER_RIG_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/cluster.h"

enum {
    RIG_WAIT_MS = 30 * 1000,
    RIG_PATH_MAX = 512
};

static char rig_application[32];
static char rig_home[RIG_PATH_MAX]; /* data home of the test that runs */
static const char *rig_program;

/* --- a session in this process --------------------------------------------------------------- */

struct session {
    uv_loop_t loop;
    struct db_cluster *cluster;
    uv_timer_t guard;
    int done; /* callbacks that ran */
    char code[64];
    char sentence[512];
    char path[RIG_PATH_MAX];
    const struct db_settings *settings;
};

static void rig_guard_rings(uv_timer_t *timer)
{
    (void)timer;
    (void)!write(STDERR_FILENO, "the test waited too long\n", 25);
    _exit(99);
}

static void rig_note(struct session *session)
{
    session->done++;
    uv_stop(&session->loop);
}

/* Turns the loop until one more callback ran. */
static void session_wait(struct session *session)
{
    int before = session->done;
    (void)uv_timer_start(&session->guard, rig_guard_rings, RIG_WAIT_MS, 0);
    while (session->done == before)
        (void)uv_run(&session->loop, UV_RUN_DEFAULT);
    (void)uv_timer_stop(&session->guard);
}

static void session_open_with(struct session *session, const char *home, const char *bin)
{
    *session = (struct session){0};
    (void)uv_loop_init(&session->loop);
    (void)uv_timer_init(&session->loop, &session->guard);
    const struct db_cluster_options options = {
        .loop = &session->loop, .application = rig_application, .data_home = home, .bin_dir = bin};
    session->cluster = db_cluster_new(&options);
}

static void session_open(struct session *session)
{
    session_open_with(session, rig_home, NULL);
}

static void rig_ready(void *data, const struct db_settings *settings,
                      const struct db_failure *failure)
{
    struct session *session = data;
    rig_note(session);
    session->settings = settings;
    (void)snprintf(session->code, sizeof(session->code), "%s", failure ? failure->code : "");
    (void)snprintf(session->sentence, sizeof(session->sentence), "%s",
                   failure ? failure->message : "");
}

/* The code of the failure, "" when the cluster is held. */
static const char *session_acquire(struct session *session)
{
    db_cluster_acquire(session->cluster, rig_ready, session);
    session_wait(session);
    return session->code;
}

static void rig_released(void *data)
{
    rig_note(data);
}

static void session_release(struct session *session)
{
    db_cluster_release(session->cluster, rig_released, session);
    session_wait(session);
}

/* What uv_loop_close() says: 0 when nothing was left behind. */
static int session_close(struct session *session)
{
    db_cluster_free(session->cluster);
    uv_handle_t *guard = (uv_handle_t *)&session->guard;
    uv_close(guard, NULL);
    (void)uv_run(&session->loop, UV_RUN_DEFAULT);
    return uv_loop_close(&session->loop);
}

/* One value from the database; "" and the reason on standard error when there is none. */
static const char *session_ask(const struct session *session, const char *sql)
{
    static char value[256];
    value[0] = '\0';
    PGconn *conn = PQconnectdbParams((const char *const *)session->settings->keywords,
                                     (const char *const *)session->settings->values, 0);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
        (void)snprintf(value, sizeof(value), "%s", PQgetvalue(result, 0, 0));
    else if (PQresultStatus(result) != PGRES_COMMAND_OK)
        (void)fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
    return value;
}

/* First line of postmaster.pid, 0 when there is none. */
static pid_t server_pid(const char *data)
{
    char path[RIG_PATH_MAX];
    char text[32] = "";
    (void)snprintf(path, sizeof(path), "%s/postmaster.pid", data);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    return got > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* --- other processes ------------------------------------------------------------------------- */

struct other {
    pid_t pid;
    int in;    /* to its standard input */
    FILE *out; /* from its standard output */
    char line[128];
};

static inline const char *other_read(struct other *other)
{
    if (!fgets(other->line, sizeof(other->line), other->out))
        other->line[0] = '\0';
    other->line[strcspn(other->line, "\n")] = '\0';
    return other->line;
}

/* Runs `PROGRAM mode HOME` as user `uid` (0: as we are); `leak` is a descriptor that it inherits. */
static inline struct other other_start(const char *mode, uid_t uid, int leak)
{
    int in[2];
    int out[2];
    struct other other = {0};
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        return other;
    other.pid = fork();
    if (other.pid == 0) {
        (void)dup2(in[0], STDIN_FILENO);
        (void)dup2(out[1], STDOUT_FILENO);
        if (leak >= 0)
            (void)dup2(leak, 9); /* without FD_CLOEXEC */
        if (uid != 0 && (setgid(uid) < 0 || setuid(uid) < 0))
            _exit(98);
        (void)execl(rig_program, rig_program, mode, rig_home, rig_application, (char *)NULL);
        _exit(97);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    other.in = in[1];
    other.out = fdopen(out[0], "r");
    return other;
}

/* Its exit status; or -SIGNAL. */
static inline int other_end(struct other *other)
{
    int status = 0;
    (void)close(other->in);
    (void)waitpid(other->pid, &status, 0);
    (void)fclose(other->out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void rig_say(const char *word, const char *value)
{
    char line[128];
    int length = snprintf(line, sizeof(line), "%s%s\n", word, value);
    (void)!write(STDOUT_FILENO, line, (size_t)length);
}

static int rig_hold(void)
{
    struct session session;
    session_open(&session);
    if (*session_acquire(&session)) {
        rig_say("failed ", session.code);
    } else {
        char pid[16];
        (void)snprintf(pid, sizeof(pid), "%d", server_pid(db_cluster_path(session.cluster)));
        rig_say("ready ", pid);
    }
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    session_release(&session);
    int r = session_close(&session);
    rig_say("left", "");
    return r == 0 ? 0 : 1;
}

/* --- set-up ---------------------------------------------------------------------------------- */

static int rig_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline unsigned mode_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

static void rig_remove_tree(const char *path)
{
    (void)nftw(path, rig_remove, 32, FTW_DEPTH | FTW_PHYS);
}

/* An empty data home that an unprivileged server may enter, with nothing in the environment that
 * leads elsewhere. */
static int rig_setup(void **state)
{
    (void)state;
    (void)unsetenv("XDG_RUNTIME_DIR");
    (void)unsetenv("XDG_DATA_HOME");
    const char *homes = getenv("TEST_HOMES");
    (void)snprintf(rig_home, sizeof(rig_home), "%.200s/np-%s.%d-XXXXXX", homes ? homes : "/tmp",
                   rig_application, getpid());
    return mkdtemp(rig_home) && chmod(rig_home, 0755) == 0 ? 0 : -1;
}

/* Stops what a failed test may have left. */
static int rig_teardown(void **state)
{
    (void)state;
    char data[RIG_PATH_MAX];
    (void)snprintf(data, sizeof(data), "%.400s/%s/pg15", rig_home, rig_application);
    pid_t pid = server_pid(data);
    if (pid > 1 && kill(pid, 0) == 0) {
        (void)kill(pid, SIGINT);
        (void)fprintf(stderr, "a test left its server running\n");
    }
    rig_remove_tree(rig_home);
    return 0;
}

static void rig_remove_sockets(void)
{
    const struct passwd *postgres = getpwnam("postgres");
    const uid_t uids[] = {geteuid(), postgres ? postgres->pw_uid : 0, 65534};
    for (size_t i = 0; i < ARRAY_LENGTH(uids); i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "/tmp/%s-%u", rig_application, uids[i]);
        rig_remove_tree(path);
    }
}

/* What main() begins with; *ret_status is its result when this process is only a helper. */
static int rig_begin(int argc, char **argv, int *ret_status)
{
    rig_program = argv[0];
    (void)umask(077); /* as the program does */
    if (getenv("TRACE"))
        log_set_trace("cluster");
    if (argc == 4 && strcmp(argv[1], "hold") == 0) {
        (void)snprintf(rig_home, sizeof(rig_home), "%s", argv[2]);
        (void)snprintf(rig_application, sizeof(rig_application), "%s", argv[3]);
        *ret_status = rig_hold();
        return 0;
    }
    (void)snprintf(rig_application, sizeof(rig_application), "nptest%d", getpid());
    return 1;
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

#endif
