/* Adds up sums by kind. It knows no SQL and no categories. */
#include "tools/support/basis.h"

#include <errno.h>
#include <string.h>

#include "tools/support/answer.h"

int kind_sum_read(const struct db_rows *rows, size_t row, size_t column, struct kind_sum *ret_sum)
{
    const char *currency = db_rows_text(rows, row, column + KIND_SUM_WITHOUT_RATE);
    struct kind_sum sum = {
        .kind = db_rows_text(rows, row, column + KIND_SUM_KIND),
        .without_rate = currency[0] != '\0' ? currency : NULL,
        .count = db_rows_int(rows, row, column + KIND_SUM_COUNT),
        .pending = db_rows_int(rows, row, column + KIND_SUM_PENDING),
        .first_day = (date_day)db_rows_int(rows, row, column + KIND_SUM_FIRST),
        .last_day = (date_day)db_rows_int(rows, row, column + KIND_SUM_LAST),
    };
    int r = decimal_parse(db_rows_text(rows, row, column + KIND_SUM_TOTAL), &sum.total);
    if (r == 0)
        *ret_sum = sum;
    return r;
}

/* The sum of the kind by itself, where an answer tells it. Kinds differ in their first letter. */
static struct decimal *sum_of_kind(struct basis *basis, const char *kind)
{
    switch (kind[0]) {
    case 'r':
        return &basis->refunds;
    case 'i':
        return &basis->income;
    case 't':
        return &basis->transfers;
    default:
        return NULL;
    }
}

static int add_missing(struct basis *basis, struct arena *arena, const struct kind_sum *sum)
{
    struct basis_missing **at = &basis->missing;
    while (*at && strcmp((*at)->currency, sum->without_rate) < 0)
        at = &(*at)->next;
    struct basis_missing *missing = *at;
    if (!missing || strcmp(missing->currency, sum->without_rate) != 0) {
        missing = arena_alloc(arena, sizeof(*missing));
        if (!missing)
            return -ENOMEM;
        *missing = (struct basis_missing){.next = *at, .currency = sum->without_rate};
        *at = missing;
    }
    missing->count += sum->count;
    return decimal_add(missing->total, sum->total, &missing->total);
}

static int add_counted(struct basis *basis, const struct kind_sum *sum, struct decimal *by_kind)
{
    int r = decimal_add(basis->total, sum->total, &basis->total);
    if (r == 0 && by_kind)
        r = decimal_add(*by_kind, sum->total, by_kind);
    basis->counted += sum->count;
    basis->pending += sum->pending;
    return r;
}

int basis_add(struct basis *basis, struct arena *arena, const struct kind_sum *sum, bool counts)
{
    struct decimal *by_kind = sum_of_kind(basis, sum->kind);
    if (!counts) {
        basis->transfers_excluded += by_kind == &basis->transfers ? sum->count : 0;
        basis->income_excluded += by_kind == &basis->income ? sum->count : 0;
        return 0;
    }
    if (basis->listed == 0 || sum->first_day < basis->first_day)
        basis->first_day = sum->first_day;
    if (basis->listed == 0 || sum->last_day > basis->last_day)
        basis->last_day = sum->last_day;
    basis->listed += sum->count;
    return sum->without_rate ? add_missing(basis, arena, sum) : add_counted(basis, sum, by_kind);
}

/* "EUR 7.0000 1;GBP 30.0000 2"; NULL when out of memory. */
static const char *missing_text(const struct basis *basis, struct arena *arena)
{
    const char *text = NULL;
    for (const struct basis_missing *at = basis->missing; at; at = at->next) {
        char total[DECIMAL_TEXT_SIZE];
        text = arena_printf(arena, "%s%s%s %s %lld", text ? text : "", text ? ";" : "",
                            at->currency, decimal_format(at->total, total), (long long)at->count);
        if (!text)
            break;
    }
    return text;
}

int basis_cells(const struct basis *basis, struct arena *arena, const char **ret_cells)
{
    const struct {
        enum basis_column column;
        struct decimal number;
    } numbers[] = {
        {BASIS_TOTAL, basis->total},
        {BASIS_COUNTED, decimal_from_int(basis->counted)},
        {BASIS_LISTED, decimal_from_int(basis->listed)},
        {BASIS_REFUNDS, basis->refunds},
        {BASIS_INCOME, basis->income},
        {BASIS_TRANSFERS, basis->transfers},
        {BASIS_TRANSFERS_EXCLUDED, decimal_from_int(basis->transfers_excluded)},
        {BASIS_INCOME_EXCLUDED, decimal_from_int(basis->income_excluded)},
        {BASIS_PENDING, decimal_from_int(basis->pending)},
        {BASIS_DELETED_EXCLUDED, decimal_from_int(basis->deleted_excluded)},
    };

    struct {
        char numbers[ARRAY_LENGTH(numbers)][DECIMAL_TEXT_SIZE];
        char first_day[DATE_TEXT_SIZE], last_day[DATE_TEXT_SIZE];
    } *texts = arena_alloc(arena, sizeof(*texts));

    if (!texts)
        return -ENOMEM;
    for (size_t i = 0; i < BASIS_COLUMNS; i++)
        ret_cells[i] = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        ret_cells[numbers[i].column] = decimal_format(numbers[i].number, texts->numbers[i]);
    ret_cells[BASIS_RATES_MISSING] = missing_text(basis, arena);
    if (basis->missing && !ret_cells[BASIS_RATES_MISSING])
        return -ENOMEM;
    if (basis->listed > 0) {
        ret_cells[BASIS_FIRST_DAY] = date_format(basis->first_day, texts->first_day);
        ret_cells[BASIS_LAST_DAY] = date_format(basis->last_day, texts->last_day);
    }
    return 0;
}
