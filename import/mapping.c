/* Decisions as text: name=value, separated by semicolons, so that they can be given by a person and
 * kept for the next file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "import/charset.h"
#include "import/import.h"

enum {
    VALUE_MAX = 64,
    TEXT_MOST = 4 * IMPORT_MAPPING_TEXT_MAX
};

struct word {
    const char *word;
    int value;
};

static const struct word formats[] = {{"csv", IMPORT_FORMAT_CSV},
                                      {"ofx", IMPORT_FORMAT_OFX},
                                      {"qfx", IMPORT_FORMAT_QFX},
                                      {"qif", IMPORT_FORMAT_QIF},
                                      {"camt", IMPORT_FORMAT_CAMT},
                                      {"mt940", IMPORT_FORMAT_MT940},
                                      {NULL, 0}};
static const struct word orders[] = {
    {"ymd", IMPORT_DATE_YMD}, {"dmy", IMPORT_DATE_DMY}, {"mdy", IMPORT_DATE_MDY}, {NULL, 0}};
static const struct word marks[] = {
    {"point", IMPORT_MARK_POINT}, {"comma", IMPORT_MARK_COMMA}, {NULL, 0}};
static const struct word signs[] = {{"negative_out", IMPORT_SIGN_NEGATIVE_OUT},
                                    {"positive_out", IMPORT_SIGN_POSITIVE_OUT},
                                    {NULL, 0}};
static const struct word delimiters[] = {
    {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}, {NULL, 0}};
static const struct word headers[] = {{"yes", 1}, {"no", -1}, {NULL, 0}};

static const char *const columns[IMPORT_COLUMN_KINDS] = {
    [IMPORT_COLUMN_DATE] = "date",
    [IMPORT_COLUMN_POSTED_DATE] = "posted_date",
    [IMPORT_COLUMN_VALUE_DATE] = "value_date",
    [IMPORT_COLUMN_AMOUNT] = "amount",
    [IMPORT_COLUMN_DEBIT] = "debit",
    [IMPORT_COLUMN_CREDIT] = "credit",
    [IMPORT_COLUMN_MARK] = "mark",
    [IMPORT_COLUMN_CURRENCY] = "currency_column",
    [IMPORT_COLUMN_BALANCE] = "balance",
    [IMPORT_COLUMN_PAYEE] = "payee",
    [IMPORT_COLUMN_PAYER] = "payer",
    [IMPORT_COLUMN_DESCRIPTION] = "description",
    [IMPORT_COLUMN_ID] = "id",
    [IMPORT_COLUMN_REFERENCE] = "reference",
    [IMPORT_COLUMN_TYPE] = "type",
    [IMPORT_COLUMN_CATEGORY] = "category",
    [IMPORT_COLUMN_ACCOUNT] = "account",
    [IMPORT_COLUMN_COUNTER_ACCOUNT] = "counter_account",
    [IMPORT_COLUMN_STATUS] = "status",
    [IMPORT_COLUMN_ORIGINAL_AMOUNT] = "original_amount",
    [IMPORT_COLUMN_ORIGINAL_CURRENCY] = "original_currency",
    [IMPORT_COLUMN_RATE] = "rate",
    [IMPORT_COLUMN_FEE] = "fee",
    [IMPORT_COLUMN_TAGS] = "tags",
};

static int value_of(const struct word *words, const char *text, int *ret_value)
{
    for (; words->word; words++) {
        if (strcmp(words->word, text) == 0) {
            *ret_value = words->value;
            return 0;
        }
    }
    return -EINVAL;
}

static const char *word_of(const struct word *words, int value)
{
    for (; words->word; words++) {
        if (words->value == value)
            return words->word;
    }
    return "";
}

static int set_column(int16_t *column, const char *value)
{
    if (strcmp(value, "none") == 0) {
        *column = -1;
        return 0;
    }
    int number = 0;
    for (const char *at = value; *at; at++) {
        if (*at < '0' || *at > '9' || number > IMPORT_COLUMNS_MAX)
            return -EINVAL;
        number = number * 10 + (*at - '0');
    }
    if (number < 1 || number > IMPORT_COLUMNS_MAX)
        return -EINVAL;
    *column = (int16_t)number;
    return 0;
}

static int set_encoding(struct import_mapping *mapping, const char *value)
{
    const char *name = import_charset_name(value);
    if (!name)
        return -EINVAL;
    (void)snprintf(mapping->encoding, sizeof(mapping->encoding), "%s", name);
    return 0;
}

static int set_currency(struct import_mapping *mapping, const char *value)
{
    if (strlen(value) != 3)
        return -EINVAL;
    for (size_t i = 0; i < 3; i++) {
        if (value[i] < 'A' || value[i] > 'Z')
            return -EINVAL;
    }
    memcpy(mapping->currency, value, 4);
    return 0;
}

/* The decisions that are one of a few words. */
static int set_word(struct import_mapping *mapping, const char *name, const char *value)
{
    int number = 0;
    int r = -EINVAL;
    if (strcmp(name, "format") == 0 && (r = value_of(formats, value, &number)) == 0)
        mapping->format = (enum import_format)number;
    else if (strcmp(name, "date_order") == 0 && (r = value_of(orders, value, &number)) == 0)
        mapping->date_order = (enum import_date_order)number;
    else if (strcmp(name, "decimal_mark") == 0 && (r = value_of(marks, value, &number)) == 0)
        mapping->decimal_mark = (enum import_decimal_mark)number;
    else if (strcmp(name, "sign") == 0 && (r = value_of(signs, value, &number)) == 0)
        mapping->sign = (enum import_sign)number;
    else if (strcmp(name, "delimiter") == 0 && (r = value_of(delimiters, value, &number)) == 0)
        mapping->delimiter = (char)number;
    else if (strcmp(name, "header") == 0 && (r = value_of(headers, value, &number)) == 0)
        mapping->header = (int8_t)number;
    return r;
}

