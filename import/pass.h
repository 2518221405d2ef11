/* One pass over a file, as the readers of the formats see it: UTF-8 text comes in, entries and
 * problems go out. Private to import/. */
#ifndef IMPORT_PASS_H
#define IMPORT_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "import/amount.h"
#include "import/charset.h"
#include "import/entry.h"
#include "import/import.h"
#include "import/kind.h"
#include "import/totals.h"

struct import_pass;

/* A reader of one format. In a survey it looks at every date and amount and in `end` writes what it
 * decided, or asks, into pass->profile; in a reading it finds the decisions there. It gets the whole
 * text, in pieces. Results are 0 or a negative errno. */
struct import_reader {
    const char *name;
    /* `window` is the beginning of the text in a survey, NULL in a reading; it is fed as well. */
    int (*open)(struct import_pass *pass, const char *window, size_t length, void **ret_state);
    int (*feed)(void *state, const char *text, size_t length);
    int (*end)(void *state);
    void (*close)(void *state); /* takes NULL */
};

extern const struct import_reader csv_reader;
extern const struct import_reader ofx_reader;
extern const struct import_reader qif_reader;
extern const struct import_reader camt_reader;
extern const struct import_reader mt940_reader;

struct import_pass {
    bool is_survey;
    bool is_open; /* character set and format are known, the reader gets what comes */
    uint64_t max_bytes;
    uint64_t max_rows;
    struct import_handler handler;
    struct import_profile profile;
    struct buf window; /* bytes of the survey before anything is decided */
    struct buf text;   /* the same as text */
    struct import_charset *charset;
    const char *charset_name;
    bool charset_is_sure;
    const struct import_reader *reader;
    void *state;
    uint64_t bytes;
    uint64_t fingerprint;
    uint64_t rows; /* entries, whatever becomes of them */
    uint64_t errors;
    uint64_t warnings;
    uint64_t skipped;
    int error; /* the first one: nothing is taken after it */
    bool has_fatal;
    struct import_problem fatal;
    bool in_statement; /* entries belong to the statement that is open, whatever they say */
    struct import_totals totals;
    struct import_entry entry;
    struct buf payee; /* scratch of the cleaning */
    struct import_kind_index kinds;
};

/* Where a problem is. */
struct import_place {
    uint64_t line;
    uint64_t entry;
    const char *id;       /* may be NULL */
    const char *field;    /* column or element, may be NULL */
    const char *expected; /* what should stand there, may be NULL */
};

/* Tells the caller of a reading; in a survey nothing happens. `found` may be NULL. 0, or what the
 * callback returned. */
MUST_CHECK int import_report(struct import_pass *pass, enum import_severity severity,
                             enum import_problem_code code, const struct import_place *place,
                             const char *found, size_t found_length);

/* Ends the pass: -EBADMSG, or -EMSGSIZE for IMPORT_TOO_LARGE. `expected` says it all in a
 * sentence. */
MUST_CHECK int import_fail(struct import_pass *pass, enum import_problem_code code, uint64_t line,
                           const char *sentence, ...) PRINTF_LIKE(4, 5);

/* One more entry: -EMSGSIZE beyond the caller's bound. */
MUST_CHECK int import_count_row(struct import_pass *pass, uint64_t line);

/* Hands the entry out: cleans the payee, guesses the kind, counts it. In a survey nothing happens.
 * The currency of the mapping stands in for one that is missing. */
MUST_CHECK int import_emit(struct import_pass *pass, struct import_entry *entry);

/* The entries that follow are of this statement, until the next one begins; those before are handed
 * out. Formats without statements never call it: their entries are told apart by account and
 * currency. The account's totals are in import_totals_account(&pass->totals). */
MUST_CHECK int import_begin_statement(struct import_pass *pass, const char *account,
                                      const char *currency);

/* Closes the open statements and hands them out, with a warning where a balance does not fit. */
MUST_CHECK int import_emit_statements(struct import_pass *pass);

/* A new question, NULL when there are too many. */
struct import_question *import_ask(struct import_pass *pass, enum import_question_kind kind,
                                   const char *name, uint64_t line);
void import_ask_option(struct import_question *question, const char *value, const char *meaning);
/* The questions about date order and decimal mark, with their options. */
void import_ask_date_order(struct import_pass *pass, const struct import_order_evidence *evidence);
void import_ask_decimal_mark(struct import_pass *pass, const struct import_mark_evidence *evidence);

/* What the values of the file tell goes into the profile's mapping, unless the caller has decided;
 * what they leave open is asked. */
void import_decide_dates(struct import_pass *pass, const struct import_order_evidence *evidence);
void import_decide_marks(struct import_pass *pass, const struct import_mark_evidence *evidence);

/* Copies a text into a field of fixed size, cut between characters, controls as blanks. */
void import_copy(char *to, size_t size, const char *text, size_t length);

/* What a file is, by the beginning of its bytes and of its text. On IMPORT_FORMAT_UNKNOWN
 * *ret_refusal is a sentence for people. */
enum import_format import_sniff(const char *bytes, size_t byte_count, const char *text,
                                size_t length, const char **ret_refusal);

#endif
