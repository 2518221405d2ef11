/* Bump allocator over a chain of blocks. Large objects get a block of their own. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
    ARENA_FIRST_SIZE =
        960, /* small pieces of work need no more, and malloc(3) is fast up to here */
    ARENA_BLOCK_SIZE = 4096,
    ARENA_ALIGNMENT = 16,
    ARENA_PRINT_SIZE = 256 /* most texts are shorter, and are formatted once */
};

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(ARENA_ALIGNMENT) char bytes[];
};

void arena_init(struct arena *arena, size_t cap)
{
    *arena = (struct arena){.cap = cap};
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        mem_free(block);
        block = next;
    }
    arena_init(arena, arena->cap);
}

static struct arena_block *block_with_room(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    if (block && block->size - block->used >= size)
        return block;
    size_t room = block ? ARENA_BLOCK_SIZE : ARENA_FIRST_SIZE;
    if (size > room)
        room = size;
    block = mem_alloc(sizeof(*block) + room);
    if (!block)
        return NULL;
    *block = (struct arena_block){.next = arena->blocks, .size = room};
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > arena->cap - arena->used)
        return NULL;
    size_t rounded = (size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
    struct arena_block *block = block_with_room(arena, rounded);
    if (!block)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += rounded;
    arena->used += size;
    return memset(memory, 0, rounded);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (copy && length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_join(struct arena *arena, const char *const *texts)
{
    size_t length = 0;
    for (size_t i = 0; texts[i]; i++)
        length += strlen(texts[i]);
    char *joined = arena_alloc(arena, length + 1);
    char *at = joined;
    for (size_t i = 0; joined && texts[i]; i++)
        at = mempcpy(at, texts[i], strlen(texts[i]));
    return joined;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    UNSET char few[ARENA_PRINT_SIZE];
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(few, sizeof(few), format, again);
    va_end(again);
    if (length < 0)
        return NULL;
    if ((size_t)length < sizeof(few))
        return arena_strndup(arena, few, (size_t)length);
    char *text = arena_alloc(arena, (size_t)length + 1);
    if (text)
        (void)vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
