/* What the files of the declared fields share. */
#ifndef MCP_FIELD_IMPL_H
#define MCP_FIELD_IMPL_H

#include "mcp/field.h"

/* The row with this property name, looked up in groups as well; NULL when there is none. */
const struct field *field_find(const struct field *fields, const char *name);

/* The row that stands for one item of a list. */
struct field field_list_item(const struct field *list);

/* The schema callback of lists and objects. */
void field_schema_of_value(const struct field *field, struct json_out *out);

/* A container that came as JSON text ("[1,2]"): the parsed tree, kept by `bind`, when the text is
 * one; otherwise `value` itself. NULL when out of memory. */
const cJSON *bind_unpack(struct bind *bind, const cJSON *value, char open);

/* Takes over a parsed tree whose values are bound; bind_clear() gives it back. */
void bind_keep(struct bind *bind, cJSON *tree);

#endif
