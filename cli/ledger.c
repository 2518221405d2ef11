/* ninepence ledger list|create NAME: the ledgers of a database. Which one is worked on is said by
 * --ledger or NINEPENCE_LEDGER. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/command.h"
#include "cli/desk.h"
#include "tools/support/ledger_desk.h"

static void print_ledger(const cJSON *ledger)
{
    const char *name = json_get_text(ledger, "name");
    const char *currency = json_get_text(ledger, "currency");
    const char *zone = json_get_text(ledger, "timezone");
    (void)fprintf(stdout, "%-30s  %s  %s%s\n", name ? name : "", currency ? currency : "",
                  zone ? zone : "", cJSON_IsTrue(json_get(ledger, "sample")) ? "  (sample)" : "");
}

static int list(struct desk *desk)
{
    int code = desk_call(desk, "list_ledgers", cJSON_CreateObject());
    const cJSON *rows = code == 0 ? json_get(desk->answer, "rows") : NULL;
    const cJSON *row;
    if (code == 0 && (!rows || !rows->child))
        (void)fputs("There is no ledger yet; the first question makes one.\n", stdout);
    cJSON_ArrayForEach (row, rows)
        print_ledger(row);
    return code;
}

static int create(struct desk *desk, const char *name, const char *currency)
{
    cJSON *arguments = cJSON_CreateObject();
    bool is_made = arguments && cJSON_AddStringToObject(arguments, "name", name) &&
                   (!currency || cJSON_AddStringToObject(arguments, "currency", currency));
    if (!is_made) {
        cJSON_Delete(arguments);
        return command_fail(EX_OSERR, "Out of memory.");
    }
    int code = desk_call(desk, "create_ledger", arguments);
    const char *summary = code == 0 ? json_get_text(desk->answer, "summary") : NULL;
    if (summary)
        (void)fprintf(stdout, "%s Work on it with --ledger, or NINEPENCE_LEDGER.\n", summary);
    return code;
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    struct desk desk;
    const char *what = argc > 1 ? argv[1] : "list";
    bool creates = strcmp(what, "create") == 0;
    int code = command_check(argc, argv, creates ? 2 : 1, NULL);
    if (code != 0)
        return code;
    if (!creates && strcmp(what, "list") != 0)
        return command_fail(EX_USAGE, "ledger knows list and create, not \"%s\".", what);
    if (creates && argc < 3)
        return command_fail(EX_USAGE, "ledger create needs a name.");
    code = desk_open(&desk, settings, ledger_desk_tools);
    if (code != 0)
        return code;
    code = creates ? create(&desk, argv[2], settings->currency) : list(&desk);
    return desk_close(&desk, code);
}

const struct command command_ledger = {
    .name = "ledger",
    .arguments = "list|create NAME",
    .doc = "List the ledgers of the database, or make another one.",
    .run = run,
};
