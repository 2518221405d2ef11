/* Tables of fields as JSON Schema 2020-12. Objects and lists are written here, because they hold
 * tables; the rest by the field types themselves. What is brief leaves out what a refusal says when
 * it matters: binding knows the whole table in either case. */
#include <string.h>

#include "mcp/field.h"
#include "mcp/field_impl.h"

static void write_members(const struct field_part *parts, size_t count, unsigned how,
                          struct json_out *out);

/* The members of the schema of one value; its object is open. */
static void write_value(const struct field *field, unsigned how, struct json_out *out)
{
    bool is_brief = how & FIELD_SCHEMA_BRIEF;
    if (field->type == &field_object && is_brief && (how & FIELD_SCHEMA_RESULT)) {
        json_put_text(out, "type", "object");
    } else if (field->type == &field_object) {
        struct field_part part = {.fields = field->fields};
        write_members(&part, 1, how, out);
    } else if (field->type == &field_list) {
        struct field item = field_list_item(field);
        json_put_text(out, "type", "array");
        if (is_brief && (how & FIELD_SCHEMA_RESULT))
            return;
        json_put_object(out, "items");
        write_value(&item, how, out);
        json_end_object(out);
        if (field->min > 0 && !is_brief)
            json_put_int(out, "minItems", field->min);
        if (field->max > 0 && !is_brief)
            json_put_int(out, "maxItems", field->max);
    } else {
        struct field row = *field;
        if (is_brief)
            row.min = row.max = 0;
        field->type->schema(&row, out);
    }
}

/* A brief schema names the default, unless that is what one would expect: the first of the choices,
 * or not. */
static bool says_default(const struct field *field, unsigned how)
{
    if (!field->def || !(how & FIELD_SCHEMA_BRIEF))
        return field->def;
    if (field->type == &field_choice)
        return strcmp(field->def, field->choices[0]) != 0;
    return field->type != &field_bool || strcmp(field->def, "false") != 0;
}

/* Choices that another row of the table has spelled out already need no second list. */
static bool repeats_choices(const struct field *fields, const struct field *field)
{
    for (const struct field *other = fields; other < field; other++) {
        if (other->type == &field_choice && field->type == &field_choice &&
            other->choices == field->choices)
            return true;
    }
    return false;
}

static void write_property(const struct field *fields, const struct field *field, unsigned how,
                           struct json_out *out)
{
    json_put_object(out, field->name);
    if ((how & FIELD_SCHEMA_BRIEF) && repeats_choices(fields, field)) {
        json_put_text(out, "type", "string");
    } else if (field->flags & FIELD_NULLABLE) {
        json_put_array(out, "anyOf");
        json_object(out);
        write_value(field, how, out);
        json_end_object(out);
        json_object(out);
        json_put_text(out, "type", "null");
        json_end_object(out);
        json_end_array(out);
    } else {
        write_value(field, how, out);
    }
    if (field->doc && !((how & FIELD_SCHEMA_BRIEF) && (field->flags & FIELD_PLAIN)))
        json_put_text(out, "description", field->doc);
    if (says_default(field, how) && field->type->default_is_json)
        json_put_raw(out, "default", field->def);
    else if (says_default(field, how))
        json_put_text(out, "default", field->def);
    json_end_object(out);
}

static void write_properties(const struct field *fields, unsigned how, struct json_out *out)
{
    for (const struct field *field = fields; field && field->type; field++) {
        if (field->flags & FIELD_HIDDEN)
            continue;
        if (field->type->is_group)
            write_properties(field->fields, how, out);
        else
            write_property(fields, field, how, out);
    }
}

static bool write_required(const struct field *fields, bool began, struct json_out *out)
{
    for (const struct field *field = fields; field && field->type; field++) {
        if (field->type->is_group) {
            began = write_required(field->fields, began, out);
        } else if (field->flags & FIELD_REQUIRED) {
            if (!began)
                json_put_array(out, "required");
            began = true;
            json_text(out, field->name);
        }
    }
    return began;
}

static bool is_empty(const struct field_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parts[i].fields && parts[i].fields->type)
            return false;
    }
    return true;
}

static void write_members(const struct field_part *parts, size_t count, unsigned how,
                          struct json_out *out)
{
    bool began = false;
    json_put_text(out, "type", "object");
    if (!is_empty(parts, count)) {
        json_put_object(out, "properties");
        for (size_t i = 0; i < count; i++)
            write_properties(parts[i].fields, how, out);
        json_end_object(out);
        for (size_t i = 0; i < count; i++)
            began = write_required(parts[i].fields, began, out);
        if (began)
            json_end_array(out);
    }
    if (!(how & (FIELD_SCHEMA_RESULT | FIELD_SCHEMA_BRIEF)))
        json_put_bool(out, "additionalProperties", false);
}

static bool has_required(const struct field *fields)
{
    for (const struct field *field = fields; field && field->type; field++) {
        if ((field->flags & FIELD_REQUIRED) ||
            (field->type->is_group && has_required(field->fields)))
            return true;
    }
    return false;
}

/* A result that may be an error instead: clients check errors against the output schema, too. */
static void write_result_or_error(const struct field *fields, unsigned how, struct json_out *out)
{
    json_put_text(out, "type", "object");
    json_put_object(out, "properties");
    write_properties(fields, how, out);
    json_end_object(out);
    if (!has_required(fields))
        return;
    json_put_array(out, "anyOf");
    json_object(out);
    if (write_required(fields, false, out))
        json_end_array(out);
    json_end_object(out);
    json_object(out);
    json_put_array(out, "required");
    json_text(out, "error");
    json_end_array(out);
    json_end_object(out);
    json_end_array(out);
}

void field_write_schema_of(const struct field_part *parts, size_t count, unsigned how,
                           struct json_out *out)
{
    json_object(out);
    if ((how & FIELD_SCHEMA_RESULT) && count == 1 && field_find(parts[0].fields, "error"))
        write_result_or_error(parts[0].fields, how, out);
    else
        write_members(parts, count, how, out);
    json_end_object(out);
}

void field_write_schema(const struct field *fields, unsigned how, struct json_out *out)
{
    struct field_part part = {.fields = fields};
    field_write_schema_of(&part, 1, how, out);
}

/* For callers of the type itself, who have an argument in mind. */
void field_schema_of_value(const struct field *field, struct json_out *out)
{
    write_value(field, 0, out);
}
