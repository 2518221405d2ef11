/* What subcommands share: complaints, exit codes, "did you mean". */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/render.h"
#include "db/failure.h"
#include "mcp/nearest.h"

enum {
    SENTENCE_BYTES = 8 * 1024
};

int command_fail(int code, const char *format, ...)
{
    char text[SENTENCE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)fflush(stdout); /* what was said before stands before it */
    (void)fputs("ninepence: ", stderr);
    render_line(stderr, text); /* names and files that it quotes may hold anything */
    return code;
}

int command_fail_db(const struct db_failure *failure)
{
    (void)command_fail(0, "%s", failure->message);
    if (failure->class == DB_AUTH || failure->class == DB_SCHEMA)
        return EX_CONFIG;
    return failure->retry_safe ? EX_TEMPFAIL : EX_UNAVAILABLE;
}

const char *command_nearest(const char *typed, const char *const *names, size_t count)
{
    struct nearest nearest;
    nearest_begin(&nearest, typed);
    for (size_t i = 0; i < count; i++)
        nearest_try_text(&nearest, names[i]);
    return nearest.best;
}

bool command_flag(int *argc, char **argv, const char *name)
{
    int kept = 1;
    bool found = false;
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], name) == 0)
            found = true;
        else
            argv[kept++] = argv[i];
    }
    *argc = kept;
    return found;
}

static int unknown_option(const char *option, const char *const *flags)
{
    struct nearest flag;
    struct nearest like;
    const char *setting;
    nearest_begin(&flag, option);
    nearest_begin(&like, option + strspn(option, "-"));
    for (size_t i = 0; flags && flags[i]; i++)
        nearest_try_text(&flag, flags[i]);
    for (size_t i = 0; !like.best && (setting = cli_settings_option(i)); i++)
        nearest_try_text(&like, setting);
    if (flag.best)
        return command_fail(EX_USAGE, "There is no option %s; did you mean %s?", option, flag.best);
    if (like.best)
        return command_fail(EX_USAGE, "There is no option %s; did you mean --%s?", option,
                            like.best);
    return command_fail(EX_USAGE, "There is no option %s; see ninepence --help.", option);
}

int command_check(int argc, char **argv, int most, const char *const *flags)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] != '\0')
            return unknown_option(argv[i], flags);
    }
    if (argc - 1 > most)
        return command_fail(EX_USAGE, "%s takes no argument \"%s\"; see ninepence --help.", argv[0],
                            argv[most + 1]);
    return 0;
}
