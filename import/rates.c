/* Reads the central bank's table of rates. Other tables of rates are not understood, and nothing is
 * calculated here. */
#include "import/rates.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "import/limits.h"

struct reading {
    char *line; /* the line under way, cut into cells */
    size_t number;
    char *cells[IMPORT_COLUMNS_MAX];
    size_t cell_count;
    char currencies[IMPORT_COLUMNS_MAX][4]; /* of the columns; "" without one */
    size_t column_count;
    struct buf *why;
};

static int fail(const struct reading *reading, const char *problem, const char *found)
{
    (void)buf_printf(reading->why, "Line %zu %s", reading->number, problem);
    if (found)
        (void)buf_printf(reading->why, ", found \"%.*s\"", (int)IMPORT_FOUND_MAX, found);
    (void)buf_append_char(reading->why, '.');
    return -EBADMSG;
}

static char *trimmed(char *cell)
{
    cell += strspn(cell, " \t");
    size_t length = strlen(cell);
    while (length > 0 && strchr(" \t\r", cell[length - 1]))
        length--;
    cell[length] = '\0';
    return cell;
}

static int cut_cells(struct reading *reading)
{
    char *at = reading->line;
    reading->cell_count = 0;
    while (at) {
        char *comma = strchr(at, ',');
        if (reading->cell_count == IMPORT_COLUMNS_MAX)
            return fail(reading, "has too many columns", NULL);
        if (comma)
            *comma = '\0';
        reading->cells[reading->cell_count++] = trimmed(at);
        at = comma ? comma + 1 : NULL;
    }
    return 0;
}

/* --- the header ------------------------------------------------------------------------------ */

static bool is_code(const char *cell)
{
    return strlen(cell) == 3 && isupper((unsigned char)cell[0]) &&
           isupper((unsigned char)cell[1]) && isupper((unsigned char)cell[2]);
}

static int take_header(struct reading *reading)
{
    if (strcmp(reading->cells[0], "Date") != 0)
        return fail(reading,
                    "is not the header of the European Central Bank's table (Date,USD,JPY,…)",
                    reading->cells[0]);
    for (size_t i = 1; i < reading->cell_count; i++) {
        const char *cell = reading->cells[i];
        if (cell[0] != '\0' && !is_code(cell))
            return fail(reading, "must name a currency in each column, such as USD", cell);
        memcpy(reading->currencies[i], cell, strlen(cell) + 1);
    }
    reading->column_count = reading->cell_count;
    return 0;
}

/* --- the days -------------------------------------------------------------------------------- */

static int number_at(const char *digits, size_t length)
{
    int number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)digits[i]))
            return -1;
        number = number * 10 + (digits[i] - '0');
    }
    return number;
}

static bool is_day(const char *cell)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (strlen(cell) != strlen("YYYY-MM-DD") || cell[4] != '-' || cell[7] != '-')
        return false;
    int year = number_at(cell, 4);
    int month = number_at(cell + 5, 2);
    int day = number_at(cell + 8, 2);
    if (year < 1900 || month < 1 || month > 12)
        return false;
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day >= 1 && day <= lengths[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

/* Digits, a point, digits; more than nothing. */
static bool is_rate(const char *cell)
{
    size_t whole = strspn(cell, "0123456789");
    size_t decimals = cell[whole] == '.' ? strspn(cell + whole + 1, "0123456789") : 0;
    size_t length = whole + (cell[whole] == '.' ? 1 + decimals : 0);
    bool has_form = whole > 0 && whole <= IMPORT_AMOUNT_DIGITS_MAX &&
                    decimals <= IMPORT_AMOUNT_DIGITS_MAX && cell[length] == '\0' &&
                    (cell[whole] != '.' || decimals > 0);
    return has_form && strspn(cell, "0.") < length;
}

static int take_day(struct reading *reading, import_rate_each *each, void *user)
{
    const char *day = reading->cells[0];
    int r = 0;
    if (!is_day(day))
        return fail(reading, "must begin with a day such as 2026-11-20", day);
    if (reading->cell_count > reading->column_count)
        return fail(reading, "has more columns than the header", NULL);
    for (size_t i = 1; r == 0 && i < reading->cell_count; i++) {
        const char *cell = reading->cells[i];
        bool has_none = cell[0] == '\0' || strcmp(cell, "N/A") == 0;
        if (has_none)
            continue;
        if (reading->currencies[i][0] == '\0')
            return fail(reading, "has a rate in a column without a currency", cell);
        if (!is_rate(cell))
            return fail(reading, "must hold a plain number above 0 or N/A in each column", cell);
        r = each(user, &(struct import_rate){day, reading->currencies[i], cell});
    }
    return r;
}

/* --- the file -------------------------------------------------------------------------------- */

static int take_line(struct reading *reading, const char *text, size_t length,
                     import_rate_each *each, void *user)
{
    reading->number++;
    if (length >= IMPORT_LINE_MAX)
        return fail(reading, "is too long", NULL);
    if (memchr(text, '\0', length))
        return fail(reading, "is no text", NULL);
    memcpy(reading->line, text, length);
    reading->line[length] = '\0';
    if (trimmed(reading->line)[0] == '\0')
        return 0;
    int r = cut_cells(reading);
    if (r != 0)
        return r;
    return reading->column_count == 0 ? take_header(reading) : take_day(reading, each, user);
}

static size_t mark_length(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static int read_lines(struct reading *reading, const char *text, size_t length,
                      import_rate_each *each, void *user)
{
    int r = 0;
    for (size_t at = mark_length(text, length); r == 0 && at < length;) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t line = end ? (size_t)(end - text) - at : length - at;
        r = take_line(reading, text + at, line, each, user);
        at += line + 1;
    }
    return r;
}

int import_rates_read(const char *text, size_t length, import_rate_each *each, void *user,
                      struct buf *why)
{
    struct reading *reading = mem_zalloc(sizeof(*reading));
    int r = reading ? 0 : -ENOMEM;
    if (r == 0) {
        reading->why = why;
        reading->line = mem_zalloc(IMPORT_LINE_MAX);
        r = reading->line ? read_lines(reading, text, length, each, user) : -ENOMEM;
    }
    if (r == 0 && reading->column_count == 0) {
        (void)buf_append_text(why, "The file is empty.");
        r = -EBADMSG;
    }
    if (reading)
        mem_free(reading->line);
    mem_free(reading);
    return r;
}
