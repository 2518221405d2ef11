/* Our trees beside those that cJSON's own parser makes of the same text. */
#ifndef TESTS_SUPPORT_JSON_SAME_H
#define TESTS_SUPPORT_JSON_SAME_H

#include <stdbool.h>
#include <string.h>

#include "mcp/json.h"

static inline bool json_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline bool json_same(const cJSON *ours, const cJSON *theirs);

/* Children, their names, and both directions of the chain between them. */
static inline bool json_same_children(const cJSON *ours, const cJSON *theirs)
{
    const cJSON *a = ours->child;
    const cJSON *b = theirs->child;
    const cJSON *before = NULL;
    for (; a && b; before = a, a = a->next, b = b->next) {
        if (!json_same_text(a->string, b->string) || !json_same(a, b) ||
            (before && a->prev != before))
            return false;
    }
    return !a && !b && (!ours->child || ours->child->prev == before);
}

/* The same kind and the same content; numbers, which are text here and not there, are both there. */
static inline bool json_same(const cJSON *ours, const cJSON *theirs)
{
    if (cJSON_IsNumber(theirs))
        return json_is_number(ours) && json_number_text(ours)[0] != '\0';
    if (json_kind(ours) != json_kind(theirs))
        return false;
    return json_same_text(ours->valuestring, theirs->valuestring) &&
           json_same_children(ours, theirs);
}

#endif
