/* ninepence import FILE…: shows what a bank's files hold and what each row is to the books, asks, and
 * saves what is new; --undo takes an import back. The work is that of the tools; here are the person,
 * the terminal and the files, which may lie anywhere. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/app.h"
#include "cli/command.h"
#include "cli/render.h"
#include "cli/tool_list.h"
#include "mcp/json.h"
#include "tools/support/import_shell.h"

enum {
    IMPORT_WHY_MAX = 4096,
    BAR_CLEAR = 70,
    LINE_MAX_BYTES = 64,                /* of what is typed */
    OWN_BYTES_MAX = 1000 * 1000 * 1000, /* of a file that somebody names at the shell */
    OWN_ROWS_MAX = 10 * 1000 * 1000
};

struct importing {
    struct app app;
    const char *account;
    const char *mapping;
    const char *name; /* of the file, as it was typed; NULL before and after */
    bool dry_run, yes, create, skip_bad_rows;
    bool has_ended;
    bool is_preview;
    int code;
    int64_t fresh; /* new and booked rows of the preview */
    char id[32];
};

/* --- the terminal ---------------------------------------------------------------------------- */

static const char more_help[] =
    "  --dry-run          only show\n"
    "  --yes              save without asking\n"
    "  --account NAME     whose file it is, where it does not say\n"
    "  --create           make that account when it is new\n"
    "  --mapping TEXT     what the file leaves open: date_order=dmy;sign=positive_out;currency=EUR\n"
    "  --skip-bad-rows    save the rows that can be read, without the others\n"
    "  --undo CHANGE      take an import back, such as ch1\n";

static void clear_bar(const struct importing *importing)
{
    if (importing->app.tools.shows_progress)
        (void)fprintf(stderr, "\r%*s\r", BAR_CLEAR, "");
}

static bool is_attended(void)
{
    return isatty(STDIN_FILENO) == 1;
}

static bool read_line(char *line, int size)
{
    (void)fflush(stdout);
    return fgets(line, size, stdin) != NULL;
}

static bool says_yes(const char *question)
{
    char line[LINE_MAX_BYTES];
    (void)fprintf(stdout, "%s [y/N] ", question);
    return read_line(line, sizeof(line)) && (line[0] == 'y' || line[0] == 'Y');
}

/* What the file leaves open (struct import_shell). */
static int choose(void *data, const struct import_question *question)
{
    const struct importing *importing = data;
    char line[LINE_MAX_BYTES];
    if (!is_attended())
        return -1;
    clear_bar(importing);
    render_line(stdout, question->text);
    for (size_t i = 0; i < question->option_count; i++) {
        (void)fprintf(stdout, "  %zu  ", i + 1);
        render_line(stdout, question->options[i].meaning);
    }
    do {
        (void)fprintf(stdout, "Which? [1-%zu, Enter: none] ", question->option_count);
        if (!read_line(line, sizeof(line)) || line[0] == '\n')
            return -1;
    } while (line[0] < '1' || line[0] > '0' + (int)question->option_count || line[1] != '\n');
    return line[0] - '1';
}

/* --- calls ----------------------------------------------------------------------------------- */

static void take_preview(struct importing *importing, const cJSON *answer)
{
    static const char *const saved[] = {"new", "booked", "likely"};
    const cJSON *verdicts = json_get(answer, "verdicts");
    const char *id = json_get_text(answer, "import_id");
    importing->fresh = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(saved); i++) {
        int64_t count = 0;
        if (json_get(verdicts, saved[i]) &&
            json_int_value(json_get(verdicts, saved[i]), &count) == 0)
            importing->fresh += count;
    }
    (void)snprintf(importing->id, sizeof(importing->id), "%s", id ? id : "");
}

/* What is wrong with single lines, below the table. */
static void print_problems(const cJSON *answer)
{
    const cJSON *problems = json_get(json_get(answer, "file"), "problems");
    const cJSON *problem;
    if (problems && problems->child)
        (void)fputc('\n', stdout);
    cJSON_ArrayForEach (problem, problems) {
        const char *text = json_get_text(problem, "text");
        render_line(stdout, text ? text : "");
    }
}

