/* QIF, the oldest of the formats: one letter and a value a line, "^" ends a record. Bank, card and
 * cash accounts; lists of categories and securities in the same file are passed over. It names no
 * currency, and its dates and amounts are written as the user's Windows wrote them. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "import/lines.h"

enum {
    VALUE_MAX = 80,      /* of a date or an amount; a longer one is none */
    CHECK_DIGITS_MAX = 8 /* a longer number is the bank's id, not a cheque's */
};

enum section {
    SECTION_TRANSACTIONS,
    SECTION_ACCOUNT,
    SECTION_OTHER
};

struct value {
    char text[VALUE_MAX];
    size_t length;
};

struct qif {
    struct import_pass *pass;
    struct import_lines lines;
    enum section section;
    bool is_card;
    bool has_fields;
    bool is_bad_split;
    uint64_t bad_split_line;
    struct value date;
    struct value amount;
    struct value bad_split;
    char account[IMPORT_ACCOUNT_MAX];
    char account_name[IMPORT_ACCOUNT_MAX]; /* of an !Account record that is not over */
    struct import_order_evidence orders;
    struct import_mark_evidence marks;
};

static const char *const transaction_types[] = {"bank", "ccard", "cash", "oth a", "oth l"};

static void set_value(struct value *value, const char *text, size_t length)
{
    value->length = length < VALUE_MAX ? length : VALUE_MAX - 1;
    memcpy(value->text, text, value->length);
    value->text[value->length] = '\0';
}

static void reset_record(struct qif *qif)
{
    import_entry_reset(&qif->pass->entry);
    qif->has_fields = false;
    qif->is_bad_split = false;
    qif->date.length = 0;
    qif->amount.length = 0;
}

static int open_qif(struct import_pass *pass, const char *window, size_t length, void **ret_state)
{
    (void)window;
    (void)length;
    struct qif *qif = mem_zalloc(sizeof(*qif));
    if (!qif)
        return -ENOMEM;
    qif->pass = pass;
    import_lines_init(&qif->lines, pass);
    reset_record(qif);
    *ret_state = qif;
    return 0;
}

static void close_qif(void *state)
{
    struct qif *qif = state;
    if (!qif)
        return;
    import_lines_free(&qif->lines);
    mem_free(qif);
}

static bool begins(const char *text, const char *words)
{
    return strncasecmp(text, words, strlen(words)) == 0;
}

static void begin_section(struct qif *qif, const char *line)
{
    if (begins(line, "!Account")) {
        qif->section = SECTION_ACCOUNT;
        qif->account_name[0] = '\0';
        return;
    }
    if (!begins(line, "!Type:"))
        return; /* !Option:AutoSwitch and its like */
    const char *type = line + 6;
    qif->section = SECTION_OTHER;
    for (size_t i = 0; i < ARRAY_LENGTH(transaction_types); i++) {
        if (begins(type, transaction_types[i]))
            qif->section = SECTION_TRANSACTIONS;
    }
    qif->is_card = begins(type, "ccard");
    struct import_profile *profile = &qif->pass->profile;
    if (qif->pass->is_survey && !profile->version[0] && qif->section == SECTION_TRANSACTIONS)
        import_copy(profile->version, sizeof(profile->version), type, strlen(type));
}

/* [Savings] is an account of the user's own. */
static int set_category(struct import_entry *entry, const char *text, size_t length)
{
    const char *end = length > 1 && text[0] == '[' ? memchr(text, ']', length) : NULL;
    if (!end)
        return import_entry_set(entry, ENTRY_CATEGORY, text, length);
    entry->is_transfer = true;
    return import_entry_set(entry, ENTRY_COUNTER_ACCOUNT, text + 1, (size_t)(end - text) - 1);
}

/* A cheque's number, a word for the type (ATM, DEP, TXFR), or the bank's own id. */
static int set_number(struct import_entry *entry, const char *text, size_t length)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == length && length <= CHECK_DIGITS_MAX)
        return import_entry_set(entry, ENTRY_REFERENCE, text, length);
    return import_entry_set(entry, length > CHECK_DIGITS_MAX ? ENTRY_ID : ENTRY_TYPE, text, length);
}

