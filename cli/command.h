/* Subcommands: one file each, one row each in the table of cli/main.c. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/settings.h"

struct command {
    const char *name;
    const char *arguments; /* for the help, "" when there are none */
    const char *doc;
    const char *help; /* what its options mean, for its own --help; or NULL */
    /* argv[0] is the name of the subcommand. Returns a sysexits code. */
    int (*run)(struct cli_settings *settings, int argc, char **argv);
};

extern const struct command command_serve, command_call, command_tools, command_import,
    command_export, command_rates, command_ledger, command_demo, command_db, command_settings;

/* One sentence on standard error, "ninepence: …"; returns `code`. */
int command_fail(int code, const char *format, ...) PRINTF_LIKE(2, 3);

/* The exit code that fits a failure of the database. */
struct db_failure;
int command_fail_db(const struct db_failure *failure);

/* The nearest of `count` names to what was typed, NULL when none is near. */
const char *command_nearest(const char *typed, const char *const *names, size_t count);

/* Takes the flag `name` ("--json") out of the arguments: whether it was there. */
bool command_flag(int *argc, char **argv, const char *name);

/* EX_USAGE (after saying why) when an argument that looks like an option is left, or more than `most`
 * arguments behind the name of the subcommand; 0 otherwise. `flags`: those that the subcommand knows,
 * for "did you mean", NULL-terminated. */
MUST_CHECK int command_check(int argc, char **argv, int most, const char *const *flags);

#endif
