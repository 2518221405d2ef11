/* The names that a write uses, each kind and spelling once, in the order in which statements number
 * them (from 1). The first one is who is speaking. */
#ifndef TOOLS_SUPPORT_ASKED_H
#define TOOLS_SUPPORT_ASKED_H

#include <stddef.h>
#include <stdint.h>

#include "tools/support/candidates.h"
#include "tools/support/names.h"

enum {
    ASKED_SPEAKER = 1
};

struct asked {
    struct arena *arena;
    struct name_ref **names;
    const char **fields;   /* the argument that used it first */
    const char **purposes; /* what a category would be for; NULL: nothing was said */
    size_t count;
    size_t room;   /* names that fit before the lists grow */
    size_t *slots; /* hash table: number of a name, 0 free */
    bool is_full;  /* more than ASKED_MAX names */
    int error;     /* 0 or -ENOMEM */
};

/* Begins with the speaker (folded name, or NULL for nobody). 0 or -ENOMEM. */
MUST_CHECK int asked_begin(struct asked *asked, struct call *call);

/* The number of the name, 0 when it is absent. `field` is kept when the name is new. */
size_t asked_add(struct asked *asked, struct name_ref *name, const char *field);

/* What the category of this number would be for, if it had to be made: the kind of an expense. One of
 * expenses takes entries of all kinds, so that is what entries of several kinds make of it. */
void asked_purpose(struct asked *asked, size_t number, const char *kind);

/* Array texts for unnest($n::text[], $n::bigint[], $n::text[]), in the arena. 0 or -ENOMEM. */
MUST_CHECK int asked_values(const struct asked *asked, const char **ret_kinds, const char **ret_ids,
                            const char **ret_names);

/* The question for names_settle(). */
void asked_question(const struct asked *asked, struct name_question *ret_question);

#endif
