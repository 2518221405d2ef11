/* The columns of a CSV file without a header that can be read: the first column of dates, the one of
 * amounts, the one with the longest texts. What could be otherwise is asked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "import/csv.h"

enum {
    SHARE_OF_ROWS = 10 /* a column is of a kind when all but a tenth of its cells are */
};

struct guess_column {
    size_t filled;
    size_t dates;
    size_t exact; /* amounts with a fraction or a sign, which no id has */
    size_t length;
    char example[24];
};

struct guess {
    size_t rows;
    struct guess_column columns[IMPORT_COLUMNS_MAX];
};

static bool see_cell(struct guess_column *column, const struct csv_cell *cell)
{
    struct import_order_evidence orders = {0};
    struct import_mark_evidence marks = {0};
    if (strspn(cell->text, " ") == cell->length)
        return false;
    if (column->filled++ == 0)
        import_copy(column->example, sizeof(column->example), cell->text, cell->length);
    column->length += cell->length;
    if (import_order_see(&orders, cell->text, cell->length, 0)) {
        column->dates++;
        return true;
    }
    if (strpbrk(cell->text, ".,-+") &&
        import_mark_see(&marks, cell->text, cell->length, IMPORT_AMOUNT_FREE, 0))
        column->exact++;
    return false;
}

static int take_record(void *user, const struct csv_record *record)
{
    struct guess *guess = user;
    struct guess_column before[IMPORT_COLUMNS_MAX];
    memcpy(before, guess->columns, sizeof(before));
    bool has_date = false;
    for (size_t i = 0; i < record->count; i++)
        has_date |= see_cell(&guess->columns[i], &record->cells[i]);
    if (has_date)
        guess->rows++;
    else
        memcpy(guess->columns, before, sizeof(before));
    return 0;
}

static bool is_mostly(size_t count, const struct guess_column *column)
{
    return count > 0 && (column->filled - count) * SHARE_OF_ROWS <= column->filled;
}

static bool has(const struct csv_dialect *dialect, enum import_column kind)
{
    return memchr(dialect->columns, (int)kind, dialect->column_count) != NULL;
}

static void assign(const struct guess *guess, struct csv_dialect *dialect)
{
    size_t text = IMPORT_COLUMNS_MAX;
    for (size_t i = 0; i < dialect->column_count; i++) {
        const struct guess_column *column = &guess->columns[i];
        struct csv_look *look = &dialect->looks[i];
        look->date = is_mostly(column->dates, column);
        look->amount = is_mostly(column->exact, column);
        memcpy(look->example, column->example, sizeof(look->example));
        if (dialect->columns[i] != CSV_NONE || column->filled == 0)
            continue;
        if (look->date) {
            if (!has(dialect, IMPORT_COLUMN_DATE))
                dialect->columns[i] = IMPORT_COLUMN_DATE;
        } else if (look->amount) {
            if (!has(dialect, IMPORT_COLUMN_AMOUNT) && !has(dialect, IMPORT_COLUMN_DEBIT))
                dialect->columns[i] = IMPORT_COLUMN_AMOUNT;
        } else if (text == IMPORT_COLUMNS_MAX || column->length > guess->columns[text].length) {
            text = i;
        }
    }
    bool has_text = has(dialect, IMPORT_COLUMN_DESCRIPTION) || has(dialect, IMPORT_COLUMN_PAYEE);
    if (text < IMPORT_COLUMNS_MAX && !has_text)
        dialect->columns[text] = IMPORT_COLUMN_DESCRIPTION;
}

int csv_guess_columns(const char *window, size_t length, struct csv_dialect *dialect)
{
    struct csv_lexer *lexer = mem_zalloc(sizeof(*lexer));
    struct guess *guess = mem_zalloc(sizeof(*guess));
    int r = lexer && guess ? 0 : -ENOMEM;
    if (r == 0) {
        csv_lexer_init(lexer, dialect->delimiter);
        r = csv_lexer_feed(lexer, window, length, take_record, guess);
        if (r == 0)
            r = csv_lexer_end(lexer, take_record, guess);
        csv_lexer_free(lexer);
        dialect->guess_rows = guess->rows;
        assign(guess, dialect);
    }
    mem_free(lexer);
    mem_free(guess);
    return r == -ENOMEM ? r : 0; /* the reading reports what is broken */
}

static bool could_be(const struct csv_look *look, bool date)
{
    return date ? look->date : look->amount;
}

static size_t count_looks(const struct csv_dialect *dialect, bool date)
{
    size_t count = 0;
    for (size_t i = 0; i < dialect->column_count; i++)
        count += could_be(&dialect->looks[i], date) ? 1 : 0;
    return count;
}

/* Offers the columns that could be it, or every one that is filled when none looks like it. */
static void ask_column(struct import_pass *pass, const struct csv_dialect *dialect, bool date)
{
    struct import_question *question =
        import_ask(pass, IMPORT_ASK_COLUMNS, date ? "date" : "amount", 1);
    if (!question)
        return;
    (void)snprintf(question->text, sizeof(question->text),
                   "No header names the columns, and the rows do not tell. Which column holds the "
                   "%s?",
                   question->name);
    bool has_any = count_looks(dialect, date) > 0;
    for (size_t i = 0; i < dialect->column_count; i++) {
        const struct csv_look *look = &dialect->looks[i];
        unsigned int number = (unsigned int)(i + 1) % 1000;
        char value[16];
        char meaning[IMPORT_FOUND_MAX];
        if (look->example[0] == '\0' || (has_any && !could_be(look, date)))
            continue;
        (void)snprintf(value, sizeof(value), "%u", number);
        (void)snprintf(meaning, sizeof(meaning), "column %u, such as %s", number, look->example);
        import_ask_option(question, value, meaning);
    }
}

void csv_check_guess(struct import_pass *pass, const struct csv_dialect *dialect)
{
    const int16_t *told = pass->profile.mapping.columns;
    pass->profile.columns_are_guessed = true;
    /* Of two columns of dates the first is taken; the other is when it was booked or valued. */
    if (told[IMPORT_COLUMN_DATE] == 0 && count_looks(dialect, true) == 0)
        ask_column(pass, dialect, true);
    bool is_told = told[IMPORT_COLUMN_AMOUNT] != 0 || told[IMPORT_COLUMN_DEBIT] != 0;
    if (!is_told && count_looks(dialect, false) != 1)
        ask_column(pass, dialect, false);
}