static void print_answer(struct importing *importing, const cJSON *answer)
{
    struct render_style style = render_style_of(STDOUT_FILENO);
    const char *summary = json_get_text(answer, "summary");
    if (!importing->is_preview) { /* the rows were shown before */
        render_line(stdout, summary ? summary : "");
        return;
    }
    render_answer(stdout, answer, &style);
    print_problems(answer);
    take_preview(importing, answer);
}

static void on_answer(void *data, const char *text, size_t length)
{
    struct importing *importing = data;
    const char *why = NULL;
    OWNED_JSON result = json_parse(text, length, &why);
    const cJSON *answer = json_get(result, "structuredContent");
    const cJSON *error = json_get(answer, "error");
    app_end(&importing->app, &importing->has_ended);
    clear_bar(importing);
    if (!result || cJSON_IsTrue(json_get(result, "isError"))) {
        const char *message = json_get_text(error, "message");
        const char *code = json_get_text(error, "code");
        bool is_away = code && strncmp(code, "database", strlen("database")) == 0;
        importing->code = command_fail(
            is_away ? EX_UNAVAILABLE : EX_DATAERR, "%s%s%s", importing->name ? importing->name : "",
            importing->name ? ": " : "", message ? message : "The answer could not be read.");
        return;
    }
    importing->code = 0;
    print_answer(importing, answer);
}

static int run_call(struct importing *importing, const char *tool, cJSON *arguments)
{
    importing->has_ended = false;
    importing->code = EX_SOFTWARE;
    int r = mcp_server_call(importing->app.server, tool, arguments, on_answer, importing);
    if (r == -ENOENT)
        return tool_unknown(tool);
    if (r < 0)
        return command_fail(EX_OSERR, "%s.", strerror(-r));
    app_run(&importing->app, &importing->has_ended);
    return importing->code;
}

static int run_tool(struct importing *importing, const char *tool, cJSON *arguments, bool is_whole)
{
    if (is_whole)
        return run_call(importing, tool, arguments);
    cJSON_Delete(arguments);
    return command_fail(EX_OSERR, "Out of memory.");
}

static int preview(struct importing *importing, const char *name)
{
    cJSON *arguments = cJSON_CreateObject();
    bool is_whole = cJSON_AddStringToObject(arguments, "path", name) &&
                    cJSON_AddStringToObject(arguments, "limit", "100");
    if (importing->account)
        is_whole = is_whole && cJSON_AddStringToObject(arguments, "account", importing->account);
    if (importing->mapping)
        is_whole = is_whole && cJSON_AddStringToObject(arguments, "mapping", importing->mapping);
    if (importing->create)
        is_whole = is_whole && cJSON_AddTrueToObject(arguments, "create_missing");
    importing->is_preview = true;
    return run_tool(importing, "import_transactions", arguments, is_whole);
}

static int commit(struct importing *importing)
{
    cJSON *arguments = cJSON_CreateObject();
    bool is_whole = cJSON_AddStringToObject(arguments, "import_id", importing->id) &&
                    cJSON_AddStringToObject(arguments, "mode", "commit") &&
                    cJSON_AddStringToObject(arguments, "limit", "1");
    if (importing->skip_bad_rows)
        is_whole = is_whole && cJSON_AddTrueToObject(arguments, "skip_bad_rows");
    importing->is_preview = false;
    return run_tool(importing, "import_transactions", arguments, is_whole);
}

static int undo(struct importing *importing, const char *change)
{
    cJSON *arguments = cJSON_CreateObject();
    bool is_whole = cJSON_AddStringToObject(arguments, "change_id", change) != NULL;
    importing->is_preview = false;
    return run_tool(importing, "undo_change", arguments, is_whole);
}

/* --- one file -------------------------------------------------------------------------------- */

