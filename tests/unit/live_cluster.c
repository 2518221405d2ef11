/* db/cluster against real PostgreSQL programs: creation, sharing, crashes.
 * Works as root (the server then runs as another user) and as an ordinary user. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>

#include "tests/support/cluster_rig.h"

/* Whether the process is alive; a zombie is not. */
static int rig_is_alive(pid_t pid)
{
    char path[48];
    char text[512] = "";
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    (void)!read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    const char *end = strrchr(text, ')');
    return end && end[1] && end[2] != 'Z' && end[2] != 'X';
}

static void rig_kill_and_wait(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    for (int i = 0; i < RIG_WAIT_MS && rig_is_alive(pid); i++)
        (void)poll(NULL, 0, 1);
}

static int other_kill(struct other *other)
{
    (void)kill(other->pid, SIGKILL);
    return other_end(other);
}

/* --- creation -------------------------------------------------------------------------------- */

static void test_acquire_from_nothing_gives_a_durable_database_without_tcp(void **state)
{
    (void)state;
    struct session session;
    session_open(&session);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_NONE);
    assert_string_equal(session_acquire(&session), "");
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_RUNNING);
    assert_string_equal(session_ask(&session, "SELECT current_database()"), rig_application);
    assert_string_equal(session_ask(&session, "SELECT current_user"), rig_application);
    assert_string_equal(session_ask(&session, "SHOW is_superuser"), "off");
    assert_string_equal(session_ask(&session, "SHOW listen_addresses"), "");
    assert_string_equal(session_ask(&session, "SHOW fsync"), "on");
    assert_string_equal(session_ask(&session, "SHOW full_page_writes"), "on");
    assert_string_equal(session_ask(&session, "SHOW synchronous_commit"), "on");
    assert_string_equal(session_ask(&session, "SHOW server_encoding"), "UTF8");
    assert_string_equal(session_ask(&session, "SHOW client_connection_check_interval"), "1s");
    assert_string_equal(session_ask(&session, "CREATE SCHEMA books"), "");
    assert_string_equal(
        session_ask(&session, "SELECT count(*) FROM pg_namespace WHERE nspname = 'books'"), "1");
    session_release(&session);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_STOPPED);
    assert_int_equal(session_close(&session), 0);
}

