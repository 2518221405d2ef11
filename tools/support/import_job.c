/* Reads a bank's file into the rows of an import: survey, questions, reading. What the rows mean to the
 * books is import_stage.sql's part, and nothing here saves anything in them. */
#include "tools/support/import_job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcp/json.h"
#include "mcp/json_out.h"
#include "tools/support/fold.h"
#include "tools/support/import_compare.sql.h"
#include "tools/support/import_stage.sql.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"

enum {
    PIECE_BYTES = 64 * 1024,
    SLICE_BYTES = 2 * 1024 * 1024, /* surveyed before others get their turn */
    PROBLEMS_BYTES = 16 * 1024,
    MESSAGE_MAX = 1200,
    SURVEY_PERCENT = 20,
    READ_PERCENT = 70
};

/* The first part of the keys of rows: QFX is OFX. */
static const char *import_scheme(enum import_format format)
{
    switch (format) {
    case IMPORT_FORMAT_CSV:
        return "csv";
    case IMPORT_FORMAT_OFX:
    case IMPORT_FORMAT_QFX:
        return "ofx";
    case IMPORT_FORMAT_QIF:
        return "qif";
    case IMPORT_FORMAT_CAMT:
        return "camt";
    case IMPORT_FORMAT_MT940:
        return "mt940";
    case IMPORT_FORMAT_UNKNOWN:
        break;
    }
    return "other";
}

/* --- ends ------------------------------------------------------------------------------------ */

static void job_ended(struct call *call, void *data)
{
    struct import_job *job = data;
    (void)call;
    job->pass = import_free(job->pass);
    statement_file_close(&job->file);
    import_columns_free(&job->columns);
    buf_free(&job->problems);
}

static int fail(struct import_job *job, const char *code, const char *field, const char *happened,
                const char *to_do)
{
    OWNED_BUF text = BUF_INIT(MESSAGE_MAX);
    const char *shown = import_field(job->call, field);
    (void)buf_printf(&text, "%s%s%s Nothing was saved.%s%s", shown ? shown : "", shown ? ": " : "",
                     happened, to_do ? " " : "", to_do ? to_do : "");
    if (job->tx)
        tool_tx_rollback(job->tx);
    job->tx = NULL;
    return call_fail(job->call,
                     &(struct call_error){
                         .code = code, .field = field, .message = buf_text(&text), .saved = "no"});
}

/* The pass failed: its own sentence says why. */
static int fail_pass(struct import_job *job, int error)
{
    const struct import_problem *problem = import_problem(job->pass);
    const char *field = job->wish->path ? "path" : "content";
    if (!problem || (error != -EBADMSG && error != -EMSGSIZE))
        return error;
    return fail(job, error == -EMSGSIZE ? "too_large" : "unreadable_file", field, problem->text,
                problem->code == IMPORT_CHANGED
                    ? "Import it again when nobody writes to it any more."
                    : "Look at the file, or download it again in another format.");
}

static void show_progress(struct import_job *job, int from, int to, const char *what)
{
    int64_t span = to - from;
    int64_t share =
        job->file.length > 0 ? (int64_t)(job->offset * (uint64_t)span / job->file.length) : span;
    call_progress(job->call, from + (share > span ? span : share), 100, what);
}

/* Feeds one piece: 1 at the end of the file, 0, or a negative errno. */
static int feed_piece(struct import_job *job)
{
    char piece[PIECE_BYTES];
    ssize_t got = statement_file_read(&job->file, job->offset, piece, sizeof(piece));
    if (got <= 0)
        return got == 0 ? 1 : (int)got;
    job->offset += (uint64_t)got;
    return import_feed(job->pass, piece, (size_t)got);
}

/* --- reading --------------------------------------------------------------------------------- */

static void note_problem(struct import_job *job, const char *severity, const char *text)
{
    struct json_out out;
    json_out_init(&out, &job->problems);
    job->problem_count++;
    if (job->problem_count > IMPORT_PROBLEMS_SHOWN)
        return;
    out.needs_comma = job->problem_count > 1;
    json_object(&out);
    json_put_text(&out, "severity", severity);
    json_put_text(&out, "text", text);
    json_end_object(&out);
}