int import_mapping_set(struct import_mapping *mapping, const char *name, const char *value)
{
    if (strcmp(name, "encoding") == 0)
        return set_encoding(mapping, value);
    if (strcmp(name, "currency") == 0)
        return set_currency(mapping, value);
    for (size_t i = 0; i < IMPORT_COLUMN_KINDS; i++) {
        if (strcmp(columns[i], name) == 0)
            return set_column(&mapping->columns[i], value);
    }
    return set_word(mapping, name, value);
}

static int parse_one(struct import_mapping *mapping, const char *text, size_t length)
{
    char name[VALUE_MAX];
    char value[VALUE_MAX];
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals ? (size_t)(equals - text) : length;
    if (!equals || name_length >= sizeof(name) || length - name_length - 1 >= sizeof(value))
        return -EINVAL;
    memcpy(name, text, name_length);
    name[name_length] = '\0';
    memcpy(value, equals + 1, length - name_length - 1);
    value[length - name_length - 1] = '\0';
    return import_mapping_set(mapping, name, value);
}

int import_mapping_parse(struct import_mapping *mapping, const char *text)
{
    struct import_mapping copy = *mapping;
    while (*text) {
        size_t length = strcspn(text, ";");
        int r = length > 0 ? parse_one(&copy, text, length) : 0;
        if (r < 0)
            return r;
        text += length + (text[length] ? 1 : 0);
    }
    *mapping = copy;
    return 0;
}

static void write_word(struct buf *out, const char *name, const char *value)
{
    if (value[0])
        (void)buf_printf(out, "%s%s=%s", out->length > 0 ? ";" : "", name, value);
}

void import_mapping_text(const struct import_mapping *mapping, char *ret_text, size_t size)
{
    struct buf out = BUF_INIT(TEXT_MOST);
    write_word(&out, "format", word_of(formats, (int)mapping->format));
    write_word(&out, "encoding", mapping->encoding);
    write_word(&out, "delimiter", word_of(delimiters, mapping->delimiter));
    write_word(&out, "header", word_of(headers, mapping->header));
    write_word(&out, "date_order", word_of(orders, (int)mapping->date_order));
    write_word(&out, "decimal_mark", word_of(marks, (int)mapping->decimal_mark));
    write_word(&out, "sign", word_of(signs, (int)mapping->sign));
    write_word(&out, "currency", mapping->currency);
    for (size_t i = 0; i < IMPORT_COLUMN_KINDS; i++) {
        char number[8] = "";
        if (mapping->columns[i] > 0)
            (void)snprintf(number, sizeof(number), "%d", mapping->columns[i]);
        write_word(&out, columns[i], mapping->columns[i] < 0 ? "none" : number);
    }
    (void)snprintf(ret_text, size, "%s", buf_text(&out));
    buf_free(&out);
}
