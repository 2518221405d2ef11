/* Names of categories, merchants, users, tags and accounts as people write them, and the ids that
 * stand for them (`c12`). Binding folds them; which row is meant is decided in SQL by the folded
 * text (names.sql, filter.sql) and, when nothing is found, by candidates.h. */
#ifndef TOOLS_SUPPORT_NAMES_H
#define TOOLS_SUPPORT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "mcp/field.h"

struct name_kind {
    const char *code;      /* for SQL: one letter */
    const char *noun;      /* "category" */
    const char *nouns;     /* "categories" */
    const char *id_prefix; /* "c", or NULL: has no ids */
    const char *none;      /* folded name of "has none": "uncategorized", "(none)" */
    int64_t max;           /* code points */
};

extern const struct name_kind name_category, name_merchant, name_user, name_tag, name_account;

/* One name as asked. `text` NULL: absent. */
struct name_ref {
    const char *text;   /* as given, blanks trimmed */
    const char *folded; /* fold_text() of it */
    int64_t id;         /* 12 for "c12" (it may still be a name), otherwise 0 */
    const struct name_kind *kind;
};

struct name_list {
    struct name_ref *items;
    size_t count;
};

/* Fills a reference from text. 0, -EINVAL (empty after folding), -ERANGE (too long), -ENOMEM. */
MUST_CHECK int name_from_text(struct arena *arena, const struct name_kind *kind, const char *text,
                              struct name_ref *ret_name);

/* "c12" → 12, "ch9" → 9; 0 when `text` is no id with that prefix (NULL: never is). */
int64_t id_parse(const char *text, const char *prefix);

/* Whether the folded text is a word that stands for "has none" (or, of categories, for all or the top of
 * them), so that nothing may be called that. */
bool name_is_reserved(const struct name_kind *kind, const char *folded);

/* Whether it is one of those that stand for "has none". */
bool name_means_none(const struct name_kind *kind, const char *folded);

/* The first such word that is the name or a part of its path; NULL: there is none. */
const char *name_reserved_part(const struct name_kind *kind, const char *folded);

/* An id of rows: `e345`. Types for arguments that take ids only. Member: int64_t for one,
 * struct field_list of int64_t for several; bare numbers are refused. `.extra` names the kind. */
struct id_kind {
    const char *prefix;
    const char *noun;
};

extern const struct id_kind id_expense, id_import, id_change;
extern const struct field_type field_id, field_ids;

extern const struct field_type field_name, field_names;

// clang-format off
/* struct name_ref: one name. */
#define ARG_CATEGORY(S, member, ...) FIELD_ROW(S, member, struct name_ref, field_name, .extra = &name_category, __VA_ARGS__)
#define ARG_MERCHANT(S, member, ...) FIELD_ROW(S, member, struct name_ref, field_name, .extra = &name_merchant, __VA_ARGS__)
#define ARG_USER(S, member, ...) FIELD_ROW(S, member, struct name_ref, field_name, .extra = &name_user, __VA_ARGS__)
#define ARG_TAG(S, member, ...) FIELD_ROW(S, member, struct name_ref, field_name, .extra = &name_tag, __VA_ARGS__)
#define ARG_ACCOUNT(S, member, ...) FIELD_ROW(S, member, struct name_ref, field_name, .extra = &name_account, __VA_ARGS__)

/* struct name_list: one or several (`.max` items, FILTER_MAX_NAMES by default). */
#define ARG_CATEGORIES(S, member, ...) FIELD_ROW(S, member, struct name_list, field_names, .extra = &name_category, __VA_ARGS__)
#define ARG_MERCHANTS(S, member, ...) FIELD_ROW(S, member, struct name_list, field_names, .extra = &name_merchant, __VA_ARGS__)
#define ARG_USERS(S, member, ...) FIELD_ROW(S, member, struct name_list, field_names, .extra = &name_user, __VA_ARGS__)
#define ARG_TAGS(S, member, ...) FIELD_ROW(S, member, struct name_list, field_names, .extra = &name_tag, __VA_ARGS__)
#define ARG_ACCOUNTS(S, member, ...) FIELD_ROW(S, member, struct name_list, field_names, .extra = &name_account, __VA_ARGS__)

/* int64_t, struct field_list of int64_t. */
#define ARG_ID(S, member, kind_, ...) FIELD_ROW(S, member, int64_t, field_id, .extra = &(kind_), __VA_ARGS__)
#define ARG_IDS(S, member, kind_, ...) FIELD_ROW(S, member, struct field_list, field_ids, .extra = &(kind_), .size = sizeof(int64_t), __VA_ARGS__)
// clang-format on

#endif