static int take_transaction(void *user, const struct import_transaction *t)
{
    struct import_job *job = user;
    int r = import_columns_add(&job->columns, t);
    if (r != 1)
        return r;
    job->refused++;
    note_problem(job, "error", job->columns.why);
    return 0;
}

static int take_problem(void *user, const struct import_problem *problem)
{
    static const char *const severities[] = {
        [IMPORT_ERROR] = "error", [IMPORT_WARNING] = "warning", [IMPORT_SKIPPED] = "left out"};
    note_problem(user, severities[problem->severity], problem->text);
    return 0;
}

static int take_statement(void *user, const struct import_statement *statement)
{
    struct import_job *job = user;
    import_columns_statement(&job->columns, statement);
    return 0;
}

/* --- into the database ----------------------------------------------------------------------- */

static struct import_job *job_of(const struct call *call)
{
    return ((struct import_args *)call_args(call))->job;
}

static int staged(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                  size_t steps)
{
    struct import_job *job = job_of(call);
    (void)tx;
    (void)rows;
    (void)steps;
    job->tx = NULL;
    return job->staged(job);
}

/* --- comparing ------------------------------------------------------------------------------- */

static const char *number(struct import_job *job, uint64_t value)
{
    return arena_printf(call_arena(job->call), "%llu", (unsigned long long)value);
}

static int compare(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                   size_t steps)
{
    struct import_job *job = job_of(call);
    const struct import_columns *columns = &job->columns;
    const char *ledger = call_ledger(call)->id_text;
    const char *const import[] = {ledger, job->import_id};
    struct db_step compare_steps[IMPORT_COMPARE_STEPS + 1];
    struct import_around around;
    import_look_around(rows[steps - 1], &around);
    around.has_returns = columns->has_returns || (columns->has_income && around.has_purchases);
    const char *const books[] = {ledger,
                                 job->import_id,
                                 db_rows_text(rows[steps - 1], 0, AROUND_BOOKS),
                                 number(job, columns->fresh),
                                 number(job, columns->empty),
                                 number(job, columns->transfers)};
    if (!books[3] || !books[4] || !books[5])
        return -ENOMEM;
    size_t count = import_compare_steps(&around, import, compare_steps);
    bool is_as_read = count == 0 && !columns->has_doubtful;
    compare_steps[count++] =
        (struct db_step){is_as_read ? &sql_compared_as_read : &sql_compared, books};
    call_progress(call, READ_PERCENT, 100, "comparing with the books");
    return tool_tx_run(tx, compare_steps, count, true, staged);
}

/* Everything is read: the accounts, and what is known about the file. */
static int send_end(struct import_job *job)
{
    const char *ledger = call_ledger(job->call)->id_text;
    const char *errors = number(job, job->summary.errors + job->refused);
    const char *const import[] = {ledger, job->import_id};
    const char *const finish[] = {ledger,
                                  job->import_id,
                                  import_facts(job),
                                  errors,
                                  job->columns.has_parts ? "t" : "f",
                                  job->columns.first_day,
                                  job->columns.last_day};
    const char *const around[] = {ledger, job->import_id, ""};
    const char **place = import_place_values(job);
    if (!place || !finish[2] || !errors)
        return -ENOMEM;
    struct db_step steps[4] = {{&sql_place, place}, {&sql_finish, finish}};
    size_t count = 2;
    if (job->columns.has_doubtful)
        steps[count++] = (struct db_step){&sql_settle, import};
    if (!job->compares)
        return tool_tx_run(job->tx, steps, count, true, staged);
    steps[count++] = (struct db_step){&sql_around, around};
    return tool_tx_run(job->tx, steps, count, false, compare);
}

/* --- chunks ---------------------------------------------------------------------------------- */

static int read_on(struct import_job *job);

static int chunk_stored(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                        size_t steps)
{
    struct import_job *job = job_of(call);
    (void)tx;
    (void)rows;
    (void)steps;
    job->is_storing = false;
    return read_on(job);
}

/* The next chunk is read while the database stores the last one. */
static int read_ahead(struct call *call)
{
    return read_on(job_of(call));
}

