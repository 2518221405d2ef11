/* MT940, the statement of SWIFT: tagged fields of one or more lines. Collects the fields and keeps
 * the statements apart; what is in a :61: and an :86: is mt940_line.c's and mt940_info.c's. */
#include "import/mt940.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "import/lines.h"

enum {
    TAG_MAX = 8,
    BIC_SHORT = 8,
    BIC_LONG = 11
};

struct mt940 {
    struct import_pass *pass;
    struct import_lines lines;
    char tag[TAG_MAX]; /* of the field being collected, "" for none */
    uint64_t line;
    struct buf value;
    bool has_entry; /* a :61: that waits for its :86: */
    bool has_statement;
    char account[IMPORT_ACCOUNT_MAX];
    char currency[4];
};

static int open_mt940(struct import_pass *pass, const char *window, size_t length, void **ret_state)
{
    (void)window;
    (void)length;
    struct mt940 *mt940 = mem_zalloc(sizeof(*mt940));
    if (!mt940)
        return -ENOMEM;
    mt940->pass = pass;
    import_lines_init(&mt940->lines, pass);
    buf_init(&mt940->value, IMPORT_TEXT_MAX);
    *ret_state = mt940;
    return 0;
}

static void close_mt940(void *state)
{
    struct mt940 *mt940 = state;
    if (!mt940)
        return;
    import_lines_free(&mt940->lines);
    buf_free(&mt940->value);
    mem_free(mt940);
}

static int report(struct mt940 *mt940, enum import_severity severity, enum import_problem_code code,
                  const char *expected)
{
    const char *found = buf_text(&mt940->value);
    struct import_place place = {
        .line = mt940->line, .entry = mt940->pass->rows, .field = mt940->tag};
    place.expected = expected;
    return import_report(mt940->pass, severity, code, &place, found, strcspn(found, "\n"));
}

static int emit_entry(struct mt940 *mt940)
{
    if (!mt940->has_entry)
        return 0;
    mt940->has_entry = false;
    struct import_entry *entry = &mt940->pass->entry;
    int r = import_entry_set(entry, ENTRY_ACCOUNT, mt940->account, strlen(mt940->account));
    if (r == 0)
        r = import_entry_set(entry, ENTRY_CURRENCY, mt940->currency, strlen(mt940->currency));
    return r < 0 ? r : import_emit(mt940->pass, entry);
}

static int begin_statement(struct mt940 *mt940, const char *currency)
{
    memmove(mt940->currency, currency, sizeof(mt940->currency));
    mt940->has_statement = true;
    return import_begin_statement(mt940->pass, mt940->account, currency);
}

static int opening_balance(struct mt940 *mt940)
{
    struct mt940_balance balance;
    if (mt940_read_balance(buf_text(&mt940->value), mt940->value.length, &balance) < 0)
        return report(mt940, IMPORT_WARNING, IMPORT_BAD_BALANCE,
                      "a balance such as C260430EUR12,50");
    int r = begin_statement(mt940, balance.currency);
    if (r != 0 || mt940->pass->is_survey)
        return r;
    struct import_account_total *total = import_totals_account(&mt940->pass->totals);
    total->has_opening = true;
    total->opening = balance.amount;
    return balance.date_is_real ? 0 : report(mt940, IMPORT_WARNING, IMPORT_BAD_DATE, "a real day");
}

static int closing_balance(struct mt940 *mt940)
{
    struct mt940_balance balance;
    if (mt940_read_balance(buf_text(&mt940->value), mt940->value.length, &balance) < 0)
        return report(mt940, IMPORT_WARNING, IMPORT_BAD_BALANCE,
                      "a balance such as C260430EUR12,50");
    int r = mt940->has_statement ? 0 : begin_statement(mt940, balance.currency);
    if (r != 0 || mt940->pass->is_survey)
        return r;
    if (strcmp(balance.currency, mt940->currency) != 0)
        return report(mt940, IMPORT_WARNING, IMPORT_BAD_BALANCE, mt940->currency);
    struct import_account_total *total = import_totals_account(&mt940->pass->totals);
    total->has_closing = true;
    total->closing = balance.amount;
    return balance.date_is_real ? 0 : report(mt940, IMPORT_WARNING, IMPORT_BAD_DATE, "a real day");
}

static int statement_line(struct mt940 *mt940)
{
    static const struct {
        enum import_problem_code code;
        const char *expected;
    } bad[] = {
        [MT940_BAD_DATE] = {IMPORT_BAD_DATE, "a date such as 260430"},
        [MT940_BAD_MARK] = {IMPORT_BAD_STRUCTURE, "C, D, RC or RD behind the date"},
        [MT940_BAD_AMOUNT] = {IMPORT_BAD_AMOUNT, "an amount such as 12,50"},
    };

    int r = import_count_row(mt940->pass, mt940->line);
    if (r == 0 && !mt940->has_statement)
        r = begin_statement(mt940, mt940->currency);
    if (r != 0)
        return r;
    struct import_entry *entry = &mt940->pass->entry;
    import_entry_reset(entry);
    entry->line = mt940->line;
    enum mt940_part part = MT940_FINE;
    r = mt940_statement_line(entry, buf_text(&mt940->value), mt940->value.length, &part);
    mt940->has_entry = r == 0 && part == MT940_FINE;
    return r < 0 || part == MT940_FINE
               ? r
               : report(mt940, IMPORT_ERROR, bad[part].code, bad[part].expected);
}