static int set_split_amount(struct qif *qif, const char *text, size_t length, uint64_t line)
{
    struct import_pass *pass = qif->pass;
    if (pass->is_survey) {
        (void)import_mark_see(&qif->marks, text, length, IMPORT_AMOUNT_PLAIN, line);
        return 0;
    }
    struct import_decimal amount;
    char canonical[IMPORT_AMOUNT_TEXT_MAX];
    if (import_amount_parse(text, length, pass->profile.mapping.decimal_mark, IMPORT_AMOUNT_PLAIN,
                            &amount) < 0) {
        qif->is_bad_split = true;
        qif->bad_split_line = line;
        set_value(&qif->bad_split, text, length);
        return 0;
    }
    import_decimal_text(amount, canonical);
    return import_entry_split_text(&pass->entry, SPLIT_AMOUNT, canonical, strlen(canonical));
}

static int split_field(struct qif *qif, char letter, const char *text, size_t length, uint64_t line)
{
    struct import_entry *entry = &qif->pass->entry;
    if (letter == 'S') {
        int r = import_entry_split(entry);
        if (r == -EMSGSIZE)
            return import_fail(qif->pass, IMPORT_TOO_LARGE, line,
                               "The record on line %llu is split into more than %d parts.",
                               (unsigned long long)line, IMPORT_SPLITS_MAX);
        return r < 0 ? r : import_entry_split_text(entry, SPLIT_CATEGORY, text, length);
    }
    if (entry->split_count == 0)
        return 0; /* an amount without a category before it belongs to nothing */
    if (letter == 'E')
        return import_entry_split_text(entry, SPLIT_MEMO, text, length);
    return set_split_amount(qif, text, length, line);
}

static int transaction_field(struct qif *qif, char letter, const char *text, size_t length,
                             uint64_t line)
{
    struct import_entry *entry = &qif->pass->entry;
    switch (letter) {
    case 'D':
        set_value(&qif->date, text, length);
        return 0;
    case 'T':
        set_value(&qif->amount, text, length);
        return 0;
    case 'U':
        if (qif->amount.length == 0)
            set_value(&qif->amount, text, length);
        return 0;
    case 'P':
        return import_entry_set(entry, ENTRY_PAYEE, text, length);
    case 'M':
        return import_entry_set(entry, ENTRY_MEMO, text, length);
    case 'L':
        return set_category(entry, text, length);
    case 'N':
        return set_number(entry, text, length);
    case 'S':
    case 'E':
    case '$':
        return split_field(qif, letter, text, length, line);
    default:
        return 0; /* address, cleared, percent of a split … */
    }
}

static int report(struct qif *qif, enum import_problem_code code, const char *field,
                  const char *expected, const struct value *found)
{
    struct import_pass *pass = qif->pass;
    struct import_place place = {.line = pass->entry.line, .entry = pass->rows, .field = field};
    place.expected = expected;
    return import_report(pass, IMPORT_ERROR, code, &place, found->text, found->length);
}

/* Whether date and amount of the record can be read; what cannot is reported. */
static int read_values(struct qif *qif, bool *ret_ok)
{
    const struct import_mapping *mapping = &qif->pass->profile.mapping;
    struct import_entry *entry = &qif->pass->entry;
    struct import_decimal amount;
    *ret_ok = false;
    if (qif->date.length == 0)
        return report(qif, IMPORT_MISSING_DATE, "D", NULL, &qif->date);
    if (import_date_parse(qif->date.text, qif->date.length, mapping->date_order, &entry->date) < 0)
        return report(qif, IMPORT_BAD_DATE, "D", "a date such as 30/04/2026", &qif->date);
    if (qif->amount.length == 0)
        return report(qif, IMPORT_MISSING_AMOUNT, "T", NULL, &qif->amount);
    if (import_amount_parse(qif->amount.text, qif->amount.length, mapping->decimal_mark,
                            IMPORT_AMOUNT_FREE, &amount) < 0)
        return report(qif, IMPORT_BAD_AMOUNT, "T", "an amount such as -12.50", &qif->amount);
    import_entry_amount(entry, ENTRY_AMOUNT, amount);
    *ret_ok = true;
    return 0;
}

