/* The :61: line of MT940 and the balances: fields without separators, told apart by what they may
 * contain. */
#include <errno.h>
#include <string.h>

#include "import/amount.h"
#include "import/mt940.h"

enum {
    DATE_DIGITS = 6,
    ENTRY_DATE_DIGITS = 4,
    AMOUNT_MAX = 24,
    TYPE_LENGTH = 4
};

struct cursor {
    const char *at;
    size_t left;
};

static void skip(struct cursor *cursor, size_t n)
{
    cursor->at += n;
    cursor->left -= n;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static size_t digits(const struct cursor *cursor, size_t most)
{
    size_t n = 0;
    while (n < most && n < cursor->left && is_digit(cursor->at[n]))
        n++;
    return n;
}

/* The day of the booking has no year: it is the one nearest to the value date. */
static void read_entry_date(struct cursor *cursor, struct import_entry *entry)
{
    if (cursor->left >= ENTRY_DATE_DIGITS && memcmp(cursor->at, "    ", ENTRY_DATE_DIGITS) == 0) {
        skip(cursor, ENTRY_DATE_DIGITS);
        return;
    }
    if (digits(cursor, ENTRY_DATE_DIGITS) < ENTRY_DATE_DIGITS)
        return;
    unsigned int month = (unsigned int)((cursor->at[0] - '0') * 10 + (cursor->at[1] - '0'));
    unsigned int day = (unsigned int)((cursor->at[2] - '0') * 10 + (cursor->at[3] - '0'));
    unsigned int year = entry->date.year;
    if (month > entry->date.month + 6U)
        year--;
    else if (month + 6 < entry->date.month)
        year++;
    if (import_day_is_real(year, month, day))
        entry->posted = (struct import_day){
            .year = (uint16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    if (import_day_compare(entry->posted, entry->date) == 0)
        entry->posted = (struct import_day){0};
    skip(cursor, ENTRY_DATE_DIGITS);
}

/* C or D, with R before it for a reversal (RC takes back a credit: money out) or E for one that is
 * only expected; a third letter is the currency's, and says nothing here. */
static bool read_mark(struct cursor *cursor, struct import_entry *entry, bool *ret_negative)
{
    if (cursor->left > 1 && (cursor->at[0] == 'R' || cursor->at[0] == 'E')) {
        entry->reversal = cursor->at[0] == 'R';
        entry->pending = cursor->at[0] == 'E';
        skip(cursor, 1);
    }
    if (cursor->left == 0 || (cursor->at[0] != 'C' && cursor->at[0] != 'D'))
        return false;
    *ret_negative = (cursor->at[0] == 'D') != entry->reversal;
    skip(cursor, 1);
    if (cursor->left > 0 && is_letter(cursor->at[0]))
        skip(cursor, 1);
    return true;
}

/* A comma by the standard; some banks write a point. */
static bool read_amount(struct cursor *cursor, struct import_decimal *ret_amount)
{
    size_t n = 0;
    bool has_comma = false;
    while (n < cursor->left && n < AMOUNT_MAX &&
           (is_digit(cursor->at[n]) || cursor->at[n] == ',' || cursor->at[n] == '.')) {
        has_comma = has_comma || cursor->at[n] == ',';
        n++;
    }
    enum import_decimal_mark mark = has_comma ? IMPORT_MARK_COMMA : IMPORT_MARK_POINT;
    if (import_amount_parse(cursor->at, n, mark, IMPORT_AMOUNT_PLAIN, ret_amount) < 0)
        return false;
    skip(cursor, n);
    return true;
}

/* A reference that says that there is none. */
static bool is_reference(const char *text, size_t length)
{
    static const char *const none[] = {"NONREF", "KREF+", "EREF+", "EREF", "KREF", "NOTPROVIDED"};
    for (size_t i = 0; i < ARRAY_LENGTH(none); i++) {
        if (strlen(none[i]) == length && memcmp(text, none[i], length) == 0)
            return false;
    }
    return length > 1;
}

static int read_references(struct cursor *cursor, struct import_entry *entry)
{
    const char *slashes = NULL;
    for (size_t i = 0; i + 1 < cursor->left && !slashes; i++) {
        if (cursor->at[i] == '/' && cursor->at[i + 1] == '/')
            slashes = cursor->at + i;
    }
    size_t length = slashes ? (size_t)(slashes - cursor->at) : cursor->left;
    int r = 0;
    if (is_reference(cursor->at, length))
        r = import_entry_set(entry, ENTRY_REFERENCE, cursor->at, length);
    if (r < 0 || !slashes)
        return r;
    size_t rest = cursor->left - length - 2;
    return is_reference(slashes + 2, rest) ? import_entry_set(entry, ENTRY_ID, slashes + 2, rest)
                                           : 0;
}

/* Two letters, two digits, then letters and digits: an IBAN. */
static bool is_iban(const char *text, size_t length)
{
    if (length < 15 || length > 34 || !is_letter(text[0]) || !is_letter(text[1]) ||
        !is_digit(text[2]) || !is_digit(text[3]))
        return false;
    for (size_t i = 4; i < length; i++) {
        if (!is_digit(text[i]) && !is_letter(text[i]))
            return false;
    }
    return true;
}

/* The second line: the other account, or words for the type of the transaction. */
static int read_supplement(struct import_entry *entry, const char *text, size_t length)
{
    if (is_iban(text, length))
        return import_entry_set(entry, ENTRY_COUNTER_ACCOUNT, text, length);
    for (size_t i = 0; i + 1 < length; i++) {
        if (is_letter(text[i]) && is_letter(text[i + 1]))
            return import_entry_add(entry, ENTRY_TYPE, " ", text, length);
    }
    return 0;
}

int mt940_statement_line(struct import_entry *entry, const char *text, size_t length,
                         enum mt940_part *ret_part)
{
    const char *end = memchr(text, '\n', length);
    struct cursor cursor = {.at = text, .left = end ? (size_t)(end - text) : length};
    size_t rest = end ? length - cursor.left - 1 : 0;
    *ret_part = MT940_BAD_DATE;
    if (import_date_digits(cursor.at, cursor.left, DATE_DIGITS, &entry->date) < 0)
        return 0;
    skip(&cursor, DATE_DIGITS);
    read_entry_date(&cursor, entry);
    bool negative = false;
    *ret_part = MT940_BAD_MARK;
    if (!read_mark(&cursor, entry, &negative))
        return 0;
    struct import_decimal amount;
    *ret_part = MT940_BAD_AMOUNT;
    if (!read_amount(&cursor, &amount))
        return 0;
    *ret_part = MT940_FINE;
    import_entry_amount(entry, ENTRY_AMOUNT, negative ? import_decimal_negate(amount) : amount);
    size_t type = 0;
    while (type < TYPE_LENGTH && type < cursor.left &&
           (is_letter(cursor.at[type]) || is_digit(cursor.at[type])))
        type++;
    int r = import_entry_set(entry, ENTRY_TYPE, cursor.at, type);
    skip(&cursor, type);
    if (r == 0)
        r = read_references(&cursor, entry);
    return r < 0 || rest == 0 ? r : read_supplement(entry, end + 1, rest);
}

int mt940_read_balance(const char *text, size_t length, struct mt940_balance *ret)
{
    struct cursor cursor = {.at = text, .left = length};
    struct mt940_balance balance = {.date_is_real = true};
    if (cursor.left < 1 + DATE_DIGITS + 3 + 1 || (text[0] != 'C' && text[0] != 'D'))
        return -EINVAL;
    skip(&cursor, 1);
    struct import_day day;
    if (digits(&cursor, DATE_DIGITS) < DATE_DIGITS)
        return -EINVAL;
    balance.date_is_real = import_date_digits(cursor.at, cursor.left, DATE_DIGITS, &day) == 0;
    skip(&cursor, DATE_DIGITS);
    for (size_t i = 0; i < 3; i++) {
        if (!is_letter(cursor.at[i]))
            return -EINVAL;
        balance.currency[i] = cursor.at[i];
    }
    skip(&cursor, 3);
    if (!read_amount(&cursor, &balance.amount))
        return -EINVAL;
    if (text[0] == 'D')
        balance.amount = import_decimal_negate(balance.amount);
    *ret = balance;
    return 0;
}