static void test_everything_it_makes_is_closed_to_others(void **state)
{
    (void)state;
    struct session session;
    char home[RIG_PATH_MAX];
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    (void)snprintf(home, sizeof(home), "%.400s/%s", rig_home, rig_application);
    assert_int_equal(mode_of(home), 0700);
    assert_int_equal(mode_of(db_cluster_path(session.cluster)), 0700);
    assert_int_equal(mode_of(db_cluster_log_path(session.cluster)), 0600);
    assert_int_equal(mode_of(db_cluster_socket_path(session.cluster)), 0700);
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_another_user_cannot_connect(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    struct session session;
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    pid_t pid = fork();
    if (pid == 0) {
        if (setgid(65533) < 0 || setuid(65533) < 0)
            _exit(2);
        PGconn *conn = PQconnectdbParams((const char *const *)session.settings->keywords,
                                         (const char *const *)session.settings->values, 0);
        bool is_in = PQstatus(conn) == CONNECTION_OK;
        PQfinish(conn);
        _exit(is_in ? 1 : 0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_what_an_interrupted_creation_left_is_replaced(void **state)
{
    (void)state;
    struct other first = other_start("hold", 0, -1);
    char fresh[RIG_PATH_MAX];
    (void)snprintf(fresh, sizeof(fresh), "%.400s/%s/pg15.new/base", rig_home, rig_application);
    while (access(fresh, F_OK) < 0)
        assert_int_equal(waitpid(first.pid, NULL, WNOHANG), 0);
    assert_int_equal(other_kill(&first), -SIGKILL); /* its initdb may run on for a moment */
    struct session session;
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_string_equal(session_ask(&session, "SELECT 1"), "1");
    *strrchr(fresh, '/') = '\0';
    assert_int_equal(access(fresh, F_OK), -1);
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_release_during_creation_leaves_nothing_running(void **state)
{
    (void)state;
    struct session session;
    session_open(&session);
    db_cluster_acquire(session.cluster, rig_ready, &session);
    for (int i = 0; i < 3; i++)
        (void)uv_run(&session.loop, UV_RUN_NOWAIT);
    session_release(&session);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_NONE);
    assert_string_equal(session_acquire(&session), "");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

/* At every moment of a start: what was begun is ended. */
static void test_release_during_start_leaves_nothing_running(void **state)
{
    (void)state;
    struct session session;
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    session_release(&session);
    for (int turns = 1; turns < 30; turns++) {
        int before = session.done;
        db_cluster_acquire(session.cluster, rig_ready, &session);
        for (int i = 0; i < turns && session.done == before; i++)
            (void)uv_run(&session.loop, UV_RUN_ONCE);
        session_release(&session);
        assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_STOPPED);
    }
    assert_int_equal(session_close(&session), 0);
}

/* --- sharing --------------------------------------------------------------------------------- */

static void test_two_first_starts_at_once_share_one_server(void **state)
{
    (void)state;
    struct other first = other_start("hold", 0, -1);
    struct other second = other_start("hold", 0, -1);
    assert_string_equal(other_read(&second), other_read(&first));
    assert_memory_equal(first.line, "ready ", 6);
    struct session session;
    session_open(&session);
    assert_int_equal(other_end(&first), 0);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_RUNNING);
    assert_int_equal(other_end(&second), 0);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_STOPPED);
    assert_int_equal(session_close(&session), 0);
}

static void test_eight_in_and_out_leave_nothing_running(void **state)
{
    (void)state;
    struct other all[8];
    struct session session;
    for (int i = 0; i < 8; i++)
        all[i] = other_start("hold", 0, -1);
    for (int i = 0; i < 8; i++)
        assert_memory_equal(other_read(&all[i]), "ready ", 6);
    for (int i = 0; i < 8; i++)
        (void)close(all[i].in);
    for (int i = 0; i < 8; i++)
        assert_string_equal(other_read(&all[i]), "left");
    for (int i = 0; i < 8; i++)
        assert_int_equal(other_end(&all[i]), 0);
    session_open(&session);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_STOPPED);
    assert_int_equal(session_close(&session), 0);
}

/* Runs the loop until nothing keeps it alive. */
static void session_idle(struct session *session)
{
    uv_handle_t *guard = (uv_handle_t *)&session->guard;
    (void)uv_timer_start(&session->guard, rig_guard_rings, RIG_WAIT_MS, 0);
    uv_unref(guard);
    assert_int_equal(uv_run(&session->loop, UV_RUN_DEFAULT), 0);
    uv_ref(guard);
    (void)uv_timer_stop(&session->guard);
}

static void test_starter_that_leaves_first_has_nothing_that_keeps_its_loop_alive(void **state)
{
    (void)state;
    struct session session;
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    struct other other = other_start("hold", 0, -1);
    assert_memory_equal(other_read(&other), "ready ", 6);
    session_idle(&session); /* held */
    session_release(&session);
    session_idle(&session); /* left to the other one */
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_RUNNING);
    assert_int_equal(session_close(&session), 0);
    assert_int_equal(other_end(&other), 0);
}

static void test_two_data_homes_never_meet(void **state)
{
    (void)state;
    char elsewhere[RIG_PATH_MAX];
    struct session one;
    struct session two;
    session_open(&one);
    (void)snprintf(elsewhere, sizeof(elsewhere), "%.400s/b", rig_home);
    session_open_with(&two, elsewhere, NULL);
    assert_string_equal(session_acquire(&one), "");
    assert_string_equal(session_acquire(&two), "");
    assert_string_not_equal(db_cluster_socket_path(one.cluster),
                            db_cluster_socket_path(two.cluster));
    assert_string_equal(session_ask(&one, "CREATE SCHEMA only_here"), "");
    assert_string_equal(
        session_ask(&two, "SELECT count(*) FROM pg_namespace WHERE nspname = 'only_here'"), "0");
    session_release(&one);
    assert_string_equal(session_ask(&two, "SELECT 1"), "1");
    session_release(&two);
    assert_int_equal(session_close(&one), 0);
    assert_int_equal(session_close(&two), 0);
}