static int save(struct importing *importing)
{
    if (importing->fresh == 0)
        (void)fputs("There is nothing to save.\n", stdout);
    else if (importing->dry_run)
        (void)fputs("Nothing was saved.\n", stdout);
    else if (importing->yes || (is_attended() && says_yes("\nSave the new ones?")))
        return commit(importing);
    else
        (void)fputs("Nothing was saved; --yes saves without asking.\n", stdout);
    return 0;
}

static int import_file(struct importing *importing, const char *path)
{
    char whole[PATH_MAX];
    if (!realpath(path, whole))
        return command_fail(EX_NOINPUT, "%s: %s. Nothing was saved.", path, strerror(errno));
    char *slash = strrchr(whole, '/');
    *slash = '\0';
    importing->app.tools.import_folder = slash == whole ? "/" : whole;
    importing->name = path;
    int code = preview(importing, slash + 1);
    if (code == 0)
        code = save(importing);
    importing->name = NULL;
    importing->app.tools.import_folder = NULL;
    return code;
}

/* --- arguments ------------------------------------------------------------------------------- */

/* Takes `--name VALUE` or `--name=VALUE` out of the arguments. */
static int take_option(int *argc, char **argv, const char *name, const char **ret_value)
{
    size_t length = strlen(name);
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        if (strncmp(argv[i], name, length) != 0 || (argv[i][length] && argv[i][length] != '=')) {
            argv[kept++] = argv[i];
        } else if (argv[i][length] == '=') {
            *ret_value = argv[i] + length + 1;
        } else if (i + 1 < *argc) {
            *ret_value = argv[++i];
        } else {
            return command_fail(EX_USAGE, "%s needs a value.", name);
        }
    }
    *argc = kept;
    return 0;
}

static int read_arguments(struct importing *importing, const char **ret_undo, int *argc,
                          char **argv)
{
    static const char *const flags[] = {"--dry-run", "--yes",  "--account",       "--mapping",
                                        "--create",  "--undo", "--skip-bad-rows", NULL};
    importing->dry_run = command_flag(argc, argv, "--dry-run");
    importing->yes = command_flag(argc, argv, "--yes");
    importing->create = command_flag(argc, argv, "--create");
    importing->skip_bad_rows = command_flag(argc, argv, "--skip-bad-rows");
    int code = take_option(argc, argv, "--account", &importing->account);
    if (code == 0)
        code = take_option(argc, argv, "--mapping", &importing->mapping);
    if (code == 0)
        code = take_option(argc, argv, "--undo", ret_undo);
    if (code == 0)
        code = command_check(*argc, argv, *argc, flags);
    if (code == 0 && *argc < 2 && !*ret_undo)
        code = command_fail(EX_USAGE, "import needs a bank's file; see ninepence import --help.");
    return code;
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    struct importing importing = {0};
    const char *change = NULL;
    OWNED_BUF why = BUF_INIT(IMPORT_WHY_MAX);
    int code = read_arguments(&importing, &change, &argc, argv);
    if (code != 0)
        return code;
    code = app_open(&importing.app, settings, NULL, &why);
    if (code != 0)
        return command_fail(code, "%s", buf_text(&why));
    importing.app.tools.shows_progress = isatty(STDERR_FILENO);
    importing.app.tools.import_max_bytes = OWN_BYTES_MAX;
    importing.app.tools.import_max_rows = OWN_ROWS_MAX;
    importing.app.tools.shell = &(struct import_shell){.choose = choose, .data = &importing};
    if (change)
        code = undo(&importing, change);
    for (int i = 1; code == 0 && i < argc; i++)
        code = import_file(&importing, argv[i]);
    int closed = app_close(&importing.app);
    return code != 0 ? code : closed;
}

const struct command command_import = {
    .name = "import",
    .arguments = "FILE… [--dry-run] [--yes] [--account A]",
    .doc = "Show what is new in a bank's file, and save it.",
    .help = more_help,
    .run = run,
};
