/* OFX 1.x and 2.x and QFX: the elements of bank and card statements. The sign of an amount is its
 * own, whatever TRNTYPE says; a date is the day as written, whatever its zone. Investments are left
 * out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "import/ofx_lex.h"

enum {
    VALUE_MAX = 80
};

/* Which aggregate a leaf belongs to: the innermost that matters. */
enum ofx_place {
    PLACE_NONE,
    PLACE_SIGNON,
    PLACE_STATUS,
    PLACE_ACCOUNT,
    PLACE_BALANCE,
    PLACE_TRANSACTION,
    PLACE_OTHER_ACCOUNT,  /* of a transaction */
    PLACE_CURRENCY,       /* of a transaction */
    PLACE_OTHER_CURRENCY, /* of a transaction, before the conversion */
    PLACE_IGNORED,
    PLACE_INVESTMENTS
};

struct value {
    char text[VALUE_MAX];
    size_t length;
    bool is_there;
};

struct ofx {
    struct import_pass *pass;
    struct ofx_lexer lexer;
    char leaf[OFX_NAME_MAX + 1]; /* the element that the next text belongs to */
    enum ofx_place place;
    enum ofx_place outer; /* where the aggregate within a transaction or a sign-on returns to */
    bool in_transaction;
    bool in_statement; /* its account and currency have been handed on */
    bool has_statement;
    bool has_bank_error;
    bool has_investments;
    bool is_card;
    char account[IMPORT_ACCOUNT_MAX];
    char currency[4];
    struct value date;
    struct value user_date;
    struct value value_date;
    struct value amount;
    struct value balance;
    struct value stray; /* text within a transaction that is in no element */
    struct value code;
    struct value severity;
    struct value message;
    struct import_mark_evidence marks;
};

static void set_value(struct value *value, const char *text, size_t length)
{
    value->length = length < VALUE_MAX ? length : VALUE_MAX - 1;
    memcpy(value->text, text, value->length);
    value->text[value->length] = '\0';
    value->is_there = true;
}

static int open_ofx(struct import_pass *pass, const char *window, size_t length, void **ret_state)
{
    (void)window;
    (void)length;
    struct ofx *ofx = mem_zalloc(sizeof(*ofx));
    if (!ofx)
        return -ENOMEM;
    ofx->pass = pass;
    ofx_lexer_init(&ofx->lexer, pass);
    *ret_state = ofx;
    return 0;
}

static void close_ofx(void *state)
{
    struct ofx *ofx = state;
    if (!ofx)
        return;
    ofx_lexer_free(&ofx->lexer);
    mem_free(ofx);
}

static const struct aggregate {
    const char *name;
    enum ofx_place place;
} aggregates[] = {
    {"SONRS", PLACE_SIGNON},
    {"STATUS", PLACE_STATUS},
    {"BANKACCTFROM", PLACE_ACCOUNT},
    {"CCACCTFROM", PLACE_ACCOUNT},
    {"LEDGERBAL", PLACE_BALANCE},
    {"AVAILBAL", PLACE_IGNORED},
    {"BALLIST", PLACE_IGNORED},
    {"BANKACCTTO", PLACE_OTHER_ACCOUNT},
    {"CCACCTTO", PLACE_OTHER_ACCOUNT},
    {"CURRENCY", PLACE_CURRENCY},
    {"ORIGCURRENCY", PLACE_OTHER_CURRENCY},
    {"INVSTMTRS", PLACE_INVESTMENTS},
    {"SECLIST", PLACE_IGNORED},
};

static enum ofx_place place_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(aggregates); i++) {
        if (strcmp(aggregates[i].name, name) == 0)
            return aggregates[i].place;
    }
    return PLACE_NONE;
}

static int begin_statement(struct ofx *ofx)
{
    if (ofx->in_statement)
        return 0;
    ofx->in_statement = true;
    ofx->has_statement = true;
    return import_begin_statement(ofx->pass, ofx->account, ofx->currency);
}

static void forget_statement(struct ofx *ofx, bool is_card)
{
    ofx->in_statement = false;
    ofx->is_card = is_card;
    ofx->account[0] = '\0';
    ofx->currency[0] = '\0';
}

