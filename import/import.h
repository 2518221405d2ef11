/* Bank files: bytes in, transactions out. CSV in its dialects, OFX 1.x and 2.x, QFX, QIF, CAMT.053
 * and MT940 in any usual character set. Nothing is read from a disk or a network, nothing is kept
 * between two files, and the memory in use does not grow with the file.
 *
 * A file is read twice from its first byte to its last, in pieces of any size:
 *
 *   1. The survey says what the file is: format, bank, encoding, how its dates and amounts are
 *      written. These are decided from the whole file and never guessed: what the file leaves
 *      open (03/04/2026 throughout) comes back as a question with the answers to choose from.
 *   2. The reading hands out one transaction at a time, and what is wrong with the rest.
 *
 *     struct import_pass *pass = NULL;
 *     r = import_survey_start(&options, &pass);        options.mapping holds answers, if any
 *     while (…) r = import_feed(pass, bytes, length);
 *     r = import_survey_end(pass, &profile);           profile.question_count > 0: ask first
 *     pass = import_free(pass);
 *     r = import_read_start(&profile, &options, &handler, &pass);
 *     while (…) r = import_feed(pass, bytes, length);
 *     r = import_read_end(pass, &summary);
 *     pass = import_free(pass);
 *
 * Results are 0 or a negative errno: -EBADMSG the file cannot be understood, -EMSGSIZE it is beyond
 * a bound of import/limits.h, -ENOMEM, -EINVAL misuse, or what a callback returned. For the first
 * two import_problem() has the sentence. After an error a pass takes no more bytes.
 *
 * Amounts are exact decimals as text: digits, a point, digits, and a leading "-" for money out, as
 * the holder of the account sees it. Texts are UTF-8, never NULL ("" is absent), and borrowed: they
 * live until the callback returns. */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"
#include "import/limits.h"

enum import_format {
    IMPORT_FORMAT_UNKNOWN,
    IMPORT_FORMAT_CSV,
    IMPORT_FORMAT_OFX,
    IMPORT_FORMAT_QFX, /* OFX with Quicken's own elements */
    IMPORT_FORMAT_QIF,
    IMPORT_FORMAT_CAMT,
    IMPORT_FORMAT_MT940
};

enum import_date_order {
    IMPORT_DATE_AUTO,
    IMPORT_DATE_YMD,
    IMPORT_DATE_DMY,
    IMPORT_DATE_MDY
};

enum import_decimal_mark {
    IMPORT_MARK_AUTO,
    IMPORT_MARK_POINT,
    IMPORT_MARK_COMMA
};

/* What the sign of a single amount column means. */
enum import_sign {
    IMPORT_SIGN_AUTO,
    IMPORT_SIGN_NEGATIVE_OUT, /* -5.00 is money out, as most accounts write it */
    IMPORT_SIGN_POSITIVE_OUT  /* 5.00 is money out, as many cards write it */
};

/* What a column of a CSV file holds. */
enum import_column {
    IMPORT_COLUMN_DATE,
    IMPORT_COLUMN_POSTED_DATE,
    IMPORT_COLUMN_VALUE_DATE,
    IMPORT_COLUMN_AMOUNT,
    IMPORT_COLUMN_DEBIT,
    IMPORT_COLUMN_CREDIT,
    IMPORT_COLUMN_MARK, /* says debit or credit of the amount: D/C, Af/Bij, Soll/Haben */
    IMPORT_COLUMN_CURRENCY,
    IMPORT_COLUMN_BALANCE,
    IMPORT_COLUMN_PAYEE, /* the other side, or the one who receives */
    IMPORT_COLUMN_PAYER, /* the one who pays, where both have a column */
    IMPORT_COLUMN_DESCRIPTION,
    IMPORT_COLUMN_ID,
    IMPORT_COLUMN_REFERENCE,
    IMPORT_COLUMN_TYPE,
    IMPORT_COLUMN_CATEGORY,
    IMPORT_COLUMN_ACCOUNT,
    IMPORT_COLUMN_COUNTER_ACCOUNT,
    IMPORT_COLUMN_STATUS,
    IMPORT_COLUMN_ORIGINAL_AMOUNT,
    IMPORT_COLUMN_ORIGINAL_CURRENCY,
    IMPORT_COLUMN_RATE,
    IMPORT_COLUMN_FEE,
    IMPORT_COLUMN_TAGS,
    IMPORT_COLUMN_KINDS
};

