/* The writers of the formats, each in its file. Private to import/. */
#ifndef IMPORT_EXPORT_PRIVATE_H
#define IMPORT_EXPORT_PRIVATE_H

#include "import/decimal.h"
#include "import/export.h"

MUST_CHECK int export_csv_begin(struct import_export *export);
MUST_CHECK int export_csv_entry(struct import_export *export, const struct import_export_row *row);

MUST_CHECK int export_ofx_begin(struct import_export *export);
MUST_CHECK int export_ofx_entry(struct import_export *export, const struct import_export_row *row);
MUST_CHECK int export_ofx_end(struct import_export *export);

MUST_CHECK int export_hledger_begin(struct import_export *export);
MUST_CHECK int export_hledger_entry(struct import_export *export,
                                    const struct import_export_row *row);

MUST_CHECK int export_beancount_begin(struct import_export *export);
MUST_CHECK int export_beancount_entry(struct import_export *export,
                                      const struct import_export_row *row);

/* The other side of a row in books with two sides: where the money came from or went. */
const char *export_root(const struct import_export_row *row, bool upper_case);

/* The amount with its sign turned, into at least IMPORT_AMOUNT_TEXT_MAX bytes. */
void export_negated(const char *amount, char *ret_text);

/* Takes back what was written behind `length`. */
void export_cut(struct buf *out, size_t length);

/* One part of a category or an account between colons, trimmed; NULL at the end. */
const char *export_next_part(const char **at, size_t *ret_length);

#endif
