/* URI templates of RFC 6570, level 1: literal text and {variables}. A variable stands for one or
 * more characters other than "/", "?" and "#". */
#ifndef MCP_URI_TEMPLATE_H
#define MCP_URI_TEMPLATE_H

#include <stdbool.h>

#include "base/buf.h"

bool uri_is_template(const char *uri);

/* Whether the braces pair up and the variables have names. */
bool uri_template_is_valid(const char *uri_template);

bool uri_template_has(const char *uri_template, const char *variable);

/* Whether the URI is one of the template; with `variable`, its decoded value goes to `ret_value`. */
bool uri_template_match(const char *uri_template, const char *uri, const char *variable,
                        struct buf *ret_value);

#endif