static int warn_of_split(struct qif *qif)
{
    struct import_place place = {
        .line = qif->bad_split_line, .entry = qif->pass->rows, .field = "$"};
    place.expected = "an amount such as -12.50";
    return import_report(qif->pass, IMPORT_WARNING, IMPORT_BAD_SPLIT, &place, qif->bad_split.text,
                         qif->bad_split.length);
}

static void see(struct qif *qif)
{
    uint64_t line = qif->pass->entry.line;
    (void)import_order_see(&qif->orders, qif->date.text, qif->date.length, line);
    (void)import_mark_see(&qif->marks, qif->amount.text, qif->amount.length, IMPORT_AMOUNT_FREE,
                          line);
}

static int emit(struct qif *qif)
{
    struct import_entry *entry = &qif->pass->entry;
    bool ok = false;
    int r = read_values(qif, &ok);
    if (r != 0 || !ok)
        return r;
    if (qif->is_bad_split)
        r = warn_of_split(qif);
    entry->is_card = qif->is_card;
    if (r == 0)
        r = import_entry_set(entry, ENTRY_ACCOUNT, qif->account, strlen(qif->account));
    return r != 0 ? r : import_emit(qif->pass, entry);
}

static int end_record(struct qif *qif)
{
    int r = 0;
    if (qif->section == SECTION_ACCOUNT) {
        memcpy(qif->account, qif->account_name, sizeof(qif->account));
        /* Lists of accounts stand between !Option and !Clear; transactions begin with !Type. */
    } else if (qif->section == SECTION_TRANSACTIONS && qif->has_fields) {
        r = import_count_row(qif->pass, qif->pass->entry.line);
        if (r == 0 && qif->pass->is_survey)
            see(qif);
        else if (r == 0)
            r = emit(qif);
    }
    reset_record(qif);
    return r;
}

static int take_line(void *user, const char *line, size_t length, uint64_t number)
{
    struct qif *qif = user;
    while (length > 0 && (unsigned char)line[0] <= ' ') {
        line++;
        length--;
    }
    if (length == 0)
        return 0;
    if (line[0] == '!') {
        begin_section(qif, line);
        return 0;
    }
    if (line[0] == '^')
        return end_record(qif);
    if (qif->section == SECTION_ACCOUNT && line[0] == 'N')
        import_copy(qif->account_name, sizeof(qif->account_name), line + 1, length - 1);
    if (qif->section != SECTION_TRANSACTIONS)
        return 0;
    if (!qif->has_fields)
        qif->pass->entry.line = number;
    qif->has_fields = true;
    return transaction_field(qif, line[0], line + 1, length - 1, number);
}

static int feed_qif(void *state, const char *text, size_t length)
{
    struct qif *qif = state;
    return import_lines_feed(&qif->lines, text, length, take_line, qif);
}

/* A record without its "^" is whole when its last line is; else the file was cut in it. */
static int end_cut_record(struct qif *qif, bool is_cut)
{
    if (!is_cut)
        return end_record(qif);
    struct import_place place = {.line = qif->pass->entry.line, .entry = qif->pass->rows + 1};
    place.expected = "\"^\" at the end of the record";
    return import_report(qif->pass, IMPORT_ERROR, IMPORT_BAD_STRUCTURE, &place, NULL, 0);
}

static int end_qif(void *state)
{
    struct qif *qif = state;
    bool is_cut = !qif->lines.is_ended;
    int r = import_lines_end(&qif->lines, take_line, qif);
    if (r == 0 && qif->has_fields)
        r = end_cut_record(qif, is_cut);
    if (r != 0 || !qif->pass->is_survey)
        return r;
    import_decide_dates(qif->pass, &qif->orders);
    import_decide_marks(qif->pass, &qif->marks);
    return 0;
}

const struct import_reader qif_reader = {
    .name = "qif", .open = open_qif, .feed = feed_qif, .end = end_qif, .close = close_qif};