static int report(struct ofx *ofx, enum import_severity severity, enum import_problem_code code,
                  const char *field, const char *expected, const struct value *found)
{
    struct import_entry *entry = &ofx->pass->entry;
    struct import_place place = {.line = entry->line,
                                 .entry = ofx->pass->rows,
                                 .id = import_entry_text(entry, ENTRY_ID),
                                 .field = field};
    place.expected = expected;
    return import_report(ofx->pass, severity, code, &place, found ? found->text : NULL,
                         found ? found->length : 0);
}

static int begin_transaction(struct ofx *ofx, bool pending, uint64_t line)
{
    struct import_entry *entry = &ofx->pass->entry;
    import_entry_reset(entry);
    entry->line = line;
    entry->pending = pending;
    entry->is_card = ofx->is_card;
    ofx->in_transaction = true;
    ofx->place = PLACE_TRANSACTION;
    ofx->date.is_there = false;
    ofx->user_date.is_there = false;
    ofx->value_date.is_there = false;
    ofx->amount.is_there = false;
    ofx->stray.is_there = false;
    int r = import_count_row(ofx->pass, line);
    return r != 0 ? r : begin_statement(ofx);
}

static bool has_digit(const struct value *value)
{
    return strpbrk(value->text, "0123456789") != NULL;
}

static int read_date(struct ofx *ofx, bool *ok)
{
    *ok = false;
    if (!ofx->date.is_there || ofx->date.length == 0)
        return report(ofx, IMPORT_ERROR, IMPORT_MISSING_DATE, "DTPOSTED", NULL, NULL);
    if (import_date_digits(ofx->date.text, ofx->date.length, 8, &ofx->pass->entry.date) < 0)
        return report(ofx, IMPORT_ERROR, IMPORT_BAD_DATE, "DTPOSTED", "a date such as 20260430",
                      &ofx->date);
    *ok = true;
    return 0;
}

static int read_amount(struct ofx *ofx, bool *ok)
{
    struct import_decimal amount;
    *ok = false;
    if (!ofx->amount.is_there || !has_digit(&ofx->amount))
        return report(ofx, IMPORT_ERROR, IMPORT_MISSING_AMOUNT, "TRNAMT", NULL, NULL);
    if (import_amount_parse(ofx->amount.text, ofx->amount.length,
                            ofx->pass->profile.mapping.decimal_mark, IMPORT_AMOUNT_PLAIN,
                            &amount) < 0)
        return report(ofx, IMPORT_ERROR, IMPORT_BAD_AMOUNT, "TRNAMT", "an amount such as -12.50",
                      &ofx->amount);
    import_entry_amount(&ofx->pass->entry, ENTRY_AMOUNT, amount);
    *ok = true;
    return 0;
}

/* Dates beside the main one; one that cannot be read is no loss. */
static void read_other_dates(struct ofx *ofx)
{
    struct import_entry *entry = &ofx->pass->entry;
    struct import_day day;
    if (ofx->value_date.is_there &&
        import_date_digits(ofx->value_date.text, ofx->value_date.length, 8, &day) == 0)
        entry->value = day;
    if (ofx->user_date.is_there &&
        import_date_digits(ofx->user_date.text, ofx->user_date.length, 8, &day) == 0 &&
        import_day_compare(day, entry->date) != 0 && entry->value.year == 0)
        entry->value = day;
}

static int emit(struct ofx *ofx)
{
    struct import_entry *entry = &ofx->pass->entry;
    bool has_date = false;
    bool has_amount = false;
    if (ofx->stray.is_there && !ofx->date.is_there && !ofx->amount.is_there)
        return report(ofx, IMPORT_ERROR, IMPORT_BAD_STRUCTURE, "STMTTRN",
                      "DTPOSTED, TRNAMT and FITID", &ofx->stray);
    int r = read_date(ofx, &has_date);
    if (r == 0)
        r = read_amount(ofx, &has_amount);
    if (r != 0 || !has_date || !has_amount)
        return r;
    read_other_dates(ofx);
    r = import_entry_set(entry, ENTRY_ACCOUNT, ofx->account, strlen(ofx->account));
    if (r == 0 && entry->texts[ENTRY_CURRENCY].length == 0)
        r = import_entry_set(entry, ENTRY_CURRENCY, ofx->currency, strlen(ofx->currency));
    return r < 0 ? r : import_emit(ofx->pass, entry);
}

