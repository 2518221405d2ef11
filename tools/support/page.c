/* Cursors are hexadecimal of "question key id_key check", so that a person or model who changes one
 * is told so. They carry no secret and grant nothing. */
#include "tools/support/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/support/limits.h"

enum {
    PLAIN_MAX_BYTES = CURSOR_MAX_BYTES / 2
};

static uint32_t checksum(const char *text, size_t length)
{
    uint32_t hash = 0x811c9dc5; /* FNV-1a, 32 bits */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x01000193;
    return hash;
}

int page_cursor_write(struct buf *text, uint64_t question, const char *key, const char *id_key)
{
    OWNED_BUF plain = BUF_INIT(PLAIN_MAX_BYTES);
    (void)buf_printf(&plain, "%016" PRIx64 " %s %s ", question, key, id_key);
    (void)buf_printf(&plain, "%08" PRIx32, checksum(buf_text(&plain), plain.length));
    if (plain.error != 0)
        return plain.error;
    char *to = buf_reserve(text, 2 * plain.length);
    if (!to)
        return text->error;
    for (size_t i = 0; i < plain.length; i++) {
        static const char hex[] = "0123456789abcdef";
        unsigned char c = (unsigned char)plain.data[i];
        to[2 * i] = hex[c >> 4];
        to[2 * i + 1] = hex[c & 15];
    }
    buf_commit(text, 2 * plain.length);
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode(const char *text, char *plain, size_t size)
{
    size_t length = strlen(text);
    if (length % 2 != 0 || length / 2 >= size)
        return -EINVAL;
    for (size_t i = 0; i < length; i += 2) {
        int high = hex_digit(text[i]);
        int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return -EINVAL;
        plain[i / 2] = (char)(high * 16 + low);
    }
    plain[length / 2] = '\0';
    return strlen(plain) == length / 2 ? 0 : -EINVAL;
}

/* A number as SQL prints it. */
static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "-0123456789.")] == '\0';
}

/* Splits the plain text in place. */
static int take_parts(char *plain, struct cursor *cursor)
{
    char *check = strrchr(plain, ' ');
    char *key = strchr(plain, ' ');
    char *id_key = key ? strchr(key + 1, ' ') : NULL;
    char expected[16];
    char *end = NULL;
    if (!check || !id_key || id_key == check)
        return -EINVAL;
    size_t checked = (size_t)(check + 1 - plain);
    (void)snprintf(expected, sizeof(expected), "%08" PRIx32, checksum(plain, checked));
    *key++ = *id_key++ = *check++ = '\0';
    uint64_t question = strtoull(plain, &end, 16);
    if (strcmp(expected, check) != 0 || !is_number(key) || !is_number(id_key) || *end != '\0')
        return -EINVAL;
    *cursor = (struct cursor){.key = key, .id_key = id_key, .question = question};
    return 0;
}

static void cursor_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "string");
}

static int cursor_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    (void)field;
    char plain[PLAIN_MAX_BYTES + 1];
    int r = -EINVAL;
    if (cJSON_IsString(value) && decode(value->valuestring, plain, sizeof(plain)) == 0) {
        char *copy = arena_strdup(bind->arena, plain);
        if (!copy)
            return -ENOMEM;
        r = take_parts(copy, target);
    }
    if (r != 0)
        return bind_fail(bind, "is damaged; use next_cursor of the page before, unchanged");
    return 0;
}

const struct field_type field_cursor = {
    .name = "cursor",
    .schema = cursor_schema,
    .bind = cursor_bind,
};

bool page_cursor_fits(struct call *call, const struct cursor *cursor, uint64_t question)
{
    if (!cursor->key || cursor->question == question)
        return true;
    (void)call_refuse(call, "cursor",
                      "belongs to another question; repeat all other arguments unchanged, or leave "
                      "the cursor out to start anew");
    return false;
}
