/* ninepence://exports/FORMAT/QUERY: the file that export_expenses named, made anew from the parameters of
 * its filter, which the address holds. */
#include "tools/offers.h"

#include <errno.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/support/export_text.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"

static int fail_unknown(struct call *call)
{
    return call_fail(call, &(struct call_error){
                               .code = "not_found",
                               .message = "There is no such export. Ask export_expenses for one."});
}

static bool is_format(const char *name)
{
    for (size_t i = 0; name && export_formats[i]; i++) {
        if (strcmp(export_formats[i], name) == 0)
            return true;
    }
    return false;
}

static int resource_rows(struct call *call, const struct db_rows *rows)
{
    OWNED_BUF text = BUF_INIT(EXPORT_BYTES_MAX);
    enum import_export_format format = export_format_of(resource_variable(call, "format"));
    if (export_unknown(rows)[0] || export_count(rows) > EXPORT_ROWS_MAX)
        return fail_unknown(call);
    int r = export_write(call, rows, format, &text);
    if (r != 0)
        return r;
    resource_text(call, NULL, import_export_type(format), buf_text(&text));
    return call_reply(call);
}

/* The parameters are texts that the statement casts; what is no filter fails there or here. */
static int resource_read(struct call *call)
{
    const char *why = NULL;
    const char *query = resource_variable(call, "query");
    OWNED_JSON list = query ? json_parse(query, strlen(query), &why) : NULL;
    const char *values[EXPORT_PARAMS] = {call_ledger(call)->id_text};
    size_t count = EXPORT_FIRST_KEPT;
    const cJSON *item;
    if (!is_format(resource_variable(call, "format")) || !cJSON_IsArray(list) ||
        cJSON_GetArraySize(list) != FILTER_PARAMS - EXPORT_FIRST_KEPT)
        return fail_unknown(call);
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item) && !cJSON_IsNull(item))
            return fail_unknown(call);
        values[count++] = cJSON_IsString(item) ? item->valuestring : NULL;
    }
    return export_read(call, values, resource_rows);
}

const struct resource resource_exports = {
    .uri = "ninepence://exports/{format}/{query}",
    .name = "export",
    .title = "Expenses as a file",
    .description = "CSV, OFX, hledger journal or beancount, as export_expenses named it.",
    .mime_type = "text/plain",
    .read = resource_read,
};
