/* Numbers by their source text, never by way of binary floating point. */
#ifndef MCP_JSON_NUMBER_H
#define MCP_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"

/* Below zero, zero or above zero, as the first number is less than, equal to or greater than the
 * second. Both are JSON numbers. */
int json_number_compare(const char *a, const char *b);

/* Whether the number is whole: 3, 3.0, 30e-1. */
bool json_number_is_whole(const char *number);

/* The number when it is whole: 10, 10.0, 1e1, 100e-1. 0, -EINVAL when it is not, -ERANGE. */
MUST_CHECK int json_number_to_int(const char *number, int64_t *ret_number);

/* Bytes of the number that the text begins with, zeros in front of it allowed; 0 when it is none. */
size_t json_number_length(const char *text);

#endif
