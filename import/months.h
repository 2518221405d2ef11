/* Names of months in the languages of the banks. */
#ifndef IMPORT_MONTHS_H
#define IMPORT_MONTHS_H

#include <stddef.h>

/* 1 to 12 for a name or its abbreviation, folded or not; 0 for none. */
unsigned int import_month_by_name(const char *text, size_t length);

#endif
