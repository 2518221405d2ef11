/* Collects names without repeats, by an open hash table in the call's arena. */
#include "tools/support/asked.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "db/query.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"

enum {
    SLOTS = 4 * 1024, /* a power of two, well above ASKED_MAX */
    ARRAY_TEXT_MAX = 8 * 1024 * 1024
};

_Static_assert(SLOTS > 2 * ASKED_MAX, "a full table would be searched for ever");

/* FNV-1a */
static size_t hash_of(const struct name_ref *name)
{
    uint32_t hash = 2166136261U;
    hash = (hash ^ (unsigned char)name->kind->code[0]) * 16777619U;
    for (const char *c = name->folded; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    return hash & (SLOTS - 1);
}

static bool is_same(const struct name_ref *one, const struct name_ref *other)
{
    return one->folded && one->kind == other->kind && strcmp(one->folded, other->folded) == 0;
}

static void append(struct asked *asked, struct name_ref *name, const char *field)
{
    asked->names[asked->count] = name;
    asked->purposes[asked->count] = "expense";
    asked->fields[asked->count++] = field;
}

int asked_begin(struct asked *asked, struct call *call)
{
    struct arena *arena = call_arena(call);
    const char *speaker = call_context(call)->user_name;
    *asked = (struct asked){
        .arena = arena,
        .names = arena_array(arena, ASKED_MAX, sizeof(void *)),
        .fields = arena_array(arena, ASKED_MAX, sizeof(*asked->fields)),
        .purposes = arena_array(arena, ASKED_MAX, sizeof(*asked->purposes)),
        .slots = arena_array(arena, SLOTS, sizeof(*asked->slots)),
    };
    struct name_ref *name = arena_alloc(arena, sizeof(*name));
    if (!asked->names || !asked->fields || !asked->purposes || !asked->slots || !name)
        return -ENOMEM;
    name->kind = &name_user;
    if (speaker && name_from_text(arena, &name_user, speaker, name) == -ENOMEM)
        return -ENOMEM;
    append(asked, name, "user");
    return 0;
}

size_t asked_add(struct asked *asked, struct name_ref *name, const char *field)
{
    if (!name->text || asked->is_full)
        return 0;
    size_t slot = hash_of(name);
    while (asked->slots[slot] != 0) {
        size_t number = asked->slots[slot];
        if (is_same(asked->names[number - 1], name))
            return number;
        slot = (slot + 1) & (SLOTS - 1);
    }
    if (asked->count == ASKED_MAX) {
        asked->is_full = true;
        return 0;
    }
    const char *kept = arena_strdup(asked->arena, field);
    if (!kept)
        asked->error = -ENOMEM;
    append(asked, name, kept ? kept : "");
    asked->slots[slot] = asked->count;
    return asked->count;
}

void asked_purpose(struct asked *asked, size_t number, const char *kind)
{
    if (number > 0 && (strcmp(kind, "income") == 0 || strcmp(kind, "transfer") == 0))
        asked->purposes[number - 1] = kind;
}

static const char *take_array(const struct asked *asked, struct buf *array)
{
    const char *text = NULL;
    if (db_array_end(array) == 0)
        text = arena_strndup(asked->arena, buf_text(array), array->length);
    buf_free(array);
    return text;
}

int asked_values(const struct asked *asked, const char **ret_kinds, const char **ret_ids,
                 const char **ret_names)
{
    struct buf kinds = BUF_INIT(ARRAY_TEXT_MAX);
    struct buf ids = BUF_INIT(ARRAY_TEXT_MAX);
    struct buf names = BUF_INIT(ARRAY_TEXT_MAX);
    for (size_t i = 0; i < asked->count; i++) {
        const struct name_ref *name = asked->names[i];
        char id[24];
        (void)snprintf(id, sizeof(id), "%lld", (long long)name->id);
        (void)db_array_append(&kinds, name->kind->code);
        (void)db_array_append(&ids, name->id > 0 ? id : NULL);
        (void)db_array_append(&names, name->folded);
    }
    *ret_kinds = take_array(asked, &kinds);
    *ret_ids = take_array(asked, &ids);
    *ret_names = take_array(asked, &names);
    return *ret_kinds && *ret_ids && *ret_names && asked->error == 0 ? 0 : -ENOMEM;
}

void asked_question(const struct asked *asked, struct name_question *ret_question)
{
    *ret_question = (struct name_question){
        .asked = asked->names,
        .fields = asked->fields,
        .count = asked->count,
        .is_write = true,
    };
}