static int end_transaction(struct ofx *ofx)
{
    if (!ofx->in_transaction)
        return 0;
    ofx->in_transaction = false;
    ofx->place = PLACE_NONE;
    if (!ofx->pass->is_survey)
        return emit(ofx);
    (void)import_mark_see(&ofx->marks, ofx->amount.text,
                          ofx->amount.is_there ? ofx->amount.length : 0, IMPORT_AMOUNT_PLAIN,
                          ofx->pass->entry.line);
    return 0;
}

/* The ledger balance, at the end of a statement. */
static int end_balance(struct ofx *ofx)
{
    if (!ofx->balance.is_there)
        return 0;
    ofx->balance.is_there = false;
    const struct value *value = &ofx->balance;
    if (ofx->pass->is_survey) {
        (void)import_mark_see(&ofx->marks, value->text, value->length, IMPORT_AMOUNT_PLAIN,
                              ofx->lexer.line);
        return 0;
    }
    int r = begin_statement(ofx);
    struct import_decimal amount;
    if (r == 0 &&
        import_amount_parse(value->text, value->length, ofx->pass->profile.mapping.decimal_mark,
                            IMPORT_AMOUNT_PLAIN, &amount) == 0) {
        struct import_account_total *total = import_totals_account(&ofx->pass->totals);
        total->has_closing = true;
        total->closing = amount;
    }
    return r;
}

static int end_status(struct ofx *ofx)
{
    bool is_error = ofx->severity.is_there && strcmp(ofx->severity.text, "ERROR") == 0;
    ofx->severity.is_there = false;
    if (!is_error)
        return 0;
    ofx->has_bank_error = true;
    if (!ofx->message.is_there)
        set_value(&ofx->message, "", 0);
    struct import_place place = {.line = ofx->lexer.line, .id = NULL, .field = ofx->code.text};
    place.expected = "a statement";
    return import_report(ofx->pass, IMPORT_ERROR, IMPORT_BANK_ERROR, &place, ofx->message.text,
                         ofx->message.length);
}

/* An aggregate within another one gives the place back to that one. */
static void enter(struct ofx *ofx, enum ofx_place place)
{
    if (place != ofx->place)
        ofx->outer = ofx->place;
    ofx->place = place;
    if (place == PLACE_STATUS) {
        ofx->code.text[0] = '\0';
        ofx->severity.is_there = false;
        ofx->message.is_there = false;
    }
}

