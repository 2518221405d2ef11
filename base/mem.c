/* The heap, with a fault injector. No pools and no statistics: malloc(3) is good at those. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static unsigned long allocations;
static unsigned long fail_at;
static int fail_all_after;

static int refuse(void)
{
    allocations++;
    if (fail_at == 0)
        return 0;
    return allocations == fail_at || (fail_all_after && allocations > fail_at);
}

void *mem_alloc(size_t size)
{
    if (refuse())
        return NULL;
    return malloc(size > 0 ? size : 1);
}

void *mem_calloc(size_t count, size_t size)
{
    if (refuse())
        return NULL;
    if (count == 0 || size == 0)
        return malloc(1);
    return calloc(count, size);
}

void *mem_zalloc(size_t size)
{
    return mem_calloc(1, size);
}

void *mem_realloc(void *memory, size_t size)
{
    if (refuse())
        return NULL;
    return realloc(memory, size > 0 ? size : 1);
}

char *mem_strndup(const char *text, size_t length)
{
    char *copy = mem_alloc(length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

void mem_free(void *memory)
{
    free(memory);
}

void mem_fail_at(unsigned long n, int all_after)
{
    allocations = 0;
    fail_at = n;
    fail_all_after = all_after;
}

unsigned long mem_allocations(void)
{
    return allocations;
}

void mem_free_text(char **text)
{
    mem_free(*text);
}