/* What the caller decides; zero leaves it to the file. The survey gives it back with every decision
 * filled in. To remember answers for the next file of the same bank and account, keep the answers
 * (import_mapping_text), not that result: what the file can say itself it should say. */
struct import_mapping {
    enum import_format format;
    enum import_date_order date_order;
    enum import_decimal_mark decimal_mark;
    enum import_sign sign;
    char delimiter;                       /* of CSV */
    char encoding[IMPORT_NAME_MAX];       /* a name that iconv(3) knows */
    char currency[4];                     /* where the file states none */
    int16_t columns[IMPORT_COLUMN_KINDS]; /* 1 is the first; -1: the file has none */
    int8_t header;                        /* 1: the CSV has a header row, -1: it has none */
};

/* Sets one decision by name, as a person or a model gives it: date_order=dmy, decimal_mark=comma,
 * sign=positive_out, delimiter=semicolon, encoding=windows-1250, currency=EUR, format=csv,
 * header=no, and a column by what it holds: date=1, amount=7, payee=none. -EINVAL for a name or a
 * value that is none. */
MUST_CHECK int import_mapping_set(struct import_mapping *mapping, const char *name,
                                  const char *value);

/* Every decision of a text such as "date_order=dmy;amount=7"; -EINVAL, and an unchanged mapping,
 * when one is none. */
MUST_CHECK int import_mapping_parse(struct import_mapping *mapping, const char *text);

/* The same text of a mapping: at most IMPORT_MAPPING_TEXT_MAX bytes with the NUL. */
void import_mapping_text(const struct import_mapping *mapping, char *ret_text, size_t size);

enum import_question_kind {
    IMPORT_ASK_DATE_ORDER,
    IMPORT_ASK_DECIMAL_MARK,
    IMPORT_ASK_SIGN,
    IMPORT_ASK_COLUMNS
};

/* One thing that the file leaves open. Each option is the value for import_mapping_set() with
 * `name`, and the sentence that tells a person what it means. */
struct import_question {
    enum import_question_kind kind;
    const char *name; /* of the decision: "date_order"; "date", "amount" … for columns */
    char text[IMPORT_SENTENCE_MAX];
    uint64_t line; /* of an example */
    size_t option_count;

    struct import_option {
        char value[16];
        char meaning[IMPORT_FOUND_MAX * 2];
    } options[IMPORT_OPTIONS_MAX];
};

/* What the survey found. Plain data, no pointers to free. */
struct import_profile {
    enum import_format format;
    char version[IMPORT_NAME_MAX]; /* of the format: "camt.053.001.08", "OFX 1.0.2" */
    char bank[IMPORT_NAME_MAX];    /* "" when neither a table nor the file names it */
    char encoding[IMPORT_NAME_MAX];
    bool encoding_is_damaged;      /* some bytes fit no character; they become U+FFFD */
    struct import_mapping mapping; /* complete, but for what the questions ask */
    bool columns_are_guessed;      /* from the values: no header row told them */
    bool is_own_export;            /* written by import/export.h: neutralised cells are restored */
    bool debit_is_signed;          /* a minus in the debit column says nothing new */
    bool mark_is_signed;           /* the amount repeats what the mark says */
    char account[IMPORT_ACCOUNT_MAX]; /* of a CSV whose rows name none */
    uint32_t header_record;           /* CSV: records above and including the header */
    /* CSV: what each column holds, IMPORT_COLUMN_KINDS for nothing of use. */
    uint8_t columns[IMPORT_COLUMNS_MAX];
    size_t column_count;
    uint64_t bytes;
    uint64_t fingerprint; /* of the bytes: the reading refuses a file that changed meanwhile */
    size_t question_count;
    struct import_question questions[IMPORT_QUESTIONS_MAX];
};

