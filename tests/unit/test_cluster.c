/* db/cluster, the pure parts: what a log says, what people are told, file systems, lock files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/cluster_private.h"

static void test_verdict_of_a_lock_file_in_use_is_to_retry(void **state)
{
    (void)state;
    assert_int_equal(
        cluster_verdict_of_log("FATAL:  lock file \"postmaster.pid\" already exists\n"),
        VERDICT_RETRY);
    assert_int_equal(cluster_verdict_of_log("FATAL:  pre-existing shared memory block (key 1, ID "
                                            "2) is still in use\n"),
                     VERDICT_RETRY);
}

static void test_verdict_of_other_reasons(void **state)
{
    (void)state;
    assert_int_equal(cluster_verdict_of_log("PANIC:  could not write: No space left on device"),
                     VERDICT_FULL);
    assert_int_equal(cluster_verdict_of_log("initdb: error: x: Read-only file system"),
                     VERDICT_READ_ONLY);
    assert_int_equal(cluster_verdict_of_log("x: Permission denied"), VERDICT_NOT_ALLOWED);
    assert_int_equal(cluster_verdict_of_log(""), VERDICT_UNKNOWN);
}

static void test_every_failure_has_a_code_and_at_most_three_sentences(void **state)
{
    (void)state;
    for (int i = 0; i <= TROUBLE_MEMORY; i++) {
        const struct db_failure *failure = cluster_failure((enum cluster_trouble)i);
        assert_non_null(failure->code);
        assert_non_null(failure->message);
        int sentences = 0;
        for (const char *at = failure->message; *at; at++)
            sentences += *at == '.' && (at[1] == ' ' || at[1] == '\0');
        assert_in_range(sentences, 2, 3);
        assert_null(strchr(failure->message, '\n'));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(failure->code, cluster_failure((enum cluster_trouble)k)->code);
    }
}

static void test_errno_of_a_full_disk_is_a_full_disk(void **state)
{
    (void)state;
    assert_string_equal(cluster_failure_of_errno(-ENOSPC)->code, "disk_full");
    assert_string_equal(cluster_failure_of_errno(-EROFS)->code, "database_folder_read_only");
    assert_string_equal(cluster_failure_of_errno(-EACCES)->code, "database_folder_not_allowed");
    assert_string_equal(cluster_failure_of_errno(-ENOMEM)->code, "out_of_memory");
    assert_string_equal(cluster_failure_of_errno(-EIO)->code, "database_not_starting");
}

static void test_file_systems_of_other_machines_are_known(void **state)
{
    (void)state;
    assert_true(cluster_type_is_network(0x6969));
    assert_true(cluster_type_is_network(0xff534d42));
    assert_true(
        cluster_type_is_network(0xffffffffff534d42));  /* f_type is signed on some machines */
    assert_false(cluster_type_is_network(0xef53));     /* ext4 */
    assert_false(cluster_type_is_network(0x01021994)); /* tmpfs */
}

/* --- with files ------------------------------------------------------------------------------ */

static char folder[] = "/tmp/test_cluster-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return cluster_folder_remove(folder);
}

static void write_lock_file(const char *text)
{
    OWNED_TEXT path = cluster_path_in(folder, "postmaster.pid");
    assert_int_equal(cluster_file_write(path, text, geteuid(), getegid()), 0);
}

static void test_lock_file_of_no_process_means_down(void **state)
{
    (void)state;
    struct cluster_server_view view;
    cluster_server_look(folder, &view);
    assert_int_equal(view.state, SERVER_DOWN);
    write_lock_file("");
    cluster_server_look(folder, &view);
    assert_int_equal(view.state, SERVER_DOWN);
    write_lock_file("garbage\n");
    cluster_server_look(folder, &view);
    assert_int_equal(view.state, SERVER_DOWN);
    write_lock_file("1\n/x\n1\n5432\n/tmp\n\n\nready\n"); /* never signalled */
    cluster_server_look(folder, &view);
    assert_int_equal(view.state, SERVER_DOWN);
}

static void test_lock_file_of_a_process_that_is_no_server_is_left_over(void **state)
{
    (void)state;
    struct cluster_server_view view;
    char text[64];
    (void)snprintf(text, sizeof(text), "%d\n/x\n1\n5432\n/tmp\n\n\nready   \n", getpid());
    write_lock_file(text);
    cluster_server_look(folder, &view);
    assert_int_equal(view.state, SERVER_LEFT_OVER);
    assert_int_equal(view.pid, getpid());
}

static void test_folder_that_is_a_link_is_not_taken(void **state)
{
    (void)state;
    OWNED_TEXT link = cluster_path_in(folder, "link");
    assert_int_equal(symlink("/tmp", link), 0);
    assert_int_equal(cluster_folder_own(link, geteuid(), getegid()), -EPERM);
    assert_int_equal(cluster_folder_remove(link), -ENOTDIR);
    assert_int_equal(unlink(link), 0);
}

static void test_removing_a_folder_does_not_follow_links(void **state)
{
    (void)state;
    OWNED_TEXT inner = cluster_path_in(folder, "inner");
    OWNED_TEXT kept = cluster_path_in(folder, "kept");
    OWNED_TEXT link = cluster_path_in(inner, "link");
    OWNED_TEXT file = cluster_path_in(kept, "file");
    assert_int_equal(cluster_folder_own(inner, geteuid(), getegid()), 0);
    assert_int_equal(cluster_folder_own(kept, geteuid(), getegid()), 0);
    assert_int_equal(cluster_file_write(file, "x", geteuid(), getegid()), 0);
    assert_int_equal(symlink(kept, link), 0);
    assert_int_equal(cluster_folder_remove(inner), 0);
    assert_int_equal(access(inner, F_OK), -1);
    assert_int_equal(access(file, F_OK), 0);
}

static void test_too_wide_mode_of_ones_own_folder_is_narrowed(void **state)
{
    (void)state;
    struct stat st;
    OWNED_TEXT wide = cluster_path_in(folder, "wide");
    assert_int_equal(mkdir(wide, 0700), 0);
    assert_int_equal(chmod(wide, 0777), 0);
    assert_int_equal(cluster_folder_own(wide, geteuid(), getegid()), 0);
    assert_int_equal(stat(wide, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void test_tail_gives_the_end_and_not_more(void **state)
{
    (void)state;
    char text[5];
    OWNED_TEXT path = cluster_path_in(folder, "log");
    assert_int_equal(cluster_file_write(path, "abcdefgh", geteuid(), getegid()), 0);
    cluster_file_tail(path, 0, text, sizeof(text));
    assert_string_equal(text, "efgh");
    cluster_file_tail(path, 6, text, sizeof(text));
    assert_string_equal(text, "gh");
    cluster_file_tail("/nonexistent", 0, text, sizeof(text));
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict_of_a_lock_file_in_use_is_to_retry),
        cmocka_unit_test(test_verdict_of_other_reasons),
        cmocka_unit_test(test_every_failure_has_a_code_and_at_most_three_sentences),
        cmocka_unit_test(test_errno_of_a_full_disk_is_a_full_disk),
        cmocka_unit_test(test_file_systems_of_other_machines_are_known),
        cmocka_unit_test(test_lock_file_of_no_process_means_down),
        cmocka_unit_test(test_lock_file_of_a_process_that_is_no_server_is_left_over),
        cmocka_unit_test(test_folder_that_is_a_link_is_not_taken),
        cmocka_unit_test(test_removing_a_folder_does_not_follow_links),
        cmocka_unit_test(test_too_wide_mode_of_ones_own_folder_is_narrowed),
        cmocka_unit_test(test_tail_gives_the_end_and_not_more),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
