/* ninepence settings [--markdown]: the table of settings. */
#include <stdio.h>

#include "cli/command.h"

static int run(struct cli_settings *settings, int argc, char **argv)
{
    static const char *const flags[] = {"--markdown", NULL};
    bool as_markdown = command_flag(&argc, argv, "--markdown");
    int code = command_check(argc, argv, 0, flags);
    (void)settings;
    if (code != 0)
        return code;
    if (as_markdown)
        cli_settings_reference(stdout);
    else
        cli_settings_help(stdout);
    return 0;
}

const struct command command_settings = {
    .name = "settings",
    .arguments = "[--markdown]",
    .doc = "List what can be set, by option or variable.",
    .run = run,
};