const char *import_format_name(enum import_format format); /* "CSV", "CAMT.053" … */

/* A guess from signs, codes and words; the books of the caller know better. */
enum import_kind {
    IMPORT_KIND_PURCHASE,
    IMPORT_KIND_REFUND,
    IMPORT_KIND_INCOME,
    IMPORT_KIND_TRANSFER,
    IMPORT_KIND_FEE,
    IMPORT_KIND_CASH
};

const char *import_kind_name(enum import_kind kind); /* "purchase" … */

struct import_split {
    const char *amount; /* "" when the file gives none that can be read */
    const char *category;
    const char *payee;
    const char *memo;
};

struct import_transaction {
    uint64_t line;  /* its first line in the file, 1 is the first */
    uint64_t entry; /* its number among the entries of the file, 1 is the first */

    char date[11];        /* 2026-04-30; "" only for a pending one without a date */
    char posted_date[11]; /* when the bank booked it, where that is a second date */
    char value_date[11];

    const char *amount;
    const char *currency; /* "" when neither the file nor the mapping says */
    enum import_kind kind;
    bool pending;
    bool reversal; /* takes back an earlier one */

    const char *payee;          /* cleaned: without card numbers, dates, references, city */
    const char *payee_original; /* as in the file */
    const char *memo;
    const char *category;
    const char *tags; /* as in the file */
    const char *type; /* the bank's code or word for the kind of transaction */
    const char *account;
    const char *counter_account;

    const char *id;  /* the bank's own, "" when there is none */
    bool id_is_weak; /* too short or too plain to stand for one transaction ever */
    const char *reference;

    const char *balance; /* after it */
    const char *fee;
    const char *original_amount; /* as it was before the conversion */
    const char *original_currency;
    const char *rate;

    const struct import_split *splits; /* parts: of a QIF split, of a CAMT batch */
    size_t split_count;
};

enum import_severity {
    IMPORT_ERROR,   /* the row, or the file, gives no transaction */
    IMPORT_WARNING, /* read, but something does not fit */
    IMPORT_SKIPPED  /* left out on purpose: a total, a balance, a footnote */
};

enum import_problem_code {
    IMPORT_BAD_FILE,      /* no format that can be read */
    IMPORT_BAD_STRUCTURE, /* a broken quote, tag, record */
    IMPORT_BAD_DATE,
    IMPORT_BAD_AMOUNT,
    IMPORT_MISSING_DATE,
    IMPORT_MISSING_AMOUNT,
    IMPORT_BANK_ERROR, /* the bank's server wrote an error into the file */
    IMPORT_NO_STATEMENT,
    IMPORT_TOO_LARGE,
    IMPORT_CHANGED, /* not the bytes that were surveyed */
    IMPORT_BAD_BALANCE,
    IMPORT_BAD_COUNT,
    IMPORT_BAD_SPLIT,
    IMPORT_CUT_TEXT,
    IMPORT_NOT_BOOKED, /* for information only, says the bank */
    IMPORT_SUMMARY_ROW,
    IMPORT_NOTE_ROW
};

const char *import_problem_name(enum import_problem_code code); /* "bad_date" … */

struct import_problem {
    enum import_severity severity;
    enum import_problem_code code;
    uint64_t line;  /* 0: of the file as a whole */
    uint64_t entry; /* 0: of no entry */
    char id[IMPORT_FOUND_MAX];
    char field[IMPORT_NAME_MAX]; /* the column or element */
    char expected[IMPORT_FOUND_MAX];
    char found[IMPORT_FOUND_MAX];
    char text[IMPORT_SENTENCE_MAX]; /* all of it as one sentence */
};

