/* The circuit breaker and its pauses. */
#include "db/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "db/failure_kinds.h"
#include "db/limits.h"

static void test_backoff_doubles_within_its_spread(void **state)
{
    static const uint64_t middle[] = {20, 40, 80, 160, 320, 320, 320};
    (void)state;
    for (int tries = 0; tries < 7; tries++) {
        uint64_t least = UINT64_MAX;
        uint64_t most = 0;
        for (uint64_t chance = 0; chance < 1000; chance++) {
            uint64_t ms = breaker_backoff(tries, chance);
            least = ms < least ? ms : least;
            most = ms > most ? ms : most;
        }
        assert_int_equal(least, middle[tries] / 2);
        assert_int_equal(most, middle[tries] + middle[tries] / 2);
    }
}

/* Fails until the breaker says that waiting is over; returns when that was. */
static uint64_t fail_until_open(struct breaker *breaker, const struct db_failure *failure)
{
    uint64_t now = 1000;
    for (int i = 0; i < 1000; i++) {
        assert_true(breaker_allows(breaker, now));
        breaker_started(breaker);
        assert_false(breaker_allows(breaker, now));
        if (breaker_failed(breaker, failure, now, 0))
            return now - 1000;
        assert_int_equal(breaker->state, BREAKER_TRYING);
        assert_false(breaker_allows(breaker, now));
        now = breaker->next_at;
    }
    fail();
    return 0;
}

static void test_unreachable_from_the_start_fails_after_five_more_tries(void **state)
{
    struct breaker breaker = {0};
    struct db_failure failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    (void)state;
    uint64_t spent = fail_until_open(&breaker, &failure);
    assert_int_equal(spent, 10 + 20 + 40 + 80 + 160);
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void test_unreachable_after_a_working_connection_waits_longer(void **state)
{
    struct breaker breaker = {0};
    struct db_failure failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    (void)state;
    breaker_succeeded(&breaker);
    assert_in_range(fail_until_open(&breaker, &failure), DB_RECONNECT_MS, DB_RECONNECT_MS + 480);
}

static void test_starting_waits_fifteen_seconds(void **state)
{
    struct breaker breaker = {0};
    struct db_failure failure = db_failure_of_state("57P03");
    (void)state;
    assert_in_range(fail_until_open(&breaker, &failure), DB_STARTING_MS, DB_STARTING_MS + 480);
}

static void test_rejected_login_fails_at_once_and_rests(void **state)
{
    struct breaker breaker = {0};
    struct db_failure failure = db_failure_of_state("28P01");
    struct db_failure refused;
    (void)state;
    assert_true(breaker_failed(&breaker, &failure, 1000, 0));
    assert_true(breaker_refuses(&breaker, 1000 + DB_REFUSED_MS - 1, &refused));
    assert_string_equal(refused.code, "login_rejected");
    assert_false(breaker_refuses(&breaker, 1000 + DB_REFUSED_MS, &refused));
}

static void test_open_lets_one_probe_through(void **state)
{
    struct breaker breaker = {0};
    struct db_failure failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    struct db_failure refused;
    (void)state;
    (void)fail_until_open(&breaker, &failure);
    uint64_t now = breaker.next_at;
    assert_true(breaker_refuses(&breaker, now - 1, &refused));
    assert_int_equal(refused.retry_after_ms, 1);
    assert_false(breaker_allows(&breaker, now - 1));
    assert_false(breaker_refuses(&breaker, now, &refused));
    assert_true(breaker_allows(&breaker, now));
    breaker_started(&breaker);
    assert_true(breaker_refuses(&breaker, now, &refused));
    assert_false(breaker_allows(&breaker, now));
    assert_true(breaker_failed(&breaker, &failure, now, 0));
    assert_true(breaker.next_at > now);
    assert_true(breaker.next_at <= now + DB_PROBE_MAX_MS);
}

static void test_open_probe_that_finds_it_starting_waits_again(void **state)
{
    struct breaker breaker = {0};
    struct db_failure failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    struct db_failure starting = db_failure_of_state("57P03");
    (void)state;
    (void)fail_until_open(&breaker, &failure);
    uint64_t now = breaker.next_at;
    breaker_started(&breaker);
    assert_false(breaker_failed(&breaker, &starting, now, 0));
    assert_int_equal(breaker.state, BREAKER_TRYING);
}

static void test_open_closes_with_the_first_success(void **state)
{
    struct breaker breaker = {0};
    struct db_failure failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    struct db_failure refused;
    (void)state;
    (void)fail_until_open(&breaker, &failure);
    breaker_started(&breaker);
    breaker_succeeded(&breaker);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_true(breaker_allows(&breaker, 0));
    assert_false(breaker_refuses(&breaker, 0, &refused));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff_doubles_within_its_spread),
        cmocka_unit_test(test_unreachable_from_the_start_fails_after_five_more_tries),
        cmocka_unit_test(test_unreachable_after_a_working_connection_waits_longer),
        cmocka_unit_test(test_starting_waits_fifteen_seconds),
        cmocka_unit_test(test_rejected_login_fails_at_once_and_rests),
        cmocka_unit_test(test_open_lets_one_probe_through),
        cmocka_unit_test(test_open_probe_that_finds_it_starting_waits_again),
        cmocka_unit_test(test_open_closes_with_the_first_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
