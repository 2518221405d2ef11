/* Turns the field tables of tools into text. A group's members stand flat beside the others; the
 * members of an object are written with a dot, as `ninepence call` takes them. */
#include "cli/reference.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

enum {
    REFERENCE_NAME_MAX = 120,
    REFERENCE_TYPE_MAX = 400,
    REFERENCE_NAME_WIDTH = 24
};

/* Writes one field; `name` is the full one. */
typedef void field_writer(FILE *out, const struct field *field, const char *name, const char *type);

static void append_choices(struct buf *type, const struct field *field)
{
    for (size_t i = 0; field->choices && field->choices[i]; i++)
        (void)buf_printf(type, "%s%s", i ? " | " : "", field->choices[i]);
}

static void append_type(struct buf *type, const struct field *field)
{
    if (field->choices)
        append_choices(type, field);
    else
        (void)buf_append_text(type, field->type->name);
    if (field->item)
        (void)buf_printf(type, " of %s", field->item->name);
    if (field->def)
        (void)buf_printf(type, ", default %s", field->def);
    if (field->flags & FIELD_REQUIRED)
        (void)buf_append_text(type, ", required");
}

static void write_fields(FILE *out, const struct field *fields, const char *prefix,
                         field_writer *write);

static void write_field(FILE *out, const struct field *field, const char *prefix,
                        field_writer *write)
{
    OWNED_BUF name = BUF_INIT(REFERENCE_NAME_MAX);
    OWNED_BUF type = BUF_INIT(REFERENCE_TYPE_MAX);
    if (field->flags & FIELD_HIDDEN)
        return;
    if (field->type->is_group) {
        write_fields(out, field->fields, prefix, write);
        return;
    }
    (void)buf_printf(&name, "%s%s", prefix, field->name);
    append_type(&type, field);
    write(out, field, buf_text(&name), buf_text(&type));
    if (!field->fields)
        return;
    (void)buf_append_text(&name, field->item ? "[]." : ".");
    write_fields(out, field->fields, buf_text(&name), write);
}

static void write_fields(FILE *out, const struct field *fields, const char *prefix,
                         field_writer *write)
{
    for (const struct field *field = fields; field && field->type; field++)
        write_field(out, field, prefix, write);
}

static void write_plain(FILE *out, const struct field *field, const char *name, const char *type)
{
    (void)fprintf(out, "  %-*s %s (%s)\n", REFERENCE_NAME_WIDTH, name, field->doc ? field->doc : "",
                  type);
}

/* A bar would end the cell of a table. */
static void put_cell(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
}

static void write_markdown(FILE *out, const struct field *field, const char *name, const char *type)
{
    (void)fprintf(out, "| `%s` | ", name);
    put_cell(out, type);
    (void)fputs(" | ", out);
    put_cell(out, field->doc ? field->doc : "");
    (void)fputs(" |\n", out);
}

static const char *effect(const struct tool *tool)
{
    if (tool->flags & TOOL_READ_ONLY)
        return "only reads";
    return tool->flags & TOOL_DESTRUCTIVE ? "writes, may change or remove" : "writes, only adds";
}

void reference_line(FILE *out, const struct tool *tool)
{
    (void)fprintf(out, "  %-*s %s\n", REFERENCE_NAME_WIDTH + 4, tool->name,
                  tool->title ? tool->title : tool->description);
}

void reference_tool(FILE *out, const struct tool *tool)
{
    (void)fprintf(out, "%s: %s\n%s (%s)\n", tool->name, tool->title ? tool->title : "",
                  tool->description, effect(tool));
    (void)fprintf(out, "\nUsage: ninepence call %s [name=value…]\n", tool->name);
    if (tool->args)
        write_fields(out, tool->args, "", write_plain);
}

void reference_markdown(FILE *out, const struct tool *tool)
{
    (void)fprintf(out, "### `%s`\n\n%s *(%s)*\n\n", tool->name, tool->description, effect(tool));
    if (!tool->args || !tool->args->type) {
        (void)fputs("No arguments.\n\n", out);
        return;
    }
    (void)fputs("| argument | type | meaning |\n|---|---|---|\n", out);
    write_fields(out, tool->args, "", write_markdown);
    (void)fputc('\n', out);
}
