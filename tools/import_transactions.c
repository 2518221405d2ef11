/* import_transactions: a bank's file into the books. Preview says what the file is and what each row
 * is to the books; commit saves what is new, all or nothing, in one change. */
#include "tools/tool.h"

#include <errno.h>
#include <string.h>

#include "tools/support/change.h"
#include "tools/support/import_job.h"
#include "tools/support/limits.h"

static const char *const formats[] = {"auto", "csv", "ofx", "qfx", "qif", "camt053", "mt940", NULL};
static const char *const modes[] = {"preview", "commit", NULL};

static const struct field args[] = {
    ARG_TEXT(struct import_args, content, .max = IMPORT_CONTENT_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "The file's text; or path:"),
    ARG_TEXT(struct import_args, path, .flags = FIELD_PLAIN, .doc = "A file in the import folder."),
    ARG_CHOICE(struct import_args, format, .choices = formats, .def = "auto", .flags = FIELD_PLAIN,
               .doc = "Only if it is not recognised."),
    ARG_ACCOUNT(struct import_args, account, .flags = FIELD_PLAIN,
                .doc = "If the file does not say."),
    ARG_TEXT(struct import_args, mapping, .max = IMPORT_MAPPING_TEXT_MAX,
             .doc = "What a refusal asks, e.g. date_order=dmy."),
    ARG_CHOICE(struct import_args, mode, .choices = modes, .def = "preview", .flags = FIELD_PLAIN,
               .doc = "commit saves the new rows."),
    ARG_ID(struct import_args, import_id, id_import, .doc = "Of a preview, instead of the file."),
    ARG_LIST(struct import_args, as_new, .item = &field_int, .size = sizeof(int64_t),
             .max = IMPORT_LIST_MAX, .doc = "Rows (n) to take as new."),
    ARG_BOOL(struct import_args, create_missing, .flags = FIELD_PLAIN, .doc = "Make the account."),
    ARG_BOOL(struct import_args, skip_bad_rows, .flags = FIELD_PLAIN, .doc = "Save the rest."),
    ARG_INT(struct import_args, limit, .min = 1, .max = IMPORT_LIST_MAX, .def = "20",
            .flags = FIELD_PLAIN, .doc = "Rows shown."),
    ARG_END,
};

static bool saves(const struct call *call)
{
    const struct import_args *a = call_args(call);
    const struct change_args *change = call_extra_args(call);
    return strcmp(a->mode, "commit") == 0 && !change->dry_run;
}

static int show(struct call *call, const char *id)
{
    const struct import_args *a = call_args(call);
    return import_show(call, &(struct import_shown){.id = id, .limit = a->limit});
}

static int save(struct call *call, const char *id)
{
    const struct import_args *a = call_args(call);
    return import_save(call, &(struct import_saving){.id = id,
                                                     .as_new = a->as_new,
                                                     .skip_bad_rows = a->skip_bad_rows,
                                                     .limit = a->limit});
}

static int staged(struct import_job *job)
{
    return saves(job->call) ? save(job->call, job->import_id) : show(job->call, job->import_id);
}

static int start(struct call *call)
{
    const struct import_args *a = call_args(call);
    int given = (a->content != NULL) + (a->path != NULL) + (a->import_id > 0);
    if (given != 1)
        return change_refuse_argument(call, given == 0 ? "content" : "import_id",
                                      "must be said one of content, path and import_id, got %s",
                                      given == 0 ? "none" : "several");
    if (a->import_id == 0)
        return import_job_start(call, !saves(call), staged);
    const char *id = arena_printf(call_arena(call), "%lld", (long long)a->import_id);
    if (!id)
        return -ENOMEM;
    return saves(call) ? save(call, id) : show(call, id);
}

const struct tool tool_import_transactions = {
    .name = "import_transactions",
    .title = "Import transactions",
    .description = "For a statement or export of a bank (CSV, OFX, QIF, CAMT, MT940).",
    .args = args,
    .args_size = sizeof(struct import_args),
    .result = import_result,
    .start = start,
};
