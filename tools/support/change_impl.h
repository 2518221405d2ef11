/* What the files of the frame of writes share: the change itself. Not for tools. */
#ifndef TOOLS_SUPPORT_CHANGE_IMPL_H
#define TOOLS_SUPPORT_CHANGE_IMPL_H

#include "tools/support/change.h"
#include "tools/support/limits.h"

enum {
    CHANGE_ARRAY_MAX = 32 * 1024 * 1024 /* bytes of the list of entities */
};

struct change {
    struct call *call;
    const struct change_kind *kind;
    void *state;

    const char *key;
    const char *arguments; /* canonical; NULL when the key is our own */
    const char *speaker;   /* folded, or NULL */
    const char *exponent;  /* decimals of the ledger's currency */
    const char *reason;
    const char *undoes;

    int tries;
    struct tool_tx *tx;
    const char *id;          /* once it is open */
    bool opens;              /* the trip under way opens it, with the last of the frame's steps */
    bool commits;            /* the trip under way is the last one */
    bool announces_later;    /* … and leaves its announcement to announce.h */
    const char *token;       /* of a dry run that has to be confirmed; else NULL */
    int64_t rows_to_confirm; /* … and how many rows it stands for */
    int64_t confirmed_rows;  /* what the client's token stands for; -1: nothing */
    bool shares;             /* its COMMIT may be that of others as well */
    bool takes_token;        /* the trip that opens takes it, in the step before */
    bool may_be_saved;       /* a try ended open, and no COMMIT was seen since */
    bool was_unknown;        /* a try ended without a word about its COMMIT */

    struct db_step steps[CHANGE_STEPS_MAX];
    size_t step_count;
    size_t frame_steps; /* of them in front, whose rows the tool does not get */
    size_t rows_at;     /* the step whose rows are the answer */
    change_done *done;
    struct buf entities, numbers;         /* what is to be kept, as arrays */
    struct buf new_entities, new_numbers; /* … and what was just made */
    int error;                            /* remembered until the trip is sent */
};

struct change *change_of(const struct call *call);

/* change_key.c: 0, a negative errno, or 1 when the key was refused. */
int change_take_key(struct change *change);

/* change_steps.c: a copy of values in the arena, NULL (and change->error) when out of memory; the
 * steps in front that keep what was listed; and an empty list. */
const char **change_values(struct change *change, const char *const *values, size_t count);
void change_keep_steps(struct change *change);
void change_clear_kept(struct change *change);

/* change_confirm.c: values of the step that takes the client's token, NULL when out of memory; and
 * the end of a dry run whose answer is written, with change->token in it. */
const char *const *change_token_values(struct change *change);
MUST_CHECK int change_give_token(struct change *change);

/* change_answer.c: the last trip is done. */
int change_answer_done(struct change *change, const struct db_rows *const *rows);

/* change_answer.c: nothing was to change; rolls back. */
MUST_CHECK int change_answer_nothing(struct change *change);

/* change_answer.c: nothing was done; looks for a change under the key, then explains. */
int change_find(struct change *change);

#endif
