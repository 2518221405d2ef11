/* Writes JSON in a canonical order. Numbers and texts stay as they came: 12.5 and 12.50 differ, for
 * who repeats a request repeats its bytes. */
#include "tools/support/canonical.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/json_out.h"

enum {
    CANONICAL_MAX = 5 * 1024 * 1024
};

static void write_value(struct json_out *out, const cJSON *value);

static int by_name(const void *one, const void *other)
{
    const cJSON *const *a = one;
    const cJSON *const *b = other;
    return strcmp((*a)->string, (*b)->string);
}

static bool is_apart(const char *name, const char *const *apart)
{
    for (; apart && *apart; apart++) {
        if (strcmp(name, *apart) == 0)
            return true;
    }
    return false;
}

static void write_object(struct json_out *out, const cJSON *object, const char *const *apart)
{
    size_t count = 0;
    const cJSON *member;
    cJSON_ArrayForEach (member, object)
        count++;
    const cJSON **members = mem_calloc(count + 1, sizeof(void *));
    if (!members) {
        out->buf->error = out->buf->error ? out->buf->error : -ENOMEM;
        return;
    }
    count = 0;
    cJSON_ArrayForEach (member, object) {
        if (!is_apart(member->string, apart))
            members[count++] = member;
    }
    qsort(members, count, sizeof(void *), by_name);
    json_object(out);
    for (size_t i = 0; i < count; i++) {
        json_key(out, members[i]->string);
        write_value(out, members[i]);
    }
    json_end_object(out);
    mem_free(members);
}

static void write_value(struct json_out *out, const cJSON *value)
{
    if (cJSON_IsObject(value)) {
        write_object(out, value, NULL);
    } else if (cJSON_IsArray(value)) {
        const cJSON *item;
        json_array(out);
        cJSON_ArrayForEach (item, value)
            write_value(out, item);
        json_end_array(out);
    } else {
        json_write(out, value);
    }
}

const char *canonical_text(struct arena *arena, const cJSON *value, const char *const *apart)
{
    OWNED_BUF text = BUF_INIT(CANONICAL_MAX);
    struct json_out out;
    json_out_init(&out, &text);
    if (cJSON_IsObject(value))
        write_object(&out, value, apart);
    else
        json_write(&out, value);
    if (json_out_error(&out) != 0)
        return NULL;
    return arena_strndup(arena, buf_text(&text), text.length);
}