static int send_chunk(struct import_job *job)
{
    const char *values[2 + STAGE_VALUES] = {call_ledger(job->call)->id_text, job->import_id};
    size_t lengths[2 + STAGE_VALUES] = {0};
    int r = import_columns_end(&job->columns, values + 2, lengths + 2);
    const struct db_step step = {&sql_stage, values};
    if (r == 0)
        r = tool_tx_run_binary(job->tx, &step, lengths, chunk_stored);
    job->is_storing = r == 0;
    if (job->is_storing && !job->is_read)
        tool_tx_work_meanwhile(job->tx, read_ahead);
    import_columns_empty(&job->columns);
    show_progress(job, SURVEY_PERCENT, READ_PERCENT, "reading");
    return r;
}

/* The first error that was noted, or the first of anything; NULL when there was nothing. */
static const char *first_problem(const cJSON *problems)
{
    const cJSON *problem = NULL;
    cJSON_ArrayForEach (problem, problems) {
        if (strcmp(json_get_text(problem, "severity"), "error") == 0)
            return json_get_text(problem, "text");
    }
    return problems && problems->child ? json_get_text(problems->child, "text") : NULL;
}

static int refuse_empty(struct import_job *job)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    OWNED_BUF list = BUF_INIT(PROBLEMS_BYTES + 2);
    const char *why = NULL;
    uint64_t errors = job->summary.errors + job->refused;
    (void)buf_printf(&list, "[%s]", job->problem_count > 0 ? buf_text(&job->problems) : "");
    OWNED_JSON problems = json_parse(buf_text(&list), list.length, &why);
    const char *text = first_problem(problems);
    size_t length = text ? strlen(text) : 0;
    if (errors > 1 && length > 0)
        (void)buf_printf(&happened, "%.*s; %llu more cannot be read either.", (int)length - 1, text,
                         (unsigned long long)errors - 1);
    else
        (void)buf_append_text(&happened, text ? text : "the file holds no transactions.");
    return fail(job, "no_transactions", job->wish->path ? "path" : "content", buf_text(&happened),
                "Look at the file, or download it again.");
}

static int read_ended(struct import_job *job)
{
    int r = import_read_end(job->pass, &job->summary);
    if (r != 0)
        return fail_pass(job, r);
    if (job->columns.n == 0)
        return refuse_empty(job);
    if (job->wish->account.text && job->columns.account_count > 1)
        return fail(job, "several_accounts", "account",
                    "the file holds more than one account, and says itself which.",
                    import_say(job->call, "Leave account out.", "Leave --account out."));
    return 0;
}

/* Reads until a chunk is full. */
static int read_chunk(struct import_job *job)
{
    int r = job->is_read ? 1 : 0;
    while (r == 0 && job->columns.rows < IMPORT_CHUNK_ROWS)
        r = feed_piece(job);
    if (r < 0)
        return r == -EMSGSIZE && !import_problem(job->pass)
                   ? fail(job, "too_large", job->wish->path ? "path" : "content",
                          "the file holds more than 64 accounts.", "Import it account by account.")
                   : fail_pass(job, r);
    if (r == 0 || job->is_read)
        return 0;
    job->is_read = true;
    return read_ended(job);
}

/* Reads a chunk, and sends it unless the one before is still on its way. Behind the last one comes the
 * end. */
static int read_on(struct import_job *job)
{
    int r = read_chunk(job);
    if (r < 0 || call_has_ended(job->call) || job->is_storing)
        return r;
    return job->columns.rows > 0 ? send_chunk(job) : send_end(job);
}

static int begun(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                 size_t steps)
{
    struct import_job *job = job_of(call);
    (void)tx;
    job->import_id = arena_strdup(call_arena(call), db_rows_text(rows[steps - 1], 0, 0));
    return job->import_id ? read_on(job) : -ENOMEM;
}