/* The account; a bank's code may stand before a slash. */
static void account_field(struct mt940 *mt940)
{
    const char *text = buf_text(&mt940->value);
    size_t length = strcspn(text, "\n");
    while (length > 0 && text[length - 1] == ' ')
        length--;
    import_copy(mt940->account, sizeof(mt940->account), text, length);
    size_t bic = strcspn(text, "/");
    struct import_profile *profile = &mt940->pass->profile;
    bool is_bic = bic < length && (bic == BIC_SHORT || bic == BIC_LONG) &&
                  strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= 6;
    if (mt940->pass->is_survey && is_bic && !profile->bank[0])
        import_copy(profile->bank, sizeof(profile->bank), text, bic);
}

static int end_field(struct mt940 *mt940)
{
    const char *tag = mt940->tag;
    int r = 0;
    if (strcmp(tag, "86") == 0 && mt940->has_entry)
        r = mt940_information(&mt940->pass->entry, buf_text(&mt940->value), mt940->value.length);
    else if (tag[0] && strcmp(tag, "NS") != 0)
        r = emit_entry(mt940);
    if (r != 0)
        return r;
    if (strcmp(tag, "20") == 0) {
        mt940->has_statement = false;
        mt940->account[0] = '\0';
        mt940->currency[0] = '\0';
    } else if (strcmp(tag, "25") == 0 || strcmp(tag, "25P") == 0) {
        account_field(mt940);
    } else if (strcmp(tag, "60F") == 0 || strcmp(tag, "60M") == 0) {
        r = opening_balance(mt940);
    } else if (strcmp(tag, "61") == 0) {
        r = statement_line(mt940);
    } else if (strcmp(tag, "62F") == 0 || strcmp(tag, "62M") == 0) {
        r = closing_balance(mt940);
    }
    mt940->tag[0] = '\0';
    buf_reset(&mt940->value);
    return r;
}

/* ":60F:" and the length of it; 0 when the line begins with no tag. */
static size_t read_tag(const char *line, size_t length, char tag[TAG_MAX])
{
    if (length < 4 || line[0] != ':')
        return 0;
    size_t n = 1;
    while (n < length && n < 5 &&
           ((line[n] >= '0' && line[n] <= '9') || (line[n] >= 'A' && line[n] <= 'Z')))
        n++;
    if (n < 3 || n >= length || line[n] != ':')
        return 0;
    memcpy(tag, line + 1, n - 1);
    tag[n - 1] = '\0';
    return n + 1;
}

/* A line above the first field may be the bank's code. */
static void look_at_header(struct mt940 *mt940, const char *line, size_t length)
{
    struct import_profile *profile = &mt940->pass->profile;
    bool is_bic = (length == BIC_SHORT || length == BIC_LONG) &&
                  strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= 6 &&
                  strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length;
    if (mt940->pass->is_survey && is_bic && !profile->bank[0])
        import_copy(profile->bank, sizeof(profile->bank), line, length);
}

static int add_line(struct mt940 *mt940, const char *line, size_t length)
{
    if (length + 1 > mt940->value.cap - mt940->value.length)
        return import_fail(mt940->pass, IMPORT_TOO_LARGE, mt940->line,
                           "The field that begins on line %llu is longer than %d bytes.",
                           (unsigned long long)mt940->line, IMPORT_TEXT_MAX);
    int r = mt940->value.length > 0 ? buf_append_char(&mt940->value, '\n') : 0;
    return r < 0 ? r : buf_append(&mt940->value, line, length);
}

static int take_line(void *user, const char *line, size_t length, uint64_t number)
{
    struct mt940 *mt940 = user;
    while (length > 0 && (unsigned char)line[0] < ' ') {
        line++;
        length--;
    }
    while (length > 0 && (unsigned char)line[length - 1] < ' ')
        length--;
    if (length == 0)
        return 0;
    char tag[TAG_MAX];
    size_t tag_length = read_tag(line, length, tag);
    bool is_end = line[0] == '-' && (length == 1 || line[1] == '}');
    if (tag_length > 0 || is_end) {
        int r = end_field(mt940);
        if (r != 0 || is_end)
            return r;
        memcpy(mt940->tag, tag, sizeof(tag));
        mt940->line = number;
        return add_line(mt940, line + tag_length, length - tag_length);
    }
    if (mt940->tag[0])
        return add_line(mt940, line, length);
    look_at_header(mt940, line, length);
    return 0;
}

static int feed_mt940(void *state, const char *text, size_t length)
{
    struct mt940 *mt940 = state;
    return import_lines_feed(&mt940->lines, text, length, take_line, mt940);
}

static int end_mt940(void *state)
{
    struct mt940 *mt940 = state;
    int r = import_lines_end(&mt940->lines, take_line, mt940);
    if (r == 0)
        r = end_field(mt940);
    if (r == 0)
        r = emit_entry(mt940);
    if (r != 0)
        return r;
    if (!mt940->pass->in_statement)
        return import_fail(mt940->pass, IMPORT_NO_STATEMENT, 0,
                           "There is no statement in this file: no balance (:60F:) and no "
                           "transaction (:61:).");
    struct import_mapping *mapping = &mt940->pass->profile.mapping;
    mapping->date_order = IMPORT_DATE_YMD;
    mapping->decimal_mark = IMPORT_MARK_COMMA;
    return 0;
}

const struct import_reader mt940_reader = {.name = "mt940",
                                           .open = open_mt940,
                                           .feed = feed_mt940,
                                           .end = end_mt940,
                                           .close = close_mt940};