static int leave(struct ofx *ofx, enum ofx_place place)
{
    ofx->place = ofx->in_transaction                                   ? PLACE_TRANSACTION
                 : ofx->outer == PLACE_SIGNON && place != PLACE_SIGNON ? PLACE_SIGNON
                                                                       : PLACE_NONE;
    if (place == PLACE_BALANCE)
        return end_balance(ofx);
    return place == PLACE_STATUS ? end_status(ofx) : 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

static int take_start(struct ofx *ofx, const char *name, uint64_t line)
{
    static const char *const lists[] = {"BANKTRANLIST", "BANKTRANLISTP", NULL};
    bool is_pending = strcmp(name, "STMTTRNP") == 0;
    if (ofx->place == PLACE_IGNORED || ofx->place == PLACE_INVESTMENTS)
        return 0;
    if (is_pending || strcmp(name, "STMTTRN") == 0) {
        int r = end_transaction(ofx);
        return r != 0 ? r : begin_transaction(ofx, is_pending, line);
    }
    if (strcmp(name, "STMTRS") == 0 || strcmp(name, "CCSTMTRS") == 0) {
        forget_statement(ofx, name[0] == 'C');
        return 0;
    }
    if (is_one_of(name, lists))
        return begin_statement(ofx);
    enum ofx_place place = place_of(name);
    ofx->has_investments = ofx->has_investments || place == PLACE_INVESTMENTS;
    if (place != PLACE_NONE)
        enter(ofx, place);
    return 0;
}

static int take_end(struct ofx *ofx, const char *name)
{
    static const char *const ends[] = {
        "STMTTRN", "STMTTRNP", "BANKTRANLIST", "BANKTRANLISTP", "STMTRS", "CCSTMTRS", NULL};
    if (is_one_of(name, ends)) {
        int r = end_transaction(ofx);
        if (r == 0 && strstr(name, "STMTRS"))
            r = begin_statement(ofx); /* one without transactions is a statement too */
        return r;
    }
    enum ofx_place place = place_of(name);
    return place != PLACE_NONE && place == ofx->place ? leave(ofx, place) : 0;
}

/* Texts that go into the entry as they are. */
static const struct entry_leaf {
    const char *name;
    enum ofx_place place;
    enum import_entry_text text;
} entry_leaves[] = {
    {"TRNTYPE", PLACE_TRANSACTION, ENTRY_TYPE},
    {"FITID", PLACE_TRANSACTION, ENTRY_ID},
    {"NAME", PLACE_TRANSACTION, ENTRY_PAYEE},
    {"MEMO", PLACE_TRANSACTION, ENTRY_MEMO},
    {"MEMO2", PLACE_TRANSACTION, ENTRY_MEMO},
    {"REFNUM", PLACE_TRANSACTION, ENTRY_REFERENCE},
    {"CHECKNUM", PLACE_TRANSACTION, ENTRY_REFERENCE},
    {"ACCTID", PLACE_OTHER_ACCOUNT, ENTRY_COUNTER_ACCOUNT},
    {"CURSYM", PLACE_CURRENCY, ENTRY_CURRENCY},
    {"CURSYM", PLACE_OTHER_CURRENCY, ENTRY_ORIGINAL_CURRENCY},
    {"CURRATE", PLACE_OTHER_CURRENCY, ENTRY_RATE},
};

static int set_entry_text(struct ofx *ofx, const struct ofx_tag *tag)
{
    struct import_entry *entry = &ofx->pass->entry;
    for (size_t i = 0; i < ARRAY_LENGTH(entry_leaves); i++) {
        const struct entry_leaf *leaf = &entry_leaves[i];
        if (leaf->place != ofx->place || strcmp(leaf->name, ofx->leaf) != 0)
            continue;
        bool is_no_number = leaf->text == ENTRY_REFERENCE && strspn(tag->text, "0") == tag->length;
        if (is_no_number) /* CHECKNUM 0: there was no cheque */
            return 0;
        if (leaf->text == ENTRY_MEMO)
            return import_entry_add(entry, ENTRY_MEMO, " ", tag->text, tag->length);
        return import_entry_set(entry, leaf->text, tag->text, tag->length);
    }
    return 0;
}

static void set_transaction_value(struct ofx *ofx, const struct ofx_tag *tag)
{
    const struct {
        const char *name;
        struct value *value;
    } values[] = {
        {"DTPOSTED", &ofx->date},      {"DTTRAN", &ofx->date},   {"DTUSER", &ofx->user_date},
        {"DTAVAIL", &ofx->value_date}, {"TRNAMT", &ofx->amount}, {"STMTTRN", &ofx->stray},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        if (strcmp(values[i].name, ofx->leaf) == 0)
            set_value(values[i].value, tag->text, tag->length);
    }
}

static void set_status_value(struct ofx *ofx, const struct ofx_tag *tag)
{
    if (strcmp(ofx->leaf, "CODE") == 0)
        set_value(&ofx->code, tag->text, tag->length);
    else if (strcmp(ofx->leaf, "SEVERITY") == 0)
        set_value(&ofx->severity, tag->text, tag->length);
    else if (strcmp(ofx->leaf, "MESSAGE") == 0)
        set_value(&ofx->message, tag->text, tag->length);
}

/* Who wrote the file. */
static void set_profile(struct ofx *ofx, const struct ofx_tag *tag)
{
    struct import_profile *profile = &ofx->pass->profile;
    if (!ofx->pass->is_survey)
        return;
    if (strcmp(ofx->leaf, "ORG") == 0)
        import_copy(profile->bank, sizeof(profile->bank), tag->text, tag->length);
    else if (strncmp(ofx->leaf, "INTU.", 5) == 0)
        profile->format = IMPORT_FORMAT_QFX;
}

static int take_leaf(struct ofx *ofx, const struct ofx_tag *tag)
{
    switch (ofx->place) {
    case PLACE_TRANSACTION:
        set_transaction_value(ofx, tag);
        return set_entry_text(ofx, tag);
    case PLACE_OTHER_ACCOUNT:
    case PLACE_CURRENCY:
    case PLACE_OTHER_CURRENCY:
        return set_entry_text(ofx, tag);
    case PLACE_ACCOUNT:
        if (strcmp(ofx->leaf, "ACCTID") == 0)
            import_copy(ofx->account, sizeof(ofx->account), tag->text, tag->length);
        return 0;
    case PLACE_BALANCE:
        if (strcmp(ofx->leaf, "BALAMT") == 0)
            set_value(&ofx->balance, tag->text, tag->length);
        return 0;
    case PLACE_STATUS:
        set_status_value(ofx, tag);
        return 0;
    case PLACE_SIGNON:
        set_profile(ofx, tag);
        return 0;
    case PLACE_NONE:
        if (strcmp(ofx->leaf, "CURDEF") == 0 && tag->length == 3)
            memcpy(ofx->currency, tag->text, 4);
        return 0;
    case PLACE_IGNORED:
    case PLACE_INVESTMENTS:
        break;
    }
    return 0;
}

/* "VERSION:102" of the old header, VERSION="203" of the new one. */
static void read_version(struct ofx *ofx, const char *text)
{
    struct import_profile *profile = &ofx->pass->profile;
    const char *at = strstr(text, "OFXHEADER") ? strstr(text, "VERSION") : NULL;
    if (!at || !ofx->pass->is_survey)
        return;
    at += strcspn(at, "0123456789");
    if (strspn(at, "0123456789") == 3)
        (void)snprintf(profile->version, sizeof(profile->version), "OFX %c.%c.%c", at[0], at[1],
                       at[2]);
}

static int take_tag(void *user, const struct ofx_tag *tag)
{
    struct ofx *ofx = user;
    if (strcmp(tag->name, "?") == 0) {
        read_version(ofx, tag->text);
        return 0;
    }
    int r = 0;
    if (tag->length > 0 && ofx->leaf[0])
        r = take_leaf(ofx, tag);
    else if (tag->length > 0)
        read_version(ofx, tag->text);
    ofx->leaf[0] = '\0';
    if (r != 0 || !tag->name[0])
        return r;
    if (tag->is_end)
        return take_end(ofx, tag->name);
    memcpy(ofx->leaf, tag->name, strlen(tag->name) + 1);
    return take_start(ofx, tag->name, tag->line);
}

static int feed_ofx(void *state, const char *text, size_t length)
{
    struct ofx *ofx = state;
    return ofx_lexer_feed(&ofx->lexer, text, length, take_tag, ofx);
}

static int check_result(struct ofx *ofx)
{
    if (ofx->has_statement)
        return 0;
    if (ofx->has_bank_error)
        return import_fail(ofx->pass, IMPORT_BANK_ERROR, 0,
                           "The bank's server wrote an error into the file instead of a statement: "
                           "%s (%s). Download it again.",
                           ofx->message.length > 0 ? ofx->message.text : "no reason given",
                           ofx->code.text);
    return import_fail(ofx->pass, IMPORT_NO_STATEMENT, 0,
                       "There is no bank or card statement in this file%s.",
                       ofx->has_investments ? ", only investments, which are not read" : "");
}

/* By the standard amounts have no grouping: a single point begins the decimals. */
static void decide(struct ofx *ofx)
{
    struct import_mapping *mapping = &ofx->pass->profile.mapping;
    mapping->date_order = IMPORT_DATE_YMD;
    bool is_open = import_mark_decide(&ofx->marks) == IMPORT_MARK_AUTO;
    if (mapping->decimal_mark == IMPORT_MARK_AUTO && is_open && ofx->marks.point == 0 &&
        strchr(ofx->marks.example, '.'))
        mapping->decimal_mark = IMPORT_MARK_POINT;
    import_decide_marks(ofx->pass, &ofx->marks);
}

static int end_ofx(void *state)
{
    struct ofx *ofx = state;
    int r = ofx_lexer_end(&ofx->lexer, take_tag, ofx);
    if (r == 0 && ofx->in_transaction)
        r = report(ofx, IMPORT_ERROR, IMPORT_BAD_STRUCTURE, "STMTTRN",
                   "</STMTTRN> before the end of the file", NULL);
    if (r == 0)
        r = check_result(ofx);
    if (r == 0 && ofx->pass->is_survey)
        decide(ofx);
    return r;
}

const struct import_reader ofx_reader = {
    .name = "ofx", .open = open_ofx, .feed = feed_ofx, .end = end_ofx, .close = close_ofx};