/* The mapping as it is kept: what was answered, not what the file says itself. */
static int begin(struct import_job *job)
{
    struct arena *arena = call_arena(job->call);
    const char *ledger = call_ledger(job->call)->id_text;
    const char *now = call_now(job->call);
    char *mapping = arena_alloc(arena, IMPORT_MAPPING_TEXT_MAX);
    static const char *const prepare[] = IMPORT_PREPARE;
    const char *const forget[] = {ledger, now};
    if (!mapping)
        return -ENOMEM;
    import_mapping_text(&job->answers, mapping, IMPORT_MAPPING_TEXT_MAX);
    const char *const begin_values[] = {ledger,
                                        now,
                                        job->file.name,
                                        job->profile.bank,
                                        import_scheme(job->profile.format),
                                        job->profile.is_own_export ? "t" : "f",
                                        mapping};
    const struct db_step steps[] = {
        {&sql_prepare, prepare}, {&sql_forget_rows, forget}, {&sql_forget_statements, forget},
        {&sql_forget, forget},   {&sql_begin, begin_values},
    };
    job->tx = tool_tx_begin_long(job->call, NULL, IMPORT_MS);
    return job->tx ? tool_tx_run(job->tx, steps, ARRAY_LENGTH(steps), false, begun) : -ENOMEM;
}

static int start_reading(struct import_job *job)
{
    const struct import_handler handler = {.transaction = take_transaction,
                                           .problem = take_problem,
                                           .statement = take_statement,
                                           .user = job};
    struct import_columns *columns = &job->columns;
    int r = import_read_start(&job->profile, &job->options, &handler, &job->pass);
    if (r != 0)
        return r;
    job->offset = 0;
    columns->scheme = import_scheme(job->profile.format);
    columns->today = call_ledger(job->call)->today;
    columns->account = job->profile.account;
    columns->currency = job->profile.mapping.currency[0] ? job->profile.mapping.currency
                        : job->account_currency[0]       ? job->account_currency
                                                         : call_ledger(job->call)->currency;
    return begin(job);
}

/* --- survey ---------------------------------------------------------------------------------- */

static int survey(struct import_job *job);

static int remembered(struct call *call, const struct db_rows *rows)
{
    struct import_job *job = job_of(call);
    struct import_mapping answers = {0};
    job->knows_answers = true;
    if (db_rows_count(rows) > 0 && import_mapping_parse(&answers, db_rows_text(rows, 0, 0)) == 0 &&
        (!job->wish->mapping || import_mapping_parse(&answers, job->wish->mapping) == 0)) {
        answers.format = job->options.mapping.format;
        job->answers = answers;
        return survey(job);
    }
    int r = import_ask_open(job);
    return r == 1 ? survey(job) : r;
}

static int settle_questions(struct import_job *job)
{
    const char *const values[] = {call_ledger(job->call)->id_text, job->profile.bank,
                                  job->profile.account, job->account_id};
    if (!job->knows_answers)
        return tool_read(job->call, &sql_remembered, values, remembered);
    int r = import_ask_open(job);
    return r == 1 ? survey(job) : r;
}

static int survey_ended(struct import_job *job)
{
    int r = import_survey_end(job->pass, &job->profile);
    if (r != 0)
        return fail_pass(job, r);
    job->pass = import_free(job->pass);
    return job->profile.question_count > 0 ? settle_questions(job) : start_reading(job);
}

static int survey_on(struct call *call, const struct db_rows *rows)
{
    struct import_job *job = job_of(call);
    uint64_t until = job->offset + SLICE_BYTES;
    int r = 0;
    (void)rows;
    while (r == 0 && job->offset < until)
        r = feed_piece(job);
    show_progress(job, 0, SURVEY_PERCENT, "looking at the file");
    if (r == 0)
        return tool_read(call, &sql_turn, NULL, survey_on);
    return r < 0 ? fail_pass(job, r) : survey_ended(job);
}

static int survey(struct import_job *job)
{
    job->options.mapping = job->answers;
    job->offset = 0;
    int r = import_survey_start(&job->options, &job->pass);
    return r == 0 ? survey_on(job->call, NULL) : r;
}

/* --- start ----------------------------------------------------------------------------------- */

