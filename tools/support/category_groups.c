/* Joins sums with names by a hash of the ids: in proportion to the rows and the categories, but for the
 * sorting of the groups. */
#include "tools/support/category_groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/support/answer.h"
#include "tools/support/basis.h"
#include "tools/support/group.h"

enum {
    FEWEST_SLOTS = 4
};

/* 2^64 divided by the golden ratio: spreads ids that follow each other. */
static const uint64_t SPREAD = UINT64_C(0x9e3779b97f4a7c15);

struct group {
    int64_t category; /* 0: rows without one */
    const char *label;
    struct decimal total;
    int64_t counted;
    size_t sums; /* that it is made of; the last of them: */
    size_t row;
};

struct groups {
    struct arena *arena;
    const struct db_rows *rows;
    const char *const *kinds;
    struct group *all;
    size_t count;
    struct group **ordered; /* those that count something */
    size_t ordered_count;
    struct group **slots; /* open addressing by category, at most half full */
    size_t slot_count;    /* a power of two */
    struct basis basis;
};

static bool is_sum(const struct db_rows *rows, size_t row)
{
    return db_rows_length(rows, row, CATEGORY_SUM_KIND) > 0;
}

/* The slot of the category, or the free one where it belongs. */
static struct group **find(const struct groups *groups, int64_t category)
{
    size_t slot = (size_t)((uint64_t)category * SPREAD >> 32) & (groups->slot_count - 1);
    while (groups->slots[slot] && groups->slots[slot]->category != category)
        slot = (slot + 1) & (groups->slot_count - 1);
    return &groups->slots[slot];
}

/* 0, or -EINVAL when the category has one already. */
static int add_group(struct groups *groups, int64_t category, const char *label)
{
    struct group **slot = find(groups, category);
    if (*slot)
        return -EINVAL;
    *slot = &groups->all[groups->count++];
    **slot = (struct group){.category = category, .label = label};
    return 0;
}

static size_t count_names(const char *names)
{
    size_t count = 1;
    while ((names = strchr(names, UNIT_SEPARATOR))) {
        count++;
        names++;
    }
    return count;
}

/* Moves behind the id and the blank; 0 when there are none. */
static int64_t take_id(char **text)
{
    int64_t id = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        id = 10 * id + (**text - '0');
    if (**text != ' ')
        return 0;
    (*text)++;
    return id;
}

/* Of "id name" joined by separators. 0, or -EINVAL when it is anything else: a name that holds one. */
static int add_named(struct groups *groups, char *names)
{
    int r = 0;
    while (r == 0 && *names != '\0') {
        int64_t category = take_id(&names);
        char *end = strchrnul(names, UNIT_SEPARATOR);
        bool is_last = *end == '\0';
        *end = '\0';
        r = category > 0 ? add_group(groups, category, names) : -EINVAL;
        names = is_last ? end : end + 1;
    }
    return r;
}

/* A group for each category, and one for rows without. */
static int make_groups(struct groups *groups, const char *list)
{
    size_t most = count_names(list) + 1;
    groups->slot_count = FEWEST_SLOTS;
    while (groups->slot_count < 2 * most)
        groups->slot_count *= 2;
    groups->slots = arena_array(groups->arena, groups->slot_count, sizeof(struct group *));
    groups->all = arena_array(groups->arena, most, sizeof(*groups->all));
    char *names = arena_strdup(groups->arena, list);
    if (!groups->slots || !groups->all || !names)
        return -ENOMEM;
    int r = add_group(groups, 0, "Uncategorized");
    return r == 0 ? add_named(groups, names) : r;
}

static int add_sum(struct groups *groups, size_t row)
{
    struct kind_sum sum;
    int r = kind_sum_read(groups->rows, row, CATEGORY_SUM_KIND, &sum);
    if (r != 0)
        return r;
    bool counts = sum.kind[0] == groups->kinds[0][0] || sum.kind[0] == groups->kinds[1][0];
    r = basis_add(&groups->basis, groups->arena, &sum, counts);
    if (r != 0 || !counts || sum.without_rate)
        return r;
    struct group *group = *find(groups, db_rows_int(groups->rows, row, CATEGORY_SUM_CATEGORY));
    if (!group)
        return -EINVAL;
    group->counted += sum.count;
    group->sums++;
    group->row = row;
    return decimal_add(group->total, sum.total, &group->total);
}

