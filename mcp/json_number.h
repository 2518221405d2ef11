/* Comparing numbers by their source text, without ever turning them into binary. */
#ifndef MCP_JSON_NUMBER_H
#define MCP_JSON_NUMBER_H

#include <stdbool.h>

/* Below zero, zero or above zero, as the first number is less than, equal to or greater than the
 * second. Both are JSON numbers. */
int json_number_compare(const char *a, const char *b);

/* Whether the number is whole: 3, 3.0, 30e-1. */
bool json_number_is_whole(const char *number);

#endif
