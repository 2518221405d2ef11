/* The expenses that a write is about: some ids, or whatever a filter matches, and then how many that
 * are, so that nobody changes more than he thinks. */
#ifndef TOOLS_SUPPORT_TARGETS_H
#define TOOLS_SUPPORT_TARGETS_H

#include "tools/support/asked.h"
#include "tools/support/change.h"
#include "tools/support/filter.h"

struct targets_args {
    struct field_list ids; /* of int64_t */
    struct filter filter;
    struct field_opt_int expected_count;
};

enum target_column {
    TARGET_ID,
    TARGET_KIND,
    TARGET_CURRENCY,
    TARGET_AMOUNT,
    TARGET_RECEIPT,
    TARGET_DELETED,
    TARGET_CATEGORY,
    TARGET_USER,
    TARGET_PAYER,
    TARGET_CATEGORY_KIND, /* with its path, for when only the kind of the entry changes */
    TARGET_CATEGORY_PATH
};

struct targets {
    struct targets_args *args;
    bool by_filter;
    const char *values[FILTER_PARAMS + 1];
    size_t rows_at, names_at; /* numbers of the steps */
    int64_t *ids;             /* after targets_check() */
    size_t count;
    const char *ids_text; /* as an array */
};

/* Looks at the arguments before the change starts: 0; 1 when they were refused; negative errno. */
MUST_CHECK int targets_begin(struct call *call, struct targets *targets, struct targets_args *args);

/* Adds the steps that find and lock them. 0 or negative errno. */
MUST_CHECK int targets_steps(struct change *change, struct targets *targets);

/* In the continuation: 0 when these are the ones that were meant; 1 when the change was refused (or a
 * look-up goes on); negative errno. */
MUST_CHECK int targets_check(struct change *change, struct targets *targets,
                             const struct db_rows *const *rows);

// clang-format off
/* The members of struct targets_args, flat. `S` is the struct that embeds it as `member`. */
#define TARGETS_FIELDS                                                                             \
    (const struct field[]){                                                                        \
        ARG_IDS(struct targets_args, ids, id_expense, .max = CHANGE_ROWS_MAX,                      \
                .doc = "e.g. e345; or a filter."),                                                 \
        ARG_FILTER(struct targets_args, filter, NULL),                                             \
        ARG_OPT_INT(struct targets_args, expected_count, .min = 0, .max = INT32_MAX,               \
                    .flags = FIELD_PLAIN, .doc = "What the filter matches."),                      \
        ARG_END,                                                                                   \
    }
#define ARG_TARGETS(S, member)                                                                     \
    FIELD_ROW(S, member, struct targets_args, field_group, .fields = TARGETS_FIELDS,               \
              .doc = "Which expenses.")
// clang-format on

/* --- names of a few arguments -------------------------------------------------------------------- */

/* Adds the step that looks names up (asked.h): values as sql_resolve wants them, of which the first
 * is filled here. */
MUST_CHECK int targets_resolve_step(struct change *change, const struct asked *asked,
                                    size_t *ret_step);

/* In the continuation: `ret_ids[number]` for each name, 0 for "none of them". 0; 1 when the change was
 * refused or runs again; negative errno. */
MUST_CHECK int targets_resolved(struct change *change, const struct asked *asked,
                                struct name_question *question, const struct db_rows *rows,
                                int64_t **ret_ids);

/* In the continuation, where the categories are those that entries shall have: 0, or 1 when one of them
 * was archived and the change refused. */
MUST_CHECK int targets_refuse_archived(struct change *change, const struct asked *asked,
                                       const struct db_rows *rows);

/* In the continuation: whether the category of this number, if it is one, takes entries of this kind: 0, 1
 * (refused). */
MUST_CHECK int targets_refuse_kind(struct change *change, const struct asked *asked,
                                   const struct db_rows *rows, size_t number, const char *kind);

/* Whether a category of kind `category` takes entries of kind `kind`: one of expenses takes all, as
 * sums say what they leave out of it; one of income or transfers only its own. */
bool targets_kind_fits(const char *category, const char *kind);

/* Numbers for rows to come. */
size_t targets_reserve_step(struct change *change, size_t count);

#endif