static void test_stop_by_hand_is_respected_until_the_next_request(void **state)
{
    (void)state;
    struct session session;
    struct other other = other_start("hold", 0, -1);
    assert_memory_equal(other_read(&other), "ready ", 6);
    session_open(&session);
    struct buf why = BUF_INIT(200);
    assert_int_equal(db_cluster_stop(session.cluster, &why), 0);
    assert_int_equal(db_cluster_stop(session.cluster, &why), -ENOENT);
    assert_string_equal(session_acquire(&session), "");
    assert_string_equal(session_ask(&session, "SELECT 1"), "1");
    assert_int_equal(other_end(&other), 0);
    session_release(&session);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_STOPPED);
    assert_int_equal(session_close(&session), 0);
}

/* --- crashes --------------------------------------------------------------------------------- */

static void test_server_of_a_killed_process_is_adopted_and_then_stopped(void **state)
{
    (void)state;
    struct session session;
    struct other other = other_start("hold", 0, -1);
    assert_memory_equal(other_read(&other), "ready ", 6);
    pid_t pid = (pid_t)strtol(other.line + 6, NULL, 10);
    assert_int_equal(other_kill(&other), -SIGKILL);
    assert_int_equal(kill(pid, 0), 0);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_int_equal(server_pid(db_cluster_path(session.cluster)), pid);
    session_release(&session);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_STOPPED);
    assert_int_equal(session_close(&session), 0);
}

