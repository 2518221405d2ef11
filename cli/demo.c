/* ninepence demo [--remove]: makes the sample ledger of schema/demo/ (anew, when there is one), or
 * takes it away. One transaction: it is there as a whole or not at all. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "cli/app.h"
#include "cli/command.h"
#include "db/query.h"
#include "schema/demo/budgets.sql.h"
#include "schema/demo/events.sql.h"
#include "schema/demo/everyday.sql.h"
#include "schema/demo/finish.sql.h"
#include "schema/demo/ledger.sql.h"
#include "schema/demo/monthly.sql.h"
#include "schema/demo/remove.sql.h"

#define DEMO_NAME   "Demo"
#define DEMO_FOLDED "demo"

enum {
    DEMO_WHY_MAX = 4096,
    DEMO_ID_MAX = 24,
    DEMO_TIMEOUT_MS = 60000
};

struct demo {
    struct app app;
    struct db_tx *tx;
    bool is_removal;
    bool has_ended;
    int code;
};

/* In order: later ones need what earlier ones made. $1 is the ledger, $2 its today. */
static const struct db_statement *const makers[] = {
    &sql_add_users,    &sql_add_accounts,    &sql_add_categories, &sql_add_tags,
    &sql_add_rates,    &sql_add_habits,      &sql_add_costco,     &sql_add_bills,
    &sql_add_income,   &sql_add_transfers,   &sql_add_recent,     &sql_add_seasonal,
    &sql_add_journeys, &sql_add_refunds,     &sql_link_receipts,  &sql_tag_expenses,
    &sql_add_budgets,  &sql_convert_amounts, &sql_count_expenses,
};

/* References first. */
static const struct db_statement *const removers[] = {
    &sql_remove_reconciliations, &sql_remove_import_rows,  &sql_remove_import_statements,
    &sql_remove_import_sources,  &sql_remove_imports,      &sql_remove_rules,
    &sql_remove_change_rows,     &sql_remove_changes,      &sql_remove_confirmations,
    &sql_remove_budgets,         &sql_remove_expense_tags, &sql_remove_expenses,
    &sql_remove_rates,           &sql_remove_tags,         &sql_remove_categories,
    &sql_remove_accounts,        &sql_remove_users,        &sql_remove_ledger,
};

static void end(struct demo *demo, int code)
{
    demo->code = code;
    app_end(&demo->app, &demo->has_ended);
}

static void fail(struct demo *demo, const struct db_failure *failure)
{
    demo->tx = NULL;
    end(demo, command_fail_db(failure));
}

static void run_steps(struct demo *demo, const struct db_step *steps, size_t count, bool commit,
                      db_tx_done *done)
{
    if (db_tx_run(demo->tx, steps, count, commit, done, demo) == 0)
        return;
    db_tx_rollback(demo->tx);
    demo->tx = NULL;
    end(demo, command_fail(EX_OSERR, "Out of memory."));
}

/* --- making ---------------------------------------------------------------------------------- */

static void made(void *data, struct db_tx *tx, const struct db_rows *const *rows, size_t steps,
                 const struct db_failure *failure)
{
    struct demo *demo = data;
    (void)tx;
    if (failure) {
        fail(demo, failure);
        return;
    }
    const struct db_rows *counted = rows[steps - 1];
    demo->tx = NULL;
    (void)fprintf(stdout,
                  "The sample ledger \"" DEMO_NAME "\" is ready: %s expenses of Ann and Bob, %s to "
                  "%s, in three currencies.\n\nTry:\n"
                  "  ninepence --ledger " DEMO_NAME " call summarize_spending period=last_month "
                  "group_by=category\n"
                  "  ninepence --ledger " DEMO_NAME " call monthly_summary month=last_month\n\n"
                  "It is a ledger of its own; ninepence demo --remove takes it away.\n",
                  db_rows_text(counted, 0, 0), db_rows_text(counted, 0, 2),
                  db_rows_text(counted, 0, 3));
    end(demo, 0);
}

static void ledger_made(void *data, struct db_tx *tx, const struct db_rows *const *rows,
                        size_t count, const struct db_failure *failure)
{
    struct demo *demo = data;
    (void)tx;
    if (failure) {
        fail(demo, failure);
        return;
    }
    const struct db_rows *created = rows[count - 1];
    const char *values[] = {db_rows_text(created, 0, 0), db_rows_text(created, 0, 1)};
    struct db_step steps[ARRAY_LENGTH(makers)];
    for (size_t i = 0; i < ARRAY_LENGTH(makers); i++)
        steps[i] = (struct db_step){makers[i], values};
    run_steps(demo, steps, ARRAY_LENGTH(makers), true, made);
}

/* --- removing -------------------------------------------------------------------------------- */

static void removed(void *data, struct db_tx *tx, const struct db_rows *const *rows, size_t steps,
                    const struct db_failure *failure)
{
    struct demo *demo = data;
    (void)tx;
    (void)rows;
    (void)steps;
    if (failure) {
        fail(demo, failure);
        return;
    }
    demo->tx = NULL;
    (void)fputs("The sample ledger is gone.\n", stdout);
    end(demo, 0);
}

/* --- the way --------------------------------------------------------------------------------- */

/* Removes the ledger that is there (if any) and makes the new one (if wanted), in one transaction. */
static void begin(struct demo *demo, const char *old_ledger)
{
    const struct tools_context *context = &demo->app.tools;
    const char *old[] = {old_ledger};
    const char *fresh[] = {DEMO_NAME, DEMO_FOLDED, context->time_zone, context->now};
    struct db_step steps[ARRAY_LENGTH(removers) + 1];
    size_t count = 0;
    for (size_t i = 0; old_ledger && i < ARRAY_LENGTH(removers); i++)
        steps[count++] = (struct db_step){removers[i], old};
    if (!demo->is_removal)
        steps[count++] = (struct db_step){&sql_create_ledger, fresh};
    demo->tx = db_tx_begin(demo->app.pool, DEMO_TIMEOUT_MS);
    if (!demo->tx)
        end(demo, command_fail(EX_OSERR, "Out of memory."));
    else
        run_steps(demo, steps, count, demo->is_removal, demo->is_removal ? removed : ledger_made);
}

static void looked(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct demo *demo = data;
    if (failure) {
        fail(demo, failure);
        return;
    }
    bool is_there = db_rows_count(rows) > 0;
    if (!is_there && demo->is_removal) {
        (void)fputs("There is no sample ledger.\n", stdout);
        end(demo, 0);
        return;
    }
    begin(demo, is_there ? db_rows_text(rows, 0, 0) : NULL);
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    static const char *const flags[] = {"--remove", NULL};
    struct demo demo = {0};
    OWNED_BUF why = BUF_INIT(DEMO_WHY_MAX);
    demo.is_removal = command_flag(&argc, argv, "--remove");
    int code = command_check(argc, argv, 0, flags);
    if (code != 0)
        return code;
    code = app_open(&demo.app, settings, NULL, &why);
    if (code != 0)
        return command_fail(code, "%s", buf_text(&why));
    if (db_read(demo.app.pool, &sql_find_demo, NULL, 0, looked, &demo))
        app_run(&demo.app, &demo.has_ended);
    else
        demo.code = command_fail(EX_OSERR, "Out of memory.");
    int closed = app_close(&demo.app);
    return demo.code != 0 ? demo.code : closed;
}

const struct command command_demo = {
    .name = "demo",
    .arguments = "[--remove]",
    .doc = "Make the sample ledger, or take it away.",
    .run = run,
};
