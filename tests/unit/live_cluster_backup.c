/* db/cluster against real PostgreSQL programs: one process at a time changes the database, and the
 * backup that it makes before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "db/cluster_private.h"
#include "tests/support/cluster_mount.h"
#include "tests/support/cluster_rig.h"

static void rig_granted(void *data, const struct db_failure *failure)
{
    struct session *session = data;
    rig_note(session);
    (void)snprintf(session->code, sizeof(session->code), "%s", failure ? failure->code : "");
}

static void rig_backed_up(void *data, const char *path, const struct db_failure *failure)
{
    rig_granted(data, failure);
    struct session *session = data;
    (void)snprintf(session->path, sizeof(session->path), "%s", path ? path : "");
}

static const char *session_begin_change(struct session *session)
{
    if (db_cluster_change_begin(session->cluster, rig_granted, session) < 0)
        return "out_of_memory";
    session_wait(session);
    return session->code;
}

/* The code of the failure; session->path is the backup's. */
static const char *session_backup(struct session *session, const char *label)
{
    db_cluster_backup(session->cluster, label, rig_backed_up, session);
    session_wait(session);
    return session->code;
}

static void session_open_and_begin(struct session *session)
{
    session_open(session);
    assert_string_equal(session_acquire(session), "");
    assert_string_equal(session_begin_change(session), "");
}

static void session_end(struct session *session)
{
    session_release(session);
    assert_int_equal(session_close(session), 0);
}

/* How many files lie in the folder of the backups, whatever they are called. */
static int count_backups(void)
{
    char folder[RIG_PATH_MAX];
    (void)snprintf(folder, sizeof(folder), "%.400s/%s/backups", rig_home, rig_application);
    DIR *dir = opendir(folder);
    int count = 0;
    while (dir && readdir(dir))
        count++;
    if (dir)
        (void)closedir(dir);
    return count - 2;
}

static void assert_is_whole(const char *path)
{
    char head[6] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, head, 5), 5);
    assert_int_equal(close(fd), 0);
    assert_string_equal(head, "PGDMP");
}

static void assert_ends_in(const char *text, const char *ending)
{
    assert_true(strlen(text) > strlen(ending));
    assert_string_equal(text + strlen(text) - strlen(ending), ending);
}

/* --- the backup ------------------------------------------------------------------------------ */

static void test_backup_is_whole_private_and_named_by_its_label(void **state)
{
    (void)state;
    struct session session;
    session_open_and_begin(&session);
    assert_string_equal(session_ask(&session, "CREATE SCHEMA precious"), "");
    assert_string_equal(session_backup(&session, "Before 2/.."), "");
    assert_ends_in(session.path, "Z--efore-2---.dump");
    assert_int_equal(mode_of(session.path), 0600);
    assert_is_whole(session.path);
    assert_int_equal(count_backups(), 1);
    session_release(&session);
    assert_string_equal(session_backup(&session, "late"), "database_not_running");
    assert_int_equal(session_close(&session), 0);
}

static void test_label_is_cut_at_its_limit(void **state)
{
    (void)state;
    char label[CLUSTER_BACKUP_LABEL_MAX + 2];
    char ending[sizeof(label) + 8];
    struct session session;
    session_open_and_begin(&session);
    for (size_t length = CLUSTER_BACKUP_LABEL_MAX; length < sizeof(label); length++) {
        memset(label, 'x', length);
        label[length] = '\0';
        assert_string_equal(session_backup(&session, label), "");
        label[CLUSTER_BACKUP_LABEL_MAX] = '\0';
        (void)snprintf(ending, sizeof(ending), "Z-%s.dump", label);
        assert_ends_in(session.path, ending);
    }
    session_end(&session);
}

/* Many in one second, none of which takes the place of another. */
static void test_the_newest_are_kept_and_no_more(void **state)
{
    (void)state;
    char paths[CLUSTER_BACKUPS_KEPT + 1][RIG_PATH_MAX];
    struct session session;
    session_open_and_begin(&session);
    for (int i = 0; i <= CLUSTER_BACKUPS_KEPT; i++) {
        assert_string_equal(session_backup(&session, "again"), "");
        (void)snprintf(paths[i], sizeof(paths[i]), "%s", session.path);
        assert_int_equal(count_backups(), i < CLUSTER_BACKUPS_KEPT ? i + 1 : CLUSTER_BACKUPS_KEPT);
    }
    assert_int_equal(access(paths[0], F_OK), -1);
    for (int i = 1; i <= CLUSTER_BACKUPS_KEPT; i++)
        assert_is_whole(paths[i]);
    session_end(&session);
}

