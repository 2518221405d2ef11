/* export_expenses: the expenses that match a filter as a file for other programs: a link that the client
 * reads, and on the command line the file itself. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/answer.h"
#include "tools/support/export_text.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"

struct export_expenses_args {
    struct filter filter;
    const char *format;
    bool inline_text;

    const char *uri; /* not an argument */
};

static const struct field args[] = {
    FIELD_ROW(struct export_expenses_args, filter, struct filter, field_filter,
              .fields = FILTER_FIELDS_OF("all", filter_kinds_at_large, "all"),
              .doc = "What counts."),
    ARG_CHOICE(struct export_expenses_args, format, .choices = export_formats, .def = "csv",
               .flags = FIELD_PLAIN, .doc = "csv comes back exactly."),
    ARG_BOOL(struct export_expenses_args, inline_text, .flags = FIELD_HIDDEN,
             .doc = "The file in the answer."),
    ARG_END,
};

static const struct field result[] = {
    OUT_TEXT("summary"), OUT_TEXT("uri"),         OUT_TEXT("name"), OUT_TEXT("format"),
    OUT_INT("count"),    OUT_ANY_OBJECT("error"), OUT_END,
};

static int refuse_size(struct call *call)
{
    return call_refuse(call, "period",
                       "more than %d expenses match, which is too much for one file; "
                       "narrow the period",
                       (int)EXPORT_ROWS_MAX);
}

static void write_answer(struct call *call, size_t count, const char *name)
{
    const struct export_expenses_args *a = call_args(call);
    struct json_out *out = call_answer(call);
    OWNED_BUF summary = BUF_INIT(500);
    if (count == 0) {
        (void)buf_append_text(&summary, "Nothing matches, so the file is empty. get_context says "
                                        "which days and names the books have.");
    } else {
        bool is_expense = strcmp(a->filter.kind, "expense") == 0;
        sentence_count(&summary, (long long)count, is_expense ? "expense" : "entry",
                       is_expense ? "expenses" : "entries");
        (void)buf_printf(&summary, " as %s: read the link to get the file %s.", a->format, name);
    }
    json_object(out);
    json_put_text(out, "summary", buf_text(&summary));
    if (a->uri)
        json_put_text(out, "uri", a->uri);
    json_put_text(out, "name", name);
    json_put_text(out, "format", a->format);
    json_put_int(out, "count", (int64_t)count);
    json_end_object(out);
}

static int export_done(struct call *call, const struct db_rows *rows)
{
    struct export_expenses_args *a = call_args(call);
    enum import_export_format format = export_format_of(a->format);
    int r = names_settle(call, &a->filter.names, export_unknown(rows));
    if (r <= 0)
        return r;
    size_t count = export_count(rows);
    if (count > EXPORT_ROWS_MAX)
        return refuse_size(call);
    const char *name = arena_printf(call_arena(call), "ninepence.%s", import_export_suffix(format));
    if (!name)
        return -ENOMEM;
    write_answer(call, count, name);
    if (a->inline_text) {
        OWNED_BUF text = BUF_INIT(EXPORT_BYTES_MAX);
        r = export_write(call, rows, format, &text);
        if (r != 0)
            return r == -EMSGSIZE ? refuse_size(call) : r;
        call_add_resource(call, a->uri ? a->uri : "ninepence://exports", import_export_type(format),
                          buf_text(&text));
    } else if (a->uri) {
        call_add_link(call, a->uri, name, import_export_type(format), "The expenses as a file.");
    }
    return call_reply(call);
}

static int run(struct call *call)
{
    struct export_expenses_args *a = call_args(call);
    const struct filter_options options = {0};
    const char *values[EXPORT_PARAMS];
    int r = filter_values(call, &a->filter, &options, values);
    if (r != 0)
        return r;
    a->uri = export_uri(call, a->format, values);
    if (!a->uri && !a->inline_text)
        return call_refuse(call, NULL, "the filter is too long for a link; use fewer names");
    return export_read(call, values, export_done);
}

static int start(struct call *call)
{
    struct export_expenses_args *a = call_args(call);
    int r = filter_begin(call, &a->filter, run);
    return r == 0 ? run(call) : r;
}

const struct tool tool_export_expenses = {
    .name = "export_expenses",
    .title = "Export expenses",
    .description = "Hand expenses to a spreadsheet or another program, as a file.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct export_expenses_args),
    .result = result,
    .start = start,
};
