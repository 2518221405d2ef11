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
    ROOM_FIRST = 16, /* most writes use fewer names */
    ROOM_GROWTH = 8,
    SLOTS_PER_NAME = 4, /* a table that fills up would be searched for ever */
    ARRAY_TEXT_MAX = 8 * 1024 * 1024
};

_Static_assert((ROOM_FIRST & (ROOM_FIRST - 1)) == 0, "slots are counted by a mask");

/* FNV-1a */
static uint32_t hash_of(const struct name_ref *name)
{
    uint32_t hash = 2166136261U;
    hash = (hash ^ (unsigned char)name->kind->code[0]) * 16777619U;
    for (const char *c = name->folded; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    return hash;
}

static bool is_same(const struct name_ref *one, const struct name_ref *other)
{
    return one->folded && one->kind == other->kind && strcmp(one->folded, other->folded) == 0;
}

/* The slot of the name, or the free one where it belongs. */
static size_t *slot_of(const struct asked *asked, const struct name_ref *name)
{
    size_t mask = asked->room * SLOTS_PER_NAME - 1;
    size_t at = hash_of(name) & mask;
    while (asked->slots[at] != 0 && !is_same(asked->names[asked->slots[at] - 1], name))
        at = (at + 1) & mask;
    return &asked->slots[at];
}

/* 0 or -ENOMEM. */
static int make_room(struct asked *asked, size_t room)
{
    struct asked larger = *asked;
    larger.room = room;
    larger.names = arena_array(asked->arena, room, sizeof(void *));
    larger.fields = arena_array(asked->arena, room, sizeof(*larger.fields));
    larger.purposes = arena_array(asked->arena, room, sizeof(*larger.purposes));
    larger.slots = arena_array(asked->arena, room * SLOTS_PER_NAME, sizeof(*larger.slots));
    if (!larger.names || !larger.fields || !larger.purposes || !larger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < asked->count; i++) {
        larger.names[i] = asked->names[i];
        larger.fields[i] = asked->fields[i];
        larger.purposes[i] = asked->purposes[i];
        if (i >= ASKED_SPEAKER)
            *slot_of(&larger, larger.names[i]) = i + 1;
    }
    *asked = larger;
    return 0;
}

static void append(struct asked *asked, struct name_ref *name, const char *field)
{
    asked->names[asked->count] = name;
    asked->purposes[asked->count] = NULL;
    asked->fields[asked->count++] = field;
}

int asked_begin(struct asked *asked, struct call *call)
{
    struct arena *arena = call_arena(call);
    const char *speaker = call_context(call)->user_name;
    *asked = (struct asked){.arena = arena};
    struct name_ref *name = arena_alloc(arena, sizeof(*name));
    if (!name || make_room(asked, ROOM_FIRST) != 0)
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
    size_t *slot = slot_of(asked, name);
    if (*slot != 0)
        return *slot;
    if (asked->count == ASKED_MAX) {
        asked->is_full = true;
        return 0;
    }
    const char *kept = arena_strdup(asked->arena, field);
    if (!kept ||
        (asked->count == asked->room && make_room(asked, asked->room * ROOM_GROWTH) != 0)) {
        asked->error = -ENOMEM;
        return 0;
    }
    append(asked, name, kept);
    *slot_of(asked, name) = asked->count;
    return asked->count;
}

void asked_purpose(struct asked *asked, size_t number, const char *kind)
{
    const char *purpose = strcmp(kind, "refund") == 0 ? "expense" : kind;
    if (number == 0)
        return;
    const char **kept = &asked->purposes[number - 1];
    *kept = *kept && strcmp(*kept, purpose) != 0 ? "expense" : purpose;
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