static void test_killed_postmaster_comes_back_by_itself(void **state)
{
    (void)state;
    struct session session;
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_string_equal(session_ask(&session, "CREATE SCHEMA kept"), "");
    pid_t pid = server_pid(db_cluster_path(session.cluster));
    assert_int_equal(kill(pid, SIGKILL), 0);
    (void)uv_timer_start(&session.guard, rig_guard_rings, RIG_WAIT_MS, 0);
    for (pid_t now = pid; now == pid || now == 0;
         now = server_pid(db_cluster_path(session.cluster)))
        (void)uv_run(&session.loop, UV_RUN_ONCE);
    assert_string_equal(session_acquire(&session), "");
    assert_string_equal(
        session_ask(&session, "SELECT count(*) FROM pg_namespace WHERE nspname = 'kept'"), "1");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

/* Kills the server of a holder that dies as well: nobody is left who could reap or restart. */
static void leave_a_dead_server(char *data, size_t size)
{
    struct other other = other_start("hold", 0, -1);
    assert_memory_equal(other_read(&other), "ready ", 6);
    assert_int_equal(kill(other.pid, SIGSTOP), 0);
    rig_kill_and_wait((pid_t)strtol(other.line + 6, NULL, 10));
    assert_int_equal(other_kill(&other), -SIGKILL);
    (void)snprintf(data, size, "%.400s/%s/pg15", rig_home, rig_application);
}

static void test_killed_postmaster_and_killed_holder_are_recovered_from(void **state)
{
    (void)state;
    char data[RIG_PATH_MAX];
    struct session session;
    leave_a_dead_server(data, sizeof(data));
    assert_true(server_pid(data) > 1); /* its lock file is still there */
    session_open(&session);
    assert_int_equal(db_cluster_probe(session.cluster), DB_CLUSTER_STOPPED);
    assert_string_equal(session_acquire(&session), "");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_zombie_postmaster_does_not_stand_in_the_way(void **state)
{
    (void)state;
    struct session session;
    struct other other = other_start("hold", 0, -1);
    assert_memory_equal(other_read(&other), "ready ", 6);
    assert_int_equal(kill(other.pid, SIGSTOP), 0); /* it will not reap its child */
    pid_t pid = (pid_t)strtol(other.line + 6, NULL, 10);
    rig_kill_and_wait(pid);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_int_not_equal(server_pid(db_cluster_path(session.cluster)), pid);
    assert_int_equal(kill(pid, 0), 0); /* still the zombie */
    assert_int_equal(other_kill(&other), -SIGKILL);
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

/* A process of the server's user that is no server, as after a restart of the machine. */
static pid_t start_bystander(uid_t uid)
{
    int ends[2];
    char byte;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && setuid(uid) < 0)
            _exit(2);
        (void)execl("/bin/sleep", "sleep", "1000", (char *)NULL);
        _exit(2);
    }
    (void)close(ends[1]);
    (void)!read(ends[0], &byte, 1); /* ends when the other program runs */
    (void)close(ends[0]);
    return pid;
}

static void write_pid(const char *data, pid_t pid)
{
    char path[RIG_PATH_MAX];
    char text[2048] = "";
    (void)snprintf(path, sizeof(path), "%.400s/postmaster.pid", data);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    assert_true(length > 0);
    rewind(file);
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    assert_true(fprintf(file, "%d%s", pid, strchr(text, '\n')) > 0);
    assert_int_equal(fclose(file), 0);
}

static void test_pid_taken_over_by_another_program_is_no_server(void **state)
{
    (void)state;
    char data[RIG_PATH_MAX];
    struct stat st;
    struct session session;
    leave_a_dead_server(data, sizeof(data));
    assert_int_equal(stat(data, &st), 0);
    pid_t bystander = start_bystander(st.st_uid);
    assert_true(bystander > 1);
    write_pid(data, bystander);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
    assert_int_equal(kill(bystander, SIGTERM), 0); /* untouched by the release */
    int status = 0;
    assert_int_equal(waitpid(bystander, &status, 0), bystander);
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void test_removed_socket_leads_to_a_new_start(void **state)
{
    (void)state;
    struct session session;
    struct other other = other_start("hold", 0, -1);
    assert_memory_equal(other_read(&other), "ready ", 6);
    assert_int_equal(other_kill(&other), -SIGKILL);
    session_open(&session);
    rig_remove_tree(db_cluster_socket_path(session.cluster));
    assert_string_equal(session_acquire(&session), "");
    assert_string_equal(session_ask(&session, "SELECT 1"), "1");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_server_holds_no_pipe_of_the_client(void **state)
{
    (void)state;
    int leak[2];
    char byte;
    struct session session;
    assert_int_equal(pipe2(leak, O_CLOEXEC), 0);
    struct other other = other_start("hold", 0, leak[1]);
    (void)close(leak[1]);
    assert_memory_equal(other_read(&other), "ready ", 6);
    (void)kill(other.pid, SIGKILL);
    assert_string_equal(other_read(&other), ""); /* standard output ends */
    assert_int_equal(read(leak[0], &byte, 1), 0);
    (void)close(leak[0]);
    (void)other_end(&other);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

int main(int argc, char **argv)
{
    int status = 0;
    if (!rig_begin(argc, argv, &status))
        return status;
    const struct CMUnitTest tests[] = {
        LIVE(test_acquire_from_nothing_gives_a_durable_database_without_tcp),
        LIVE(test_everything_it_makes_is_closed_to_others),
        LIVE(test_another_user_cannot_connect),
        LIVE(test_what_an_interrupted_creation_left_is_replaced),
        LIVE(test_release_during_creation_leaves_nothing_running),
        LIVE(test_release_during_start_leaves_nothing_running),
        LIVE(test_two_first_starts_at_once_share_one_server),
        LIVE(test_eight_in_and_out_leave_nothing_running),
        LIVE(test_starter_that_leaves_first_has_nothing_that_keeps_its_loop_alive),
        LIVE(test_two_data_homes_never_meet),
        LIVE(test_stop_by_hand_is_respected_until_the_next_request),
        LIVE(test_server_of_a_killed_process_is_adopted_and_then_stopped),
        LIVE(test_killed_postmaster_comes_back_by_itself),
        LIVE(test_killed_postmaster_and_killed_holder_are_recovered_from),
        LIVE(test_zombie_postmaster_does_not_stand_in_the_way),
        LIVE(test_pid_taken_over_by_another_program_is_no_server),
        LIVE(test_removed_socket_leads_to_a_new_start),
        LIVE(test_server_holds_no_pipe_of_the_client),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rig_remove_sockets();
    return failed;
}
