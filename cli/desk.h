/* Subcommands that work by tools of their own, which clients do not see: the same path as tools/call,
 * with its checks, its transactions and its record of changes. */
#ifndef CLI_DESK_H
#define CLI_DESK_H

#include "cli/app.h"
#include "mcp/json.h"

struct desk {
    struct app app;
    bool has_ended;
    int code;
    cJSON *answer; /* of the last call that went well; desk_close() gives it back */
};

/* Opens the program with these tools (NULL-terminated). 0, or a sysexits code after saying why. */
MUST_CHECK int desk_open(struct desk *desk, const struct cli_settings *settings,
                         const struct tool *const *tools);

/* Runs one of them to its end; `arguments` is consumed. 0 and desk->answer, or a sysexits code after
 * saying why. */
MUST_CHECK int desk_call(struct desk *desk, const char *tool, cJSON *arguments);

/* Closes; `code` unless it is 0 and closing fails. */
int desk_close(struct desk *desk, int code);

/* Of a result of tools/call: its text, and the exit code of a refusal. */
const char *result_text(const cJSON *result);
int result_error_code(const struct app *app, const cJSON *answer);

#endif
