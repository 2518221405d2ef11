/* db/cluster against real PostgreSQL programs: where it may lie and whose it is.
 * Works as root (the server then runs as another user) and as an ordinary user. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/cluster_private.h"
#include "tests/support/cluster_mount.h"
#include "tests/support/cluster_rig.h"

/* --- places ---------------------------------------------------------------------------------- */

static void test_long_data_and_runtime_paths_still_get_a_socket(void **state)
{
    (void)state;
    char deep[RIG_PATH_MAX];
    char runtime[RIG_PATH_MAX];
    char part[121];
    struct session session;
    memset(part, 'x', sizeof(part) - 1);
    part[sizeof(part) - 1] = '\0';
    (void)snprintf(deep, sizeof(deep), "%.100s/%s/a b'c/%s", rig_home, part, part);
    (void)snprintf(runtime, sizeof(runtime), "%.100s/%s", rig_home, part);
    assert_int_equal(mkdir(runtime, 0755), 0);
    assert_int_equal(chmod(runtime, 0755), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", runtime, 1), 0);
    session_open_with(&session, deep, NULL);
    assert_string_equal(session_acquire(&session), "");
    assert_true(strlen(db_cluster_socket_path(session.cluster)) <= 93);
    assert_string_equal(session_ask(&session, "SELECT 1"), "1");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_runtime_folder_of_ones_own_is_used(void **state)
{
    (void)state;
    char runtime[RIG_PATH_MAX];
    struct session session;
    (void)snprintf(runtime, sizeof(runtime), "%.400s/run", rig_home);
    assert_int_equal(mkdir(runtime, 0700), 0);
    const struct passwd *postgres = getpwnam("postgres");
    if (geteuid() == 0)
        assert_int_equal(chown(runtime, postgres->pw_uid, postgres->pw_gid), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", runtime, 1), 0);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_memory_equal(db_cluster_socket_path(session.cluster), runtime, strlen(runtime));
    struct other other;
    assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
    other = other_start("hold", 0, -1); /* finds the same server all the same */
    assert_memory_equal(other_read(&other), "ready ", 6);
    assert_int_equal(other_end(&other), 0);
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_squatted_socket_folder_is_not_used(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    char squatted[64];
    struct session session;
    const struct passwd *postgres = getpwnam("postgres");
    rig_remove_sockets();
    (void)snprintf(squatted, sizeof(squatted), "/tmp/%s-%u", rig_application, postgres->pw_uid);
    assert_int_equal(mkdir(squatted, 0777), 0);
    assert_int_equal(chown(squatted, 65533, 65533), 0);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_memory_equal(db_cluster_socket_path(session.cluster), rig_home, strlen(rig_home));
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
    assert_int_equal(rmdir(squatted), 0); /* still empty */
}

static void check_sentences(const struct session *session)
{
    assert_null(strchr(session->sentence, '\n'));
    assert_null(strstr(session->sentence, rig_home));
    int dots = 0;
    for (const char *at = session->sentence; *at; at++)
        dots += *at == '.' && (at[1] == ' ' || at[1] == '\0');
    assert_in_range(dots, 2, 3);
}

static void test_no_postgresql_is_told_with_the_package_to_install(void **state)
{
    (void)state;
    struct session session;
    session_open_with(&session, rig_home, "/nonexistent");
    assert_string_equal(session_acquire(&session), "postgresql_missing");
    assert_non_null(strstr(session.sentence, "sudo apt install postgresql"));
    check_sentences(&session);
    assert_string_equal(session_acquire(&session), "postgresql_missing"); /* and again */
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_postgresql_that_was_installed_meanwhile_is_found(void **state)
{
    (void)state;
    char bin[RIG_PATH_MAX];
    struct session session;
    (void)snprintf(bin, sizeof(bin), "%.400s/bin", rig_home);
    session_open_with(&session, rig_home, bin);
    assert_string_equal(session_acquire(&session), "postgresql_missing");
    char *found = NULL;
    int major = 0;
    assert_int_equal(cluster_programs_find(NULL, rig_application, 0, &found, &major), 0);
    assert_int_equal(symlink(found, bin), 0);
    mem_free(found);
    assert_string_equal(session_acquire(&session), "");
    assert_string_equal(session_ask(&session, "SELECT 1"), "1");
    session_release(&session);
    assert_int_equal(session_close(&session), 0);
}

static void test_data_of_a_version_that_is_gone_is_not_hidden_by_a_new_cluster(void **state)
{
    (void)state;
    char path[RIG_PATH_MAX];
    struct session session;
    (void)snprintf(path, sizeof(path), "%.400s/%s", rig_home, rig_application);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%.400s/%s/pg98", rig_home, rig_application);
    assert_int_equal(mkdir(path, 0700), 0);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "postgresql_version_missing");
    check_sentences(&session);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(session_close(&session), 0);
}

static void test_closed_data_home_is_told(void **state)
{
    (void)state;
    struct session session;
    bool is_root = geteuid() == 0;
    assert_int_equal(chmod(rig_home, is_root ? 0700 : 0500), 0);
    session_open(&session);
    assert_string_equal(session_acquire(&session),
                        is_root ? "database_folder_not_reachable" : "database_folder_not_allowed");
    check_sentences(&session);
    assert_int_equal(session_close(&session), 0);
    assert_int_equal(chmod(rig_home, 0755), 0);
}

static void test_ordinary_user_in_anothers_folder_is_told(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    struct other other = other_start("hold", 65534, -1);
    assert_string_equal(other_read(&other), "failed database_folder_not_allowed");
    assert_int_equal(other_end(&other), 0);
}

static void test_root_serves_the_owner_of_the_folder(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    struct stat st;
    struct session session;
    assert_int_equal(chown(rig_home, 65534, 65534), 0);
    assert_int_equal(chmod(rig_home, 0700), 0);
    session_open(&session);
    assert_string_equal(session_acquire(&session), "");
    assert_int_equal(stat(db_cluster_path(session.cluster), &st), 0);
    assert_int_equal(st.st_uid, 65534);
    struct other other = other_start("hold", 65534, -1); /* the owner joins in */
    assert_memory_equal(other_read(&other), "ready ", 6);
    session_release(&session);
    assert_int_equal(other_end(&other), 0);
    assert_int_equal(session_close(&session), 0);
}

static int exit_code_of(const char *wanted)
{
    struct session session;
    session_open(&session);
    bool good = strcmp(session_acquire(&session), wanted) == 0;
    if (!good)
        (void)fprintf(stderr, "wanted %s, got %s\n", wanted, session.code);
    session_release(&session);
    good = session_close(&session) == 0 && good;
    return good ? 0 : 1;
}

static int check_too_small(void)
{
    return exit_code_of("disk_full");
}

static void test_full_disk_is_told_before_anything_is_made(void **state)
{
    (void)state;
    check_in_small_mount("16m", 0, check_too_small);
}

/* A cluster that was well, on a disk that something else filled; and then there is room again. */
static int check_filled(void)
{
    if (exit_code_of("") != 0)
        return 2;
    const char *filler = fill_disk();
    if (exit_code_of("disk_full") != 0)
        return 3;
    (void)unlink(filler);
    return exit_code_of("") == 0 ? 0 : 4;
}

static void test_filled_disk_is_told_and_forgotten_when_there_is_room(void **state)
{
    (void)state;
    check_in_small_mount("128m", 0, check_filled);
}

static int check_read_only(void)
{
    return exit_code_of("database_folder_read_only");
}

static void test_read_only_folder_is_told(void **state)
{
    (void)state;
    check_in_small_mount("256m", MS_RDONLY, check_read_only);
}

int main(int argc, char **argv)
{
    int status = 0;
    if (!rig_begin(argc, argv, &status))
        return status;
    const struct CMUnitTest tests[] = {
        LIVE(test_long_data_and_runtime_paths_still_get_a_socket),
        LIVE(test_runtime_folder_of_ones_own_is_used),
        LIVE(test_squatted_socket_folder_is_not_used),
        LIVE(test_no_postgresql_is_told_with_the_package_to_install),
        LIVE(test_postgresql_that_was_installed_meanwhile_is_found),
        LIVE(test_data_of_a_version_that_is_gone_is_not_hidden_by_a_new_cluster),
        LIVE(test_closed_data_home_is_told),
        LIVE(test_ordinary_user_in_anothers_folder_is_told),
        LIVE(test_root_serves_the_owner_of_the_folder),
        LIVE(test_full_disk_is_told_before_anything_is_made),
        LIVE(test_filled_disk_is_told_and_forgotten_when_there_is_room),
        LIVE(test_read_only_folder_is_told),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rig_remove_sockets();
    return failed;
}
