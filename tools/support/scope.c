/* Arguments of a tool as a scope. The period of monthly_summary, which has none of its own, comes from
 * its answer (explain_number.c). */
#include "tools/support/scope.h"

#include <errno.h>
#include <string.h>

#include "tools/support/ledger.h"

/* The row of the table with this name (groups included) and where its value is; NULL when there is
 * none. `name` NULL: the first row of type `type`. */
static const struct field *locate(const struct field *fields, char *args, const char *name,
                                  const struct field_type *type, void **ret_value)
{
    for (const struct field *field = fields; field && field->type; field++) {
        const struct field *found = NULL;
        if (name ? strcmp(field->name, name) == 0 && !field->type->is_group : field->type == type) {
            *ret_value = args + field->offset;
            return field;
        }
        if (field->type->is_group)
            found = locate(field->fields, args + field->offset, name, type, ret_value);
        if (found)
            return found;
    }
    return NULL;
}

static const char *read_choice(const struct tool *tool, char *args, const char *name,
                               const char *otherwise)
{
    void *value = NULL;
    const struct field *field = locate(tool->args, args, name, NULL, &value);
    if (!field || field->type != &field_choice || !*(const char **)value)
        return otherwise;
    return *(const char **)value;
}

/* One name, or a list of them. */
static void read_names(const struct tool *tool, char *args, const char *name,
                       struct name_list *ret_names)
{
    void *value = NULL;
    const struct field *field = locate(tool->args, args, name, NULL, &value);
    if (field && field->type == &field_names)
        *ret_names = *(struct name_list *)value;
    else if (field && field->type == &field_name && ((struct name_ref *)value)->text)
        *ret_names = (struct name_list){value, 1};
}

static void read_flat(const struct tool *tool, char *args, struct scope *scope)
{
    struct filter *filter = &scope->filter;
    void *value = NULL;
    filter->kind = "expense";
    if (locate(tool->args, args, NULL, &field_period, &value))
        filter->period = *(struct period *)value;
    read_names(tool, args, "category", &filter->category);
    read_names(tool, args, "merchant", &filter->merchant);
    read_names(tool, args, "tag", &filter->tag);
    read_names(tool, args, "account", &filter->account);
    read_names(tool, args, "user", &filter->user);
    read_names(tool, args, "users", &filter->user);
}

static void unbind(struct call *call, void *bind)
{
    (void)call;
    bind_clear(bind);
}

static int bind_arguments(struct call *call, const struct tool *tool, const cJSON *arguments,
                          char *args)
{
    struct bind *bind = arena_alloc(call_arena(call), sizeof(*bind));
    if (!bind)
        return -ENOMEM;
    *bind = (struct bind){.arena = call_arena(call), .user = call_user(call)};
    int r = call_on_end(call, unbind, bind);
    if (r == 0)
        r = bind_object(bind, tool->args, arguments, args);
    return r == 0 ? ledger_resolve(call, tool->args, args) : r;
}

int scope_read(struct call *call, const struct tool *tool, const cJSON *arguments,
               struct scope *ret_scope)
{
    struct scope scope = {.status = "any"};
    void *value = NULL;
    char *args = arena_alloc(call_arena(call), tool->args_size + 1);
    if (!args)
        return -ENOMEM;
    int r = bind_arguments(call, tool, arguments, args);
    if (r != 0)
        return r;
    if (locate(tool->args, args, NULL, &field_filter, &value))
        scope.filter = *(struct filter *)value;
    else
        read_flat(tool, args, &scope);
    scope.has_period = locate(tool->args, args, NULL, &field_period, &value) != NULL;
    scope.group_by = read_choice(tool, args, "group_by", "none");
    scope.then_by = read_choice(tool, args, "then_by", "none");
    scope.status = read_choice(tool, args, "status", "any");
    scope.filter.status = scope.status;
    const struct field *below =
        locate(tool->args, args, "include_subcategories", &field_bool, &value);
    scope.kinds_of_category = below != NULL;
    scope.exact_category = below && !*(bool *)value;
    *ret_scope = scope;
    return 0;
}

static bool has_result(const struct tool *tool, const char *name)
{
    for (const struct field *field = tool->result; field && field->type; field++) {
        if (strcmp(field->name, name) == 0)
            return true;
    }
    return false;
}

bool scope_explains(const struct tool *tool)
{
    return (tool->flags & TOOL_READ_ONLY) && tool->args && has_result(tool, "currency") &&
           has_result(tool, "rows") && (has_result(tool, "total") || has_result(tool, "period"));
}
