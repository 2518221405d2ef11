/* What can be done to categories: for each operation the steps that look (once the names are known),
 * and those that do it, or a refusal. */
#ifndef TOOLS_SUPPORT_CATEGORY_EDIT_H
#define TOOLS_SUPPORT_CATEGORY_EDIT_H

#include "tools/support/asked.h"
#include "tools/support/change.h"

enum {
    CATEGORY_STAYS = -1 /* parent_id: where it is */
};

struct manage_categories_args {
    const char *op;
    struct name_ref category;
    struct name_ref into;
    struct name_ref parent;
    const char *color;
    const char *kind;
};

struct managing;

/* An operation: its steps once the names are known, and what follows. */
struct operation {
    const char *name;
    int (*plan)(struct change *change, struct managing *managing);
    int (*apply)(struct change *change, struct managing *managing,
                 const struct db_rows *const *rows);
    const char *done, *would; /* "Renamed", "Would rename" */
};

struct managing {
    struct manage_categories_args *args;
    const struct operation *operation;
    struct asked asked;
    struct name_question question;
    struct name_ref path_parent; /* of a new category written as "Parent: Child" */
    const char *name, *folded;   /* new ones, or NULL */
    const char *color;
    size_t category, into, parent;                       /* their numbers among the names, or 0 */
    int64_t category_id, into_id, parent_id;             /* STAYS: not asked for */
    const char *category_text, *into_text, *parent_text; /* the same as texts */
    size_t names_at, plan_at, subtree_at, expenses_at, budgets_at, recurring_at;
};

/* By name; `count` of them. */
extern const struct operation category_operations[];
extern const size_t category_operation_count;

/* Nobody else changes the tree until the change is over. */
void category_lock(struct change *change);

#endif
