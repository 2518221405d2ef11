/* The two lines of MT940 that hold a transaction. Private to import/. */
#ifndef IMPORT_MT940_H
#define IMPORT_MT940_H

#include "import/entry.h"

/* What is wrong with a :61: line, by its part. */
enum mt940_part {
    MT940_FINE,
    MT940_BAD_DATE,
    MT940_BAD_MARK,
    MT940_BAD_AMOUNT
};

/* Reads the value of :61:, with its second line, into the entry. -ENOMEM, or 0 with *ret_part. */
MUST_CHECK int mt940_statement_line(struct import_entry *entry, const char *text, size_t length,
                                    enum mt940_part *ret_part);

/* Reads the value of :86: into the entry: the numbered fields of the German and Polish banks, the
 * words between slashes of the Dutch ones and of SWIFT, else free text. */
MUST_CHECK int mt940_information(struct import_entry *entry, const char *text, size_t length);

struct mt940_balance {
    bool date_is_real;
    char currency[4];
    struct import_decimal amount;
};

/* Reads the value of :60F:, :60M:, :62F: or :62M:. -EINVAL when it is no balance. */
MUST_CHECK int mt940_read_balance(const char *text, size_t length, struct mt940_balance *ret);

#endif
