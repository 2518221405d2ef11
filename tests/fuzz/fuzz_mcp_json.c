/* Any bytes through the gate and the tree builder: what the gate lets pass becomes the tree that
 * cJSON's parser makes of it, and written again it is the same value; what it refuses has a reason. */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "mcp/json.h"
#include "mcp/json_gate.h"
#include "mcp/json_out.h"
#include "tests/fuzz/mcp_fuzz.h"
#include "tests/support/json_same.h"

static void write_tree(const cJSON *tree, struct buf *text)
{
    struct json_out out;
    json_out_init(&out, text);
    json_write(&out, tree);
    FUZZ_CHECK(text->error == 0);
}

static void check_refusal(const struct json_gate *gate, const char *bytes, size_t size)
{
    FUZZ_CHECK(gate->verdict == JSON_NOT || gate->verdict == JSON_REFUSED);
    FUZZ_CHECK(gate->why && gate->why[0]);
    FUZZ_CHECK(gate->id_length == 0 ||
               (gate->id >= bytes && gate->id + gate->id_length <= bytes + size));
}

/* Whatever the lines before have left in the memo, the tree is the same; and with this line in it. */
static void check_memo(const char *bytes, size_t size, const cJSON *tree, size_t values)
{
    static struct json_memo memo;
    struct json_gate gate;
    for (int i = 0; i < 2; i++) {
        OWNED_JSON again = json_parse_line(bytes, size, &memo, &gate);
        FUZZ_CHECK(again && gate.values == values && json_same(again, tree));
        if (gate.meta && gate.meta_values <= JSON_MEMO_VALUES)
            FUZZ_CHECK(i == 0 || gate.meta_is_known || *gate.meta != '{' ||
                       gate.meta_length > JSON_MEMO_BYTES);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_gate gate;
    struct json_gate again;
    OWNED_BUF first = BUF_INIT((size_t)1 << 26);
    OWNED_BUF second = BUF_INIT((size_t)1 << 26);
    /* In memory of exactly this size, so that one step beyond is seen. */
    char *bytes = malloc(size > 0 ? size : 1);
    FUZZ_CHECK(bytes);
    if (size > 0)
        memcpy(bytes, data, size);
    OWNED_JSON tree = json_parse_line(bytes, size, NULL, &gate);
    if (!tree) {
        check_refusal(&gate, bytes, size);
        free(bytes);
        return 0;
    }
    FUZZ_CHECK(gate.verdict == JSON_GOOD && !gate.why && utf8_is_valid(bytes, size));
    check_memo(bytes, size, tree, gate.values);
    OWNED_JSON theirs = cJSON_ParseWithLength(bytes, size);
    FUZZ_CHECK(theirs && json_same(tree, theirs));
    free(bytes);
    write_tree(tree, &first);
    OWNED_JSON copy = json_parse_line(first.data, first.length, NULL, &again);
    FUZZ_CHECK(copy && again.values == gate.values);
    write_tree(copy, &second);
    FUZZ_CHECK(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
    FUZZ_CHECK(!memchr(first.data, '\n', first.length));
    return 0;
}
