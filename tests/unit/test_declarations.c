/* What the product declares about its tools, prompts and resources is free of contradictions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <uv.h>

#include "base/buf.h"
#include "mcp/server.h"
#include "tools/offers.h"
#include "tools/support/change.h"
#include "tools/tool.h"

static void check(bool read_only, bool brief)
{
    OWNED_BUF why = BUF_INIT(10000);
    uv_loop_t loop;
    const struct mcp_server_options options = {
        .name = "check",
        .version = "1",
        .tools = tools_all,
        .prompts = prompts_all,
        .resources = resources_all,
        .extra_args = change_fields,
        .extra_args_size = sizeof(struct change_args),
        .ask_args = change_confirm_fields,
        .read_only = read_only,
        .brief_tools = brief,
    };
    assert_int_equal(uv_loop_init(&loop), 0);
    struct mcp_server *server = mcp_server_new(&loop, &options);
    assert_non_null(server);
    int r = mcp_server_check(server, &why);
    assert_string_equal(buf_text(&why), "");
    assert_int_equal(r, 0);
    mcp_server_free(server);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void test_declarations_have_no_contradictions(void **state)
{
    (void)state;
    check(false, false);
    check(true, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declarations_have_no_contradictions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
