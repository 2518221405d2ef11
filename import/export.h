/* Transactions out: CSV, OFX, hledger journal, beancount. Text into a buffer and nothing else: the
 * caller writes it where it belongs, and may empty the buffer between two entries.
 *
 *     struct import_export export;
 *     import_export_begin(&export, IMPORT_EXPORT_CSV, &out, "20261122120000");
 *     for (…) import_export_entry(&export, &entry);
 *     import_export_end(&export);
 *
 * CSV and OFX come back through import.h with equal dates, amounts, currencies, payees, memos,
 * accounts and ids; CSV with category, kind and tags as well, byte by byte. No cell of the CSV is a
 * formula to a spreadsheet. Entries of one account and currency should follow one another by their days:
 * each change begins a new statement in OFX, from the day of its first entry to that of the export. */
#ifndef IMPORT_EXPORT_H
#define IMPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/own.h"
#include "import/import.h"

enum import_export_format {
    IMPORT_EXPORT_CSV,
    IMPORT_EXPORT_OFX,
    IMPORT_EXPORT_HLEDGER,
    IMPORT_EXPORT_BEANCOUNT
};

/* UTF-8, "" for what there is not, never NULL. */
struct import_export_row {
    const char *date;     /* 2026-04-30 */
    const char *amount;   /* canonical: negative is money out of the account */
    const char *currency; /* ISO 4217 */
    const char *payee;
    const char *memo;
    const char *category; /* levels between colons: "Food: Groceries" */
    enum import_kind kind;
    const char *account;
    const char *tags; /* between semicolons */
    const char *id;
};

struct import_export {
    enum import_export_format format;
    struct buf *out;
    uint64_t count;
    bool in_statement; /* of OFX */
    char account[IMPORT_EXPORT_ACCOUNT_MAX];
    char currency[4];
    char written[16]; /* when, for OFX */
};

/* The media type and the end of a file's name: "text/csv", "csv". */
const char *import_export_type(enum import_export_format format);
const char *import_export_suffix(enum import_export_format format);

/* `written` is the time of the export as YYYYMMDDHHMMSS. The buffer is borrowed until the end. Results
 * are 0 or the buffer's error; -EINVAL for a date or an amount that is none. */
MUST_CHECK int import_export_begin(struct import_export *export, enum import_export_format format,
                                   struct buf *out, const char *written);
MUST_CHECK int import_export_entry(struct import_export *export,
                                   const struct import_export_row *row);
MUST_CHECK int import_export_end(struct import_export *export);

/* Whether a spreadsheet could take the text for a formula: behind any apostrophes it begins with
 * = + - @, a tab or a line break, or the wide forms of the signs. Such cells get one apostrophe more on
 * the way out, and lose it on the way in. */
bool import_cell_is_live(const char *text, size_t length);

#endif
