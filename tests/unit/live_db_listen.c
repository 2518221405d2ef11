/* Notifications against a real server. */
#include "db/listen.h"
#include "tests/support/db_rig.h"

struct ear {
    int heard, resumed;
    bool has_heard, has_resumed;
    char last[64];
};

static void on_notified(void *data, const char *payload)
{
    struct ear *ear = data;
    ear->heard++;
    ear->has_heard = true;
    (void)snprintf(ear->last, sizeof(ear->last), "%s", payload);
}

static void on_resumed(void *data)
{
    struct ear *ear = data;
    ear->resumed++;
    ear->has_resumed = true;
}

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig_init(rig);
    rig_open(rig);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    rig_free(*state);
    free(*state);
    return 0;
}

static struct db_listener *listen_on(struct rig *rig, const char *channel, struct ear *ear)
{
    struct db_listen_options options = {
        .channel = channel, .notified = on_notified, .resumed = on_resumed, .data = ear};
    return db_listen(rig->pool, &options);
}

static void test_listen_hears_what_is_sent_after_it_began(void **state)
{
    struct rig *rig = *state;
    struct ear ear = {0};
    struct db_listener *listener = listen_on(rig, "books", &ear);
    rig_run_for(rig, 30);
    assert_false(db_listen_is_on(listener)); /* the pool was never used */
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
    rig_wait(rig, &ear.has_resumed);
    assert_true(db_listen_is_on(listener));
    assert_true(db_listen_is_possible(listener));
    assert_string_equal(rig_write(rig, "SELECT pg_notify('books', 'page 1')"), "saved");
    rig_wait(rig, &ear.has_heard);
    assert_string_equal(ear.last, "page 1");
    assert_string_equal(rig_write(rig, "SELECT pg_notify('other', 'page 2')"), "saved");
    rig_run_for(rig, 50);
    assert_int_equal(ear.heard, 1);
    db_listen_end(listener);
}

static void test_listen_comes_back_after_a_loss_and_says_so(void **state)
{
    struct rig *rig = *state;
    struct ear ear = {0};
    struct db_listener *listener = listen_on(rig, "books", &ear);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
    rig_wait(rig, &ear.has_resumed);
    ear.has_resumed = false;
    assert_string_equal(rig_ask(rig, "SELECT count(pg_terminate_backend(pid)) FROM "
                                     "pg_stat_activity WHERE query LIKE 'LISTEN%'"),
                        "1");
    while (db_listen_is_on(listener)) /* the server may take its time to end the session */
        rig_run_for(rig, 20);
    for (int i = 0; i < 200 && !ear.has_resumed; i++) {
        assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
        rig_run_for(rig, 20);
    }
    assert_int_equal(ear.resumed, 2);
    assert_string_equal(rig_write(rig, "SELECT pg_notify('books', 'again')"), "saved");
    rig_wait(rig, &ear.has_heard);
    assert_string_equal(ear.last, "again");
}

/* A session that others share would hear what is not for it, and miss what is. */
static void test_listen_behind_a_pooler_stays_off(void **state)
{
    struct rig *rig = *state;
    struct ear ear = {0};
    struct db_listener *listener = listen_on(rig, "books", &ear);
    assert_true(db_listen_is_possible(listener)); /* as far as one knows */
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
    while (db_listen_is_possible(listener))
        rig_run_for(rig, 20);
    assert_false(db_listen_is_on(listener));
    assert_int_equal(ear.resumed, 0);
    assert_string_equal(rig_ask(rig, "SELECT count(*) FROM pg_listening_channels()"), "0");
    db_listen_end(listener);
}

static void test_listen_bad_channel_is_refused(void **state)
{
    struct ear ear = {0};
    char name[65];
    assert_null(listen_on(*state, "", &ear));
    assert_null(listen_on(*state, "Books", &ear));
    assert_null(listen_on(*state, "a\"b", &ear));
    memset(name, 'a', 64);
    name[64] = '\0';
    assert_null(listen_on(*state, name, &ear));
    name[63] = '\0';
    struct db_listener *listener = listen_on(*state, name, &ear);
    assert_non_null(listener);
    db_listen_end(listener);
}

static void test_listen_ended_while_starting_is_silent(void **state)
{
    struct rig *rig = *state;
    struct ear ear = {0};
    struct db_listener *listener = listen_on(rig, "books", &ear);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
    db_listen_end(listener);
    rig_run_for(rig, 100);
    assert_int_equal(ear.resumed, 0);
}

static void test_listen_left_open_ends_with_the_pool(void **state)
{
    struct rig own;
    struct ear ear = {0};
    (void)state;
    rig_init(&own);
    rig_open(&own);
    assert_non_null(listen_on(&own, "books", &ear));
    assert_non_null(listen_on(&own, "others", &ear));
    assert_string_equal(rig_ask(&own, "SELECT 1"), "1");
    rig_wait(&own, &ear.has_resumed);
    rig_free(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_listen_hears_what_is_sent_after_it_began),
        CASE(test_listen_comes_back_after_a_loss_and_says_so),
        CASE(test_listen_bad_channel_is_refused),
        CASE(test_listen_ended_while_starting_is_silent),
        CASE(test_listen_left_open_ends_with_the_pool),
    };
    const struct CMUnitTest pooled[] = {
        CASE(test_listen_behind_a_pooler_stays_off),
        CASE(test_listen_bad_channel_is_refused),
    };
    if (getenv("TEST_POOLED"))
        return cmocka_run_group_tests(pooled, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