static int account_found(struct call *call, const struct db_rows *rows)
{
    struct import_job *job = job_of(call);
    if (db_rows_count(rows) > 0) {
        job->account_id = arena_strdup(call_arena(call), db_rows_text(rows, 0, 0));
        (void)snprintf(job->account_currency, sizeof(job->account_currency), "%s",
                       db_rows_text(rows, 0, 2));
        return job->account_id ? survey(job) : -ENOMEM;
    }
    const struct name_ref *account = &job->wish->account;
    if (job->wish->create_missing && name_is_reserved(account->kind, account->folded))
        return fail(job, "no_such_account", "account", "an account cannot be called that.",
                    "Give it another name.");
    if (job->wish->create_missing && account->id == 0)
        return survey(job);
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    (void)buf_append_text(&happened, "there is no account ");
    sentence_name(&happened, job->wish->account.text);
    (void)buf_append_char(&happened, '.');
    return fail(job, "no_such_account", "account", buf_text(&happened),
                import_say(job->call,
                           "Ask get_context for the accounts, or set create_missing to make it.",
                           "ninepence call get_context kind=accounts lists them; --create makes "
                           "it."));
}

static int find_account(struct import_job *job)
{
    const struct name_ref *account = &job->wish->account;
    const char *id = account->id > 0
                         ? arena_printf(call_arena(job->call), "%lld", (long long)account->id)
                         : NULL;
    const char *const values[] = {call_ledger(job->call)->id_text, id, account->folded};
    return tool_read(job->call, &sql_account, values, account_found);
}

static int take_format(struct import_job *job)
{
    static const struct {
        const char *name;
        enum import_format format;
    } formats[] = {
        {"csv", IMPORT_FORMAT_CSV}, {"ofx", IMPORT_FORMAT_OFX},      {"qfx", IMPORT_FORMAT_QFX},
        {"qif", IMPORT_FORMAT_QIF}, {"camt053", IMPORT_FORMAT_CAMT}, {"mt940", IMPORT_FORMAT_MT940},
    };
    const struct import_args *wish = job->wish;
    if (wish->mapping && import_mapping_parse(&job->answers, wish->mapping) < 0) {
        (void)call_refuse(job->call, "mapping",
                          "must be decisions such as date_order=dmy or sign=positive_out, with "
                          "semicolons between them, got \"%.80s\"",
                          wish->mapping);
        return 1;
    }
    for (size_t i = 0; wish->format && i < ARRAY_LENGTH(formats); i++) {
        if (strcmp(formats[i].name, wish->format) == 0)
            job->answers.format = formats[i].format;
    }
    return 0;
}

static int open_file(struct import_job *job)
{
    const struct import_args *wish = job->wish;
    OWNED_BUF why = BUF_INIT(MESSAGE_MAX);
    if (wish->content) {
        job->file = (struct statement_file){
            .fd = -1, .content = wish->content, .length = strlen(wish->content)};
        return 0;
    }
    const struct tools_context *context = call_context(job->call);
    int r = statement_file_open(context->import_folder, wish->path, context->import_max_bytes,
                                &job->file, &why);
    if (r == 0)
        return 0;
    (void)buf_append_char(&why, '.');
    (void)fail(
        job, "bad_path", "path", buf_text(&why),
        import_say(
            job->call,
            "Put the file into the import folder (setting import-folder), or send its content.",
            "Save it as a file first."));
    return 1;
}

int import_job_start(struct call *call, bool compares, import_staged *staged_done)
{
    struct import_args *wish = call_args(call);
    struct import_job *job = arena_alloc(call_arena(call), sizeof(*job));
    if (!job)
        return -ENOMEM;
    *job = (struct import_job){.call = call,
                               .wish = wish,
                               .staged = staged_done,
                               .compares = compares,
                               .options = {.max_bytes = call_context(call)->import_max_bytes,
                                           .max_rows = call_context(call)->import_max_rows},
                               .file = {.fd = -1}};
    wish->job = job;
    buf_init(&job->problems, PROBLEMS_BYTES);
    int r = call_on_end(call, job_ended, job);
    if (r != 0) {
        job_ended(call, job);
        return r;
    }
    call_set_deadline(call, IMPORT_MS);
    r = take_format(job);
    if (r == 0)
        r = open_file(job);
    if (r == 0)
        r = import_columns_init(&job->columns, job->file.length);
    if (r != 0)
        return r < 0 ? r : 0;
    return wish->account.text ? find_account(job) : survey(job);
}
