/* Canonical walk over a tree: members by name, numbers as written. */
#include "mcp/json_digest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int add_value(struct sha256_ctx *sha, const cJSON *value);

static void add_mark(struct sha256_ctx *sha, char mark)
{
    sha256_update(sha, 1, (const uint8_t *)&mark);
}

static void add_text(struct sha256_ctx *sha, char mark, const char *text)
{
    add_mark(sha, mark);
    sha256_update(sha, strlen(text) + 1, (const uint8_t *)text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

static int add_members(struct sha256_ctx *sha, const cJSON *object)
{
    size_t count = (size_t)cJSON_GetArraySize(object);
    const cJSON **members = mem_calloc(count, sizeof(const cJSON *));
    const cJSON *member;
    size_t i = 0;
    int r = 0;
    if (!members)
        return -ENOMEM;
    cJSON_ArrayForEach (member, object)
        members[i++] = member;
    if (count > 0)
        qsort((void *)members, count, sizeof(const cJSON *), by_name);
    for (i = 0; i < count && r == 0; i++) {
        add_text(sha, 'k', members[i]->string);
        r = add_value(sha, members[i]);
    }
    mem_free((void *)members);
    return r;
}

static int add_items(struct sha256_ctx *sha, const cJSON *array)
{
    const cJSON *item;
    int r = 0;
    cJSON_ArrayForEach (item, array) {
        r = add_value(sha, item);
        if (r < 0)
            break;
    }
    return r;
}

static int add_value(struct sha256_ctx *sha, const cJSON *value)
{
    int r = 0;
    if (!value || cJSON_IsObject(value)) {
        add_mark(sha, '{');
        r = value ? add_members(sha, value) : 0;
        add_mark(sha, '}');
    } else if (cJSON_IsArray(value)) {
        add_mark(sha, '[');
        r = add_items(sha, value);
        add_mark(sha, ']');
    } else if (cJSON_IsString(value)) {
        add_text(sha, 's', value->valuestring);
    } else if (json_is_number(value)) {
        add_text(sha, 'n', json_number_text(value));
    } else {
        add_text(sha, 'w', cJSON_IsTrue(value) ? "true" : cJSON_IsFalse(value) ? "false" : "null");
    }
    return r;
}

int json_digest(const cJSON *value, uint8_t ret_digest[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    int r = add_value(&sha, value);
    if (r == 0)
        sha256_digest(&sha, SHA256_DIGEST_SIZE, ret_digest);
    return r;
}
