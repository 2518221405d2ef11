/* The one door to the heap for our own code and, through their hooks, for cJSON and libuv, so that
 * a test can let the n-th allocation fail. Who allocates, frees; mem_free() takes NULL. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/own.h"

/* Like malloc(3), calloc(3) with one object, realloc(3), strdup(3), strndup(3): NULL when out of
 * memory. A size of 0 gives a pointer that may be freed and not read. */
MUST_CHECK void *mem_alloc(size_t size);
MUST_CHECK void *mem_zalloc(size_t size);
MUST_CHECK void *mem_calloc(size_t count, size_t size);
MUST_CHECK void *mem_realloc(void *memory, size_t size);
MUST_CHECK char *mem_strdup(const char *text);
MUST_CHECK char *mem_strndup(const char *text, size_t length);
void mem_free(void *memory);

/* For tests: the n-th allocation from now on fails, and with `all_after` every later one too;
 * 0 ends it. mem_allocations() counts since the last call of mem_fail_at(). */
void mem_fail_at(unsigned long n, int all_after);
unsigned long mem_allocations(void);

/* For OWNED_TEXT: frees *text. */
void mem_free_text(char **text);

#define OWNED_TEXT CLEANUP(mem_free_text) char *

#endif