static void test_what_another_process_left_unfinished_is_swept(void **state)
{
    (void)state;
    char left[RIG_PATH_MAX + 8];
    struct session session;
    session_open_and_begin(&session);
    assert_string_equal(session_backup(&session, "first"), "");
    (void)snprintf(left, sizeof(left), "%s.new", session.path);
    int fd = open(left, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "PGDMP", 5), 5);
    assert_int_equal(close(fd), 0);
    assert_string_equal(session_backup(&session, "second"), "");
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(count_backups(), 2);
    session_end(&session);
}

/* The disk is filled by something else; the backup that is there stays. pg_dump 15 does not notice that
 * what it holds back until the end finds no room: it says that all is well and leaves an empty file. */
static int check_filled(void)
{
    struct session session;
    char first[RIG_PATH_MAX];
    session_open(&session);
    if (*session_acquire(&session) || *session_begin_change(&session) ||
        *session_backup(&session, "first"))
        return 2;
    (void)snprintf(first, sizeof(first), "%s", session.path);
    const char *filler = fill_disk();
    if (strcmp(session_backup(&session, "second"), "disk_full") != 0 || count_backups() != 1 ||
        access(first, F_OK) < 0)
        return 3;
    (void)unlink(filler);
    if (*session_backup(&session, "third") || count_backups() != 2)
        return 4;
    session_release(&session);
    return session_close(&session) == 0 ? 0 : 5;
}

static void test_full_disk_is_told_and_leaves_no_half_of_a_backup(void **state)
{
    (void)state;
    check_in_small_mount("128m", 0, check_filled);
}

/* --- one at a time --------------------------------------------------------------------------- */

static void test_backup_without_the_lock_is_refused(void **state)
{
    (void)state;
    struct session session;
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_string_equal(session_backup(&session, "alone"), "backup_failed");
    assert_string_equal(session_begin_change(&session), "");
    assert_string_equal(session_backup(&session, "alone"), "");
    db_cluster_change_end(session.cluster);
    assert_string_equal(session_backup(&session, "alone"), "backup_failed");
    assert_int_equal(count_backups(), 1);
    session_end(&session);
}

static void test_second_one_waits_until_the_first_is_done(void **state)
{
    (void)state;
    struct session first;
    struct session second;
    session_open_and_begin(&first);
    session_open(&second);
    assert_string_equal(session_acquire(&second), "");
    int before = second.done;
    assert_int_equal(db_cluster_change_begin(second.cluster, rig_granted, &second), 0);
    for (int i = 0; i < 5; i++)
        (void)uv_run(&second.loop, UV_RUN_ONCE);
    assert_int_equal(second.done, before);
    assert_string_equal(session_backup(&second, "early"), "backup_failed"); /* not yet */
    db_cluster_change_end(first.cluster);
    if (second.done == before + 1)
        session_wait(&second);
    assert_int_equal(second.done, before + 2);
    assert_string_equal(second.code, "");
    session_end(&second); /* which gives the lock up */
    assert_string_equal(session_begin_change(&first), "");
    session_end(&first);
}

static void test_waiting_ends_after_its_time_and_says_why(void **state)
{
    (void)state;
    struct session first;
    struct session second;
    session_open_and_begin(&first);
    session_open(&second);
    assert_string_equal(session_acquire(&second), "");
    uint64_t begin = uv_hrtime();
    assert_string_equal(session_begin_change(&second), "database_changing_elsewhere");
    assert_true((uv_hrtime() - begin) / 1000000 >= CLUSTER_CHANGE_WAIT_MS - 1);
    db_cluster_change_end(first.cluster);
    assert_string_equal(session_begin_change(&second), "");
    session_end(&second);
    session_end(&first);
}

static void test_waiting_that_is_given_up_is_not_told(void **state)
{
    (void)state;
    struct session first;
    struct session second;
    session_open_and_begin(&first);
    session_open(&second);
    assert_string_equal(session_acquire(&second), "");
    int before = second.done;
    assert_int_equal(db_cluster_change_begin(second.cluster, rig_granted, &second), 0);
    (void)uv_run(&second.loop, UV_RUN_ONCE);
    session_end(&second);
    assert_int_equal(second.done, before + 1); /* the release */
    session_end(&first);
}

int main(int argc, char **argv)
{
    int status = 0;
    if (!rig_begin(argc, argv, &status))
        return status;
    const struct CMUnitTest tests[] = {
        LIVE(test_backup_is_whole_private_and_named_by_its_label),
        LIVE(test_label_is_cut_at_its_limit),
        LIVE(test_the_newest_are_kept_and_no_more),
        LIVE(test_what_another_process_left_unfinished_is_swept),
        LIVE(test_full_disk_is_told_and_leaves_no_half_of_a_backup),
        LIVE(test_backup_without_the_lock_is_refused),
        LIVE(test_second_one_waits_until_the_first_is_done),
        LIVE(test_waiting_ends_after_its_time_and_says_why),
        LIVE(test_waiting_that_is_given_up_is_not_told),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rig_remove_sockets();
    return failed;
}
