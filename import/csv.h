/* What the parts of the CSV reader share: words of headers and banks, the choice of the dialect, the
 * decisions of a survey, rows to entries. Private to import/. */
#ifndef IMPORT_CSV_H
#define IMPORT_CSV_H

#include "import/csv_lex.h"
#include "import/pass.h"

enum {
    CSV_NONE = IMPORT_COLUMN_KINDS, /* a column of no use */
    CSV_HEADER_MAX = 64,            /* bytes of a header that are looked at */
    CSV_SIGNATURE_MAX = 1024
};

/* Languages of header words, as bits. */
enum csv_language {
    CSV_EN = 1,
    CSV_DE = 2,
    CSV_FR = 4,
    CSV_NL = 8,
    CSV_ES = 16,
    CSV_IT = 32,
    CSV_PT = 64,
    CSV_CS = 128,
    CSV_PL = 256,
    CSV_HU = 512,
    CSV_NORDIC = 1024,
    CSV_FI = 2048,
    CSV_TR = 4096,
    CSV_LANGUAGES = 13
};

/* Header words. A row holds words of one column kind in one language, each between bars. A kind's
 * first row is its best: it wins over a later one in another column. */
struct csv_words {
    enum import_column column;
    enum csv_language language;
    const char *words;
};

extern const struct csv_words csv_words[];
extern const size_t csv_word_count;

/* A header folded for comparison: without a currency, a number or "in" at its end. */
void csv_fold_header(const char *text, size_t length, char ret_folded[CSV_HEADER_MAX]);

/* What a header means: the kind, its rank (lower is better) and its languages. CSV_NONE when it is
 * not known. */
enum import_column csv_header_column(const char *folded, size_t *ret_rank,
                                     unsigned int *ret_languages);

/* Credit (1) or debit (-1) for a word that says so, 0 for any other. */
int csv_mark(const char *text, size_t length);

/* Whether a row is booked, by its word for it. */
enum csv_status {
    CSV_BOOKED,
    CSV_PENDING,
    CSV_VOID /* declined, reverted: no money moved */
};

enum csv_status csv_status(const char *text, size_t length);

/* "Opening balance", "Kontostand" …: a row that moves no money. */
bool csv_is_balance(const char *text, size_t length);
/* The same, or "Total" and its like, which only a row without a date may be. */
bool csv_is_total(const char *text, size_t length);
/* Words that a card's bank writes for a payment of its bill. */
bool csv_is_card_payment(const char *text, size_t length);

/* A bank's CSV by its header: folded cells between bars, as many as are sure. */
struct csv_bank {
    const char *name;
    const char *signature;
    char currency[4]; /* "" when accounts have several */
    enum import_date_order date_order;
    enum import_sign sign;
    const char *mapping; /* columns that the words alone would read wrongly, or "" */
};

#define CSV_OWN_EXPORT "ninepence"

const struct csv_bank *csv_find_bank(const char *signature);

/* The way a file is written, as far as its first records tell. */
struct csv_dialect {
    char delimiter;
    size_t header_record; /* records up to and with the header; 0 without one */
    size_t column_count;
    uint8_t columns[IMPORT_COLUMNS_MAX];
    unsigned int languages; /* the likeliest, as bits */
    const struct csv_bank *bank;
    char currency[4]; /* that a header names */
    /* Without a header, of what the columns were guessed from: */
    size_t guess_rows;

    struct csv_look {
        bool date;
        bool amount;
        char example[24];
    } looks[IMPORT_COLUMNS_MAX];
};

/* Chooses delimiter and header. -EBADMSG when no record looks like a header and none like data;
 * then and without a header the columns are still to be found. -ENOMEM. */
MUST_CHECK int csv_choose_dialect(const struct import_mapping *mapping, const char *window,
                                  size_t length, struct csv_dialect *ret_dialect);

/* Finds the columns of a file without a header by what is in them. -ENOMEM. */
MUST_CHECK int csv_guess_columns(const char *window, size_t length, struct csv_dialect *dialect);
/* Asks about what the guess left open and the caller has not said. */
void csv_check_guess(struct import_pass *pass, const struct csv_dialect *dialect);

/* The records above the header: account, currency, balances. */
struct csv_preamble {
    char account[IMPORT_ACCOUNT_MAX];
    char currency[4];
    char opening[IMPORT_FOUND_MAX];
    char closing[IMPORT_FOUND_MAX];
};

void csv_read_preamble(struct csv_preamble *preamble, const struct csv_record *record);

/* What a survey counts, column by column and for the signs of the amounts. */
struct csv_column_seen {
    uint64_t filled;
    uint64_t dates;
    uint64_t amounts;
    uint64_t exact; /* amounts with a fraction or a sign, which no id has */
    uint64_t negative;
    uint64_t marks;
    uint64_t length; /* of all texts */
    uint64_t first;  /* hash of the first text */
    bool varies;
};

struct csv_survey {
    struct import_pass *pass;
    struct csv_dialect dialect;
    struct csv_preamble preamble;
    struct import_order_evidence orders;
    struct import_mark_evidence marks;
    uint64_t records;
    uint64_t rows;           /* with a date */
    uint64_t amount_missing; /* rows with a debit or credit and no amount */
    uint64_t mark_agrees;    /* the sign is what the mark says: negative debit … */
    uint64_t mark_differs;   /* positive debit: the mark alone tells the direction */
    uint64_t payments_out;   /* card payments that are negative */
    char value_currency[4];  /* that stands beside the amounts */
    uint64_t first_line;     /* of the first row with an amount, for questions */
    char first_amount[IMPORT_FOUND_MAX];
    struct csv_column_seen *columns; /* IMPORT_COLUMNS_MAX */
};

void csv_survey_record(struct csv_survey *survey, const struct csv_record *record);
/* Writes all decisions into the profile. 0 or -EBADMSG. */
MUST_CHECK int csv_survey_end(struct csv_survey *survey);

/* The cell of a kind, an empty one when the record is short or the file has none. */
struct csv_cell csv_cell_of(const struct csv_record *record, const uint8_t *columns,
                            enum import_column kind);

/* Takes a text with labels apart into the entry's fields; *ret_split is false when it has none. */
MUST_CHECK int csv_split_labels(struct import_entry *entry, const char *text, size_t length,
                                bool *ret_split);

/* One row of a reading: an entry, a problem, or something to leave out. */
MUST_CHECK int csv_read_row(struct import_pass *pass, const struct csv_record *record,
                            const struct csv_cell *header, size_t header_count);

#endif
