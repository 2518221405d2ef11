/* The parts of the load generator that decide what its figures mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "tests/bench/histogram.h"
#include "tests/bench/workload.h"

static struct histogram durations;

static void test_histogram_empty_gives_zero(void **state)
{
    (void)state;
    histogram_reset(&durations);
    assert_int_equal(histogram_quantile(&durations, 5000), 0);
}

static void test_histogram_small_values_are_exact(void **state)
{
    (void)state;
    histogram_reset(&durations);
    for (uint64_t i = 1; i <= 100; i++)
        histogram_add(&durations, i);
    assert_int_equal(histogram_quantile(&durations, 5000), 50);
    assert_int_equal(histogram_quantile(&durations, 9900), 99);
    assert_int_equal(histogram_quantile(&durations, 10000), 100);
    assert_int_equal(durations.longest, 100);
}

static void test_histogram_every_size_is_off_by_less_than_one_percent(void **state)
{
    (void)state;
    for (uint64_t value = 1; value < (uint64_t)1 << HISTOGRAM_TOP_BIT; value = value * 5 / 3 + 1) {
        histogram_reset(&durations);
        histogram_add(&durations, value);
        uint64_t seen = histogram_quantile(&durations, 5000);
        uint64_t off = seen > value ? seen - value : value - seen;
        assert_true(off * 100 <= value);
    }
}

static void test_histogram_longer_than_the_longest_is_kept(void **state)
{
    (void)state;
    histogram_reset(&durations);
    histogram_add(&durations, UINT64_MAX);
    histogram_add(&durations, (uint64_t)1 << (HISTOGRAM_TOP_BIT + 1));
    histogram_add(&durations, ((uint64_t)1 << (HISTOGRAM_TOP_BIT + 1)) - 1);
    assert_int_equal(durations.total, 3);
    assert_true(histogram_quantile(&durations, 10000) > (uint64_t)1 << HISTOGRAM_TOP_BIT);
}

static void test_histogram_one_slow_in_a_hundred_is_the_p99(void **state)
{
    (void)state;
    histogram_reset(&durations);
    for (unsigned i = 0; i < 98; i++)
        histogram_add(&durations, 10);
    histogram_add(&durations, 100);
    histogram_add(&durations, 120);
    assert_int_equal(histogram_quantile(&durations, 9800), 10);
    assert_int_equal(histogram_quantile(&durations, 9900), 100);
}

struct reading {
    const char *line;
    enum outcome outcome;
    uint64_t id;
};

static void test_answer_any_order_of_members_is_understood(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", OUTCOME_RESULT, 7},
        {"{\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32601,\"message\":\"x\"}}",
         OUTCOME_ERROR, 8},
        {"{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{\"isError\":true}}", OUTCOME_REFUSAL, 9},
        {"{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{\"isError\":false}}", OUTCOME_RESULT, 9},
        {"{\"result\":{\"content\":[]},\"jsonrpc\":\"2.0\",\"id\":10}", OUTCOME_RESULT, 10},
        {"{\"result\":{\"content\":[],\"isError\":true},\"jsonrpc\":\"2.0\",\"id\":11}",
         OUTCOME_REFUSAL, 11},
        {"{\"result\":{\"id\":5},\"id\":12,\"jsonrpc\":\"2.0\"}", OUTCOME_RESULT, 12},
        {"{\"id\":13,\"error\":{\"code\":1},\"jsonrpc\":\"2.0\"}", OUTCOME_ERROR, 13},
        {"{\"x\":[{\"id\":1}],\"y\":-1.5,\"id\":14,\"result\":\"\\\"id\\\":1}\"}", OUTCOME_RESULT,
         14},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(readings); i++) {
        uint64_t id = 0;
        const char *line = readings[i].line;
        assert_int_equal(answer_read(line, strlen(line), &id), readings[i].outcome);
        assert_int_equal(id, readings[i].id);
    }
}

static void test_answer_escaped_is_error_within_text_is_no_refusal(void **state)
{
    (void)state;
    static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":"
                               "\"text\",\"text\":\"{\\\"isError\\\":true}\"}]}}";
    uint64_t id = 0;
    assert_int_equal(answer_read(line, sizeof(line) - 1, &id), OUTCOME_RESULT);
}

static void test_answer_long_line_with_is_error_at_its_end_is_a_refusal(void **state)
{
    (void)state;
    OWNED_BUF line = BUF_INIT(65536);
    buf_append_text(&line, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"content\":\"");
    for (unsigned i = 0; i < 3000; i++)
        buf_append_text(&line, "EE");
    buf_append_text(&line, "\",\"isError\":true}}");
    uint64_t id = 0;
    assert_int_equal(line.error, 0);
    assert_int_equal(answer_read(line.data, line.length, &id), OUTCOME_REFUSAL);
    assert_int_equal(id, 3);
}

static void test_answer_what_is_none_is_recognized(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "{",
        "{}",
        "[]",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"id\":1}}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"x\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":7}",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        uint64_t id = 0;
        assert_int_equal(answer_read(lines[i], strlen(lines[i]), &id), OUTCOME_NONE);
    }
}

/* A workload file with this text, removed again by the caller. */
static void make_file(char *path, const char *text)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void test_workload_requests_get_id_and_claim(void **state)
{
    (void)state;
    char path[] = "/tmp/workload-XXXXXX";
    make_file(path, "# comment\nresult ping {}\n\nerror nope -\nrefusal tools/call {\"a\":1}\n");
    struct workload workload;
    assert_int_equal(workload_read(&workload, path, false), 0);
    assert_int_equal(workload.count, 3);
    OWNED_BUF text = BUF_INIT(4096);
    workload_write(&text, 5, &workload.requests[0]);
    workload_write(&text, 6, &workload.requests[1]);
    workload_write(&text, 7, &workload.requests[2]);
    assert_string_equal(buf_text(&text),
                        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\",\"params\":{}}\n"
                        "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"nope\"}\n"
                        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\","
                        "\"params\":{\"a\":1}}\n");
    assert_int_equal(workload.requests[2].expected, OUTCOME_REFUSAL);
    workload_free(&workload);
    assert_int_equal(workload_read(&workload, path, true), 0);
    buf_reset(&text);
    workload_write(&text, 5, &workload.requests[0]);
    workload_write(&text, 6, &workload.requests[2]);
    assert_non_null(strstr(buf_text(&text), "clientCapabilities\":{}}}}\n{"));
    assert_non_null(strstr(buf_text(&text), "clientCapabilities\":{}},\"a\":1}}\n"));
    workload_free(&workload);
    unlink(path);
}

