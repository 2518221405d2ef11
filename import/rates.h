/* The reference rates of the European Central Bank, as its history file (eurofxref-hist.csv) has them:
 * one line a day, newest first, one column a currency, what one euro costs; N/A where there was
 * none. */
#ifndef IMPORT_RATES_H
#define IMPORT_RATES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/own.h"

/* Borrowed for the callback. */
struct import_rate {
    const char *day;      /* YYYY-MM-DD, a day of the calendar */
    const char *currency; /* three capitals */
    const char *per_euro; /* plain decimal above 0 */
};

/* A result other than 0 ends the reading. */
typedef int import_rate_each(void *user, const struct import_rate *rate);

/* Hands out every rate of the text in its order. 0; -EBADMSG with a sentence in `why`; -ENOMEM; or
 * what `each` returned. */
MUST_CHECK int import_rates_read(const char *text, size_t length, import_rate_each *each,
                                 void *user, struct buf *why);

#endif
