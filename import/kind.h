/* What kind of transaction an entry is, by its sign, the bank's code and its words. Private to
 * import/. */
#ifndef IMPORT_KIND_H
#define IMPORT_KIND_H

#include "import/entry.h"

enum import_kind import_kind_guess(const struct import_entry *entry);

#endif