static void test_workload_unreadable_lines_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "# only\n", "result ping\n", "maybe ping {}\n",
                                        "result ping 5\n"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        char path[] = "/tmp/workload-XXXXXX";
        make_file(path, texts[i]);
        struct workload workload;
        assert_true(workload_read(&workload, path, false) < 0);
        unlink(path);
    }
    struct workload workload;
    assert_true(workload_read(&workload, "/nonexistent/workload", false) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histogram_empty_gives_zero),
        cmocka_unit_test(test_histogram_small_values_are_exact),
        cmocka_unit_test(test_histogram_every_size_is_off_by_less_than_one_percent),
        cmocka_unit_test(test_histogram_longer_than_the_longest_is_kept),
        cmocka_unit_test(test_histogram_one_slow_in_a_hundred_is_the_p99),
        cmocka_unit_test(test_answer_any_order_of_members_is_understood),
        cmocka_unit_test(test_answer_escaped_is_error_within_text_is_no_refusal),
        cmocka_unit_test(test_answer_long_line_with_is_error_at_its_end_is_a_refusal),
        cmocka_unit_test(test_answer_what_is_none_is_recognized),
        cmocka_unit_test(test_workload_requests_get_id_and_claim),
        cmocka_unit_test(test_workload_unreadable_lines_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
