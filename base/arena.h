/* Memory that lives as long as one piece of work, such as a request, and dies at once with it:
 * allocate as you go, never free a piece. arena_free() gives everything back. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/own.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out, for the limit */
    size_t cap;                 /* most bytes to hand out */
};

void arena_init(struct arena *arena, size_t cap);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any object; NULL when out of memory or over the cap. */
MUST_CHECK void *arena_alloc(struct arena *arena, size_t size);
MUST_CHECK void *arena_array(struct arena *arena, size_t count, size_t size);
MUST_CHECK char *arena_strdup(struct arena *arena, const char *text);
MUST_CHECK char *arena_strndup(struct arena *arena, const char *text, size_t length);
/* The texts one behind the other; the last one is NULL. */
MUST_CHECK char *arena_join(struct arena *arena, const char *const *texts);
MUST_CHECK char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
MUST_CHECK char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    PRINTF_LIKE(2, 0);

#endif