enum import_balance {
    IMPORT_BALANCE_UNKNOWN, /* nothing to compare */
    IMPORT_BALANCE_ADDS_UP,
    IMPORT_BALANCE_DIFFERS
};

/* One account in one period, as the file divides itself. */
struct import_statement {
    const char *account;
    const char *currency;
    uint64_t count;
    char debits[IMPORT_AMOUNT_TEXT_MAX]; /* without a sign */
    char credits[IMPORT_AMOUNT_TEXT_MAX];
    char opening[IMPORT_AMOUNT_TEXT_MAX]; /* "" when the file says none */
    char closing[IMPORT_AMOUNT_TEXT_MAX];
    enum import_balance balance;
    char difference[IMPORT_AMOUNT_TEXT_MAX]; /* closing - (opening + sum), when it differs */
};

/* A callback that returns other than 0 ends the pass with that result. Any may be NULL. */
struct import_handler {
    int (*transaction)(void *user, const struct import_transaction *transaction);
    int (*problem)(void *user, const struct import_problem *problem);
    int (*statement)(void *user, const struct import_statement *statement);
    void *user;
};

struct import_summary {
    uint64_t transactions; /* booked; the sums and dates below are theirs */
    uint64_t pending;
    uint64_t skipped;
    uint64_t errors;
    uint64_t warnings;
    char first_date[11];
    char last_date[11];
    size_t currency_count;

    struct import_sum {
        char currency[4];
        uint64_t count;
        char debits[IMPORT_AMOUNT_TEXT_MAX];
        char credits[IMPORT_AMOUNT_TEXT_MAX];
        uint64_t pending;
        char pending_sum[IMPORT_AMOUNT_TEXT_MAX];
    } currencies[IMPORT_CURRENCIES_MAX];

    size_t statements;
    enum import_balance balance;      /* of all statements that can be checked */
    char account[IMPORT_ACCOUNT_MAX]; /* with opening and closing: only if there is one statement */
    char opening[IMPORT_AMOUNT_TEXT_MAX];
    char closing[IMPORT_AMOUNT_TEXT_MAX];
};

struct import_options {
    struct import_mapping mapping; /* for the survey; the reading takes the profile's */
    uint64_t max_bytes;            /* 0: IMPORT_FILE_MAX */
    uint64_t max_rows;             /* 0: IMPORT_ROWS_MAX */
};

struct import_pass;

/* `options` may be NULL. */
MUST_CHECK int import_survey_start(const struct import_options *options,
                                   struct import_pass **ret_pass);

/* -EINVAL when the profile has open questions. */
MUST_CHECK int import_read_start(const struct import_profile *profile,
                                 const struct import_options *options,
                                 const struct import_handler *handler,
                                 struct import_pass **ret_pass);

MUST_CHECK int import_feed(struct import_pass *pass, const void *bytes, size_t length);
MUST_CHECK int import_survey_end(struct import_pass *pass, struct import_profile *ret_profile);
MUST_CHECK int import_read_end(struct import_pass *pass, struct import_summary *ret_summary);

/* Why the pass failed, borrowed from it; NULL while it did not. */
const struct import_problem *import_problem(const struct import_pass *pass);

/* Ends a pass at any moment; takes NULL, returns NULL. */
struct import_pass *import_free(struct import_pass *pass);

struct import_result {
    struct import_profile profile;
    struct import_summary summary;
    struct import_problem problem; /* why it failed; without a text when it did not */
};

/* Both passes over bytes in memory; the result is filled as far as it went. Open questions end it with
 * -EDESTADDRREQ after the survey. */
MUST_CHECK int import_bytes(const void *bytes, size_t length, const struct import_options *options,
                            const struct import_handler *handler, struct import_result *ret_result);

#endif