/* The row that is no sum comes last, but that is not promised. */
static int read_names(struct groups *groups)
{
    const struct db_rows *rows = groups->rows;
    size_t row = db_rows_count(rows);
    while (row > 0 && is_sum(rows, row - 1))
        row--;
    if (row == 0)
        return -EINVAL;
    groups->basis.deleted_excluded = db_rows_int(rows, row - 1, CATEGORY_SUM_CATEGORY);
    return make_groups(groups,
                       db_rows_text(rows, row - 1, CATEGORY_SUM_KIND + KIND_SUM_WITHOUT_RATE));
}

static int add_sums(struct groups *groups)
{
    int r = 0;
    for (size_t row = 0; r == 0 && row < db_rows_count(groups->rows); row++) {
        if (is_sum(groups->rows, row))
            r = add_sum(groups, row);
    }
    return r;
}

static int compare_totals(struct decimal one, struct decimal other)
{
    if (one.scale == other.scale)
        return (one.units > other.units) - (one.units < other.units);
    struct decimal more = {0};
    return decimal_subtract(one, other, &more) == 0 ? decimal_sign(more) : 0;
}

static int compare(const void *left, const void *right)
{
    const struct group *one = *(struct group *const *)left;
    const struct group *other = *(struct group *const *)right;
    int by_total = compare_totals(other->total, one->total);
    return by_total != 0 ? by_total : strcmp(one->label, other->label);
}

/* Those that count something, in order. */
static int order(struct groups *groups)
{
    groups->ordered = arena_array(groups->arena, groups->count, sizeof(struct group *));
    if (!groups->ordered)
        return -ENOMEM;
    for (size_t i = 0; i < groups->count; i++) {
        if (groups->all[i].counted > 0)
            groups->ordered[groups->ordered_count++] = &groups->all[i];
    }
    qsort(groups->ordered, groups->ordered_count, sizeof(struct group *), compare);
    return 0;
}

/* The text of a group that is one sum is there already. */
static int write_group(const struct groups *groups, const struct group *group, const char **cells)
{
    cells[GROUP_LABEL] = group->label;
    cells[GROUP_TOTAL] = db_rows_text(groups->rows, group->row, CATEGORY_SUM_KIND + KIND_SUM_TOTAL);
    cells[GROUP_COUNTED] =
        db_rows_text(groups->rows, group->row, CATEGORY_SUM_KIND + KIND_SUM_COUNT);
    if (group->sums == 1)
        return 0;
    char *total = arena_alloc(groups->arena, DECIMAL_TEXT_SIZE);
    char *counted = arena_alloc(groups->arena, DECIMAL_TEXT_SIZE);
    if (!total || !counted)
        return -ENOMEM;
    cells[GROUP_TOTAL] = decimal_format(group->total, total);
    cells[GROUP_COUNTED] = decimal_format(decimal_from_int(group->counted), counted);
    return 0;
}

int category_groups(struct arena *arena, const struct db_rows *rows, const char *const kinds[2],
                    const struct db_rows **ret_rows)
{
    struct groups groups = {.arena = arena, .rows = rows, .kinds = kinds};
    int r = read_names(&groups);
    if (r == 0)
        r = add_sums(&groups);
    if (r == 0)
        r = order(&groups);
    if (r != 0)
        return r;
    size_t count = 1 + groups.ordered_count;
    const char **cells = arena_array(arena, count * BASIS_COLUMNS, sizeof(*cells));
    if (!cells)
        return -ENOMEM;
    r = basis_cells(&groups.basis, arena, cells);
    for (size_t i = 1; r == 0 && i < count; i++)
        r = write_group(&groups, groups.ordered[i - 1], cells + i * BASIS_COLUMNS);
    if (r != 0)
        return r;
    *ret_rows = db_rows_of_cells(arena, cells, count, BASIS_COLUMNS);
    return *ret_rows ? 0 : -ENOMEM;
}
