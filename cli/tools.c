/* ninepence tools [NAME] [--markdown]: what tools there are and what they take, from their tables. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/command.h"
#include "cli/reference.h"
#include "cli/tool_list.h"
#include "tools/tool.h"

const struct tool *tool_by_name(const char *name)
{
    for (size_t i = 0; tools_all[i]; i++) {
        if (strcmp(tools_all[i]->name, name) == 0)
            return tools_all[i];
    }
    return NULL;
}

int tool_unknown(const char *name)
{
    const char *names[TOOL_LIST_MAX];
    size_t count = 0;
    for (; count < TOOL_LIST_MAX && tools_all[count]; count++)
        names[count] = tools_all[count]->name;
    const char *near = command_nearest(name, names, count);
    if (near)
        return command_fail(EX_USAGE, "There is no tool \"%s\"; did you mean \"%s\"?", name, near);
    return command_fail(EX_USAGE, "There is no tool \"%s\"; ninepence tools lists them.", name);
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    static const char *const flags[] = {"--markdown", NULL};
    bool as_markdown = command_flag(&argc, argv, "--markdown");
    int code = command_check(argc, argv, 1, flags);
    (void)settings;
    if (code != 0)
        return code;
    const struct tool *one = argc > 1 ? tool_by_name(argv[1]) : NULL;
    if (argc > 1 && !one)
        return tool_unknown(argv[1]);
    for (size_t i = 0; tools_all[i]; i++) {
        if (one && one != tools_all[i])
            continue;
        if (as_markdown)
            reference_markdown(stdout, tools_all[i]);
        else if (one)
            reference_tool(stdout, one);
        else
            reference_line(stdout, tools_all[i]);
    }
    return 0;
}

const struct command command_tools = {
    .name = "tools",
    .arguments = "[NAME] [--markdown]",
    .doc = "List the tools, or say what one takes.",
    .run = run,
};
