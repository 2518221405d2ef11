/* What update_expenses sets: checked against the expenses that it is for, and written as the JSON
 * that its statements read. */
#ifndef TOOLS_SUPPORT_CORRECTION_H
#define TOOLS_SUPPORT_CORRECTION_H

#include "tools/support/asked.h"
#include "tools/support/change.h"
#include "tools/support/date.h"
#include "tools/support/draft.h"
#include "tools/support/money.h"

struct correction_args {
    struct money amount;
    struct date_arg date;
    const char *merchant, *description, *notes; /* "" takes it away */
    struct name_ref category, user, account, paid_by;
    struct name_list tags, add_tags, remove_tags;
    const char *currency;
    const char *kind;
    int64_t refund_of;
    struct field_list splits; /* of struct draft_split */
};

struct correction_tags {
    bool given;
    size_t *numbers; /* among the names */
    size_t count;
};

struct correction {
    struct correction_args *args;
    struct asked asked;
    struct name_question question;
    size_t category, user, account, paid_by; /* numbers of names, 0: not said */
    struct correction_tags tags, added, removed;
    size_t *split_categories, *split_users;
    struct money *split_amounts; /* after correction_check() */
};

/* Collects the names; 0, 1 (refused), or negative errno. */
MUST_CHECK int correction_begin(struct call *call, struct correction *correction,
                                struct correction_args *args);

/* Whether it fits all of the locked rows (targets.sql); `names` are the ids by number, `resolved` the rows
 * that told them. 0, 1 (refused), or negative errno. */
MUST_CHECK int correction_check(struct change *change, struct correction *correction,
                                const int64_t *names, const struct db_rows *resolved,
                                const struct db_rows *locked);

/* What `apply` sets; `names` are the ids by number. `receipt`: the expense becomes the first line of
 * a receipt of that number, or NULL. NULL when out of memory. */
const char *correction_json(const struct correction *correction, struct arena *arena,
                            const int64_t *names, const int64_t *receipt);

struct correction_lines {
    const char *json;
    int64_t *ids;
    const char *ids_text;
    size_t count;
};

/* The lines behind the first one, with the numbers that were reserved; what they do not say they
 * take from the expense as it was. 0 or -ENOMEM. */
MUST_CHECK int correction_lines(const struct correction *correction, struct arena *arena,
                                const int64_t *names, const struct db_rows *locked,
                                const struct db_rows *reserved, struct correction_lines *ret_lines);

/* Array text of the tags' ids. */
const char *correction_tag_ids(struct arena *arena, const struct correction_tags *tags,
                               const int64_t *names);

#endif
