/* Intrusive doubly linked list: the links lie in the object, so that linking never allocates. A
 * `struct list` is both the head of a list and the link in a member; a link that is in no list
 * points to itself. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>

#include "base/own.h"

struct list {
    struct list *next;
    struct list *prev;
};

static inline void list_init(struct list *list)
{
    list->next = list;
    list->prev = list;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

/* Takes the link out of whatever list it is in; harmless when it is in none. */
static inline void list_remove(struct list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}

/* Adds at the end; the link must be in no list. */
static inline void list_append(struct list *list, struct list *link)
{
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

static inline void list_prepend(struct list *list, struct list *link)
{
    list_append(list->next, link);
}

/* The first object of the list, NULL when it is empty. */
#define LIST_FIRST(list, type, member) \
    (list_is_empty(list) ? NULL : CONTAINER_OF((list)->next, type, member))

#define LIST_FOREACH(link, head) \
    for (struct list *link = (head)->next; (link) != (head); (link) = (link)->next)

/* The same, when the body may remove `link` itself. */
#define LIST_FOREACH_SAFE(link, head)                                                     \
    for (struct list *link = (head)->next, *link##_next = (link)->next; (link) != (head); \
         (link) = link##_next, link##_next = (link)->next)

#endif
