/* base/: buffers, arenas, lists, UTF-8. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/utf8.h"

static void test_buf_at_its_cap_is_kept_and_one_beyond_is_refused(void **state)
{
    (void)state;
    OWNED_BUF buf = BUF_INIT(300);
    char fill[300];
    memset(fill, 'x', sizeof(fill));
    assert_int_equal(buf_append(&buf, fill, 300), 0);
    assert_int_equal(buf.length, 300);
    assert_int_equal(buf_append_char(&buf, 'y'), -EMSGSIZE);
    assert_int_equal(buf.length, 0);
    assert_int_equal(buf_append_text(&buf, "z"), -EMSGSIZE);
    buf_reset(&buf);
    assert_int_equal(buf_append_text(&buf, "z"), 0);
    assert_string_equal(buf_text(&buf), "z");
}

static void test_buf_out_of_memory_is_remembered(void **state)
{
    (void)state;
    OWNED_BUF buf = BUF_INIT(1000);
    mem_fail_at(1, 0);
    assert_int_equal(buf_append_text(&buf, "a"), -ENOMEM);
    mem_fail_at(0, 0);
    assert_int_equal(buf_append_text(&buf, "a"), -ENOMEM);
}

static void test_buf_numbers_and_consume(void **state)
{
    (void)state;
    OWNED_BUF buf = BUF_INIT(1000);
    buf_append_int(&buf, INT64_MIN);
    buf_append_char(&buf, ' ');
    buf_append_int(&buf, 0);
    buf_printf(&buf, " %s", "end");
    assert_string_equal(buf_text(&buf), "-9223372036854775808 0 end");
    buf_consume(&buf, 21);
    assert_string_equal(buf_text(&buf), "0 end");
}

static void test_arena_gives_zeroed_memory_up_to_its_cap(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 10000);
    char *big = arena_alloc(&arena, 9000);
    assert_non_null(big);
    assert_int_equal(big[8999], 0);
    assert_null(arena_alloc(&arena, 1001));
    assert_string_equal(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(arena_join(&arena, (const char *const[]){"a", "", "bc", NULL}), "abc");
    assert_string_equal(arena_join(&arena, (const char *const[]){NULL}), "");
    assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
    arena_free(&arena);
    assert_int_equal(arena.used, 0);
}

struct item {
    int number;
    struct list link;
};

static void test_list_removal_while_walking(void **state)
{
    (void)state;
    struct list list;
    struct item items[4];
    list_init(&list);
    for (int i = 0; i < 4; i++) {
        items[i].number = i;
        list_append(&list, &items[i].link);
    }
    LIST_FOREACH_SAFE (link, &list) {
        if (CONTAINER_OF(link, struct item, link)->number % 2 == 0)
            list_remove(link);
    }
    const struct item *first = LIST_FIRST(&list, struct item, link);
    assert_true(first && first->number == 1);
    list_remove(&items[1].link);
    list_remove(&items[1].link);
    list_remove(&items[3].link);
    assert_true(list_is_empty(&list));
}

static void test_utf8_refuses_what_rfc_3629_refuses(void **state)
{
    (void)state;
    assert_true(utf8_is_valid("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10));
    assert_true(utf8_is_valid("", 0));
    assert_false(utf8_is_valid("\xc0\x80", 2));
    assert_false(utf8_is_valid("\xe0\x80\x80", 3));
    assert_false(utf8_is_valid("\xed\xa0\x80", 3));
    assert_false(utf8_is_valid("\xf4\x90\x80\x80", 4));
    assert_false(utf8_is_valid("\xf8\x88\x80\x80\x80", 5));
    assert_false(utf8_is_valid("12345678\xc3", 9));
    assert_int_equal(utf8_valid_length("12345678ab\xff", 11), 10);
}

static void test_utf8_encode_is_the_inverse_of_decode(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x110000; point += point < 0x900 ? 1 : 0xfd) {
        char bytes[4];
        uint32_t back = 0;
        size_t n = utf8_encode(point, bytes);
        int valid = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        assert_int_equal(n > 0, valid);
        if (n > 0) {
            assert_int_equal(utf8_decode(bytes, n, &back), n);
            assert_int_equal(back, point);
        }
    }
}

static void test_utf8_deceptive_points_at_their_edges(void **state)
{
    (void)state;
    static const uint32_t deceptive[] = {0,      0x1f,    0x7f,    0x9f,    0xad,   0x61c,
                                         0x180e, 0x200b,  0x200e,  0x200f,  0x2028, 0x202e,
                                         0x2060, 0x2064,  0x2066,  0x206f,  0xfeff, 0xfff9,
                                         0xfffb, 0xe0000, 0xe007f, 0xe0100, 0xe01ef};
    static const uint32_t honest[] = {0x20,   0x7e,   0xa0,    0xac,    0xae,    0x61b,   0x61d,
                                      0x180d, 0x180f, 0x200a,  0x200c,  0x200d,  0x2010,  0x2027,
                                      0x202f, 0x205f, 0x2065,  0x2070,  0xfe0f,  0xfefe,  0xff00,
                                      0xfff8, 0xfffc, 0xdffff, 0xe0080, 0xe00ff, 0xe01f0, 0x1f600};
    for (size_t i = 0; i < ARRAY_LENGTH(deceptive); i++)
        assert_true(utf8_is_deceptive(deceptive[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(honest); i++)
        assert_false(utf8_is_deceptive(honest[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf_at_its_cap_is_kept_and_one_beyond_is_refused),
        cmocka_unit_test(test_buf_out_of_memory_is_remembered),
        cmocka_unit_test(test_buf_numbers_and_consume),
        cmocka_unit_test(test_arena_gives_zeroed_memory_up_to_its_cap),
        cmocka_unit_test(test_list_removal_while_walking),
        cmocka_unit_test(test_utf8_refuses_what_rfc_3629_refuses),
        cmocka_unit_test(test_utf8_encode_is_the_inverse_of_decode),
        cmocka_unit_test(test_utf8_deceptive_points_at_their_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
