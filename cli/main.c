/* Entry point: makes the process safe to run, reads the settings, and hands over to a subcommand.
 * Without one it serves when standard input is not a terminal and shows a short help otherwise. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/command.h"

enum {
    WHY_MAX = 4096
};

static const struct command *const commands[] = {
    &command_serve, &command_call,   &command_tools, &command_import, &command_export,
    &command_rates, &command_ledger, &command_demo,  &command_db,     &command_settings,
};

/* Descriptors 0 to 2 must be open, or the first socket would become one of them. */
static int open_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        int opened = open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
        if (opened != fd)
            return -1;
    }
    return 0;
}

static void protect_process(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)umask(077);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifndef NINEPENCE_DUMPABLE
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static void print_help(FILE *out)
{
    (void)fputs("ninepence answers spending questions from your own books.\n\n"
                "Usage: ninepence [setting…] COMMAND [argument…]\n\nCommands:\n",
                out);
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        char left[64];
        (void)snprintf(left, sizeof(left), "%s %s", commands[i]->name, commands[i]->arguments);
        (void)fprintf(out, "  %-40s %s\n", left, commands[i]->doc);
    }
    (void)fputs("  --version                                Print the version.\n"
                "  --help                                   Print this, and all settings.\n",
                out);
}

static int print_full_help(void)
{
    print_help(stdout);
    (void)fputs("\nSettings, in front of or behind the command:\n", stdout);
    cli_settings_help(stdout);
    return 0;
}

static bool is_one_of(const char *word, const char *one, const char *other)
{
    return strcmp(word, one) == 0 || strcmp(word, other) == 0;
}

static int print_command_help(const struct command *command)
{
    (void)fprintf(stdout, "Usage: ninepence [setting…] %s %s\n\n%s\n", command->name,
                  command->arguments, command->doc);
    if (command->help)
        (void)fprintf(stdout, "\n%s", command->help);
    return 0;
}

static int run_command(struct cli_settings *settings, int argc, char **argv)
{
    const char *names[ARRAY_LENGTH(commands)];
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        names[i] = commands[i]->name;
        if (strcmp(argv[0], names[i]) != 0)
            continue;
        if (argc == 2 && is_one_of(argv[1], "--help", "-h"))
            return print_command_help(commands[i]);
        return commands[i]->run(settings, argc, argv);
    }
    if (argv[0][0] == '-')
        return command_check(argc + 1, argv - 1, 0, NULL);
    const char *near = command_nearest(argv[0], names, ARRAY_LENGTH(commands));
    if (near)
        return command_fail(EX_USAGE, "There is no command \"%s\"; did you mean \"%s\"?", argv[0],
                            near);
    return command_fail(EX_USAGE, "There is no command \"%s\"; see ninepence --help.", argv[0]);
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    static char name[] = "serve";
    char *serve[] = {name, NULL};
    if (argc > 1 && is_one_of(argv[1], "--version", "-V")) {
        (void)fprintf(stdout, "ninepence %s\n", NINEPENCE_VERSION);
        return 0;
    }
    if (argc > 1 && (is_one_of(argv[1], "--help", "-h") || strcmp(argv[1], "help") == 0))
        return print_full_help();
    if (argc > 1)
        return run_command(settings, argc - 1, argv + 1);
    if (!isatty(STDIN_FILENO))
        return command_serve.run(settings, 1, serve);
    print_help(stdout);
    return 0;
}

/* Whether this run serves a client, who would otherwise see nothing but a process that ends. */
static bool is_serving(int argc, char **argv)
{
    return argc > 1 ? strcmp(argv[1], "serve") == 0 : !isatty(STDIN_FILENO);
}

/* A client that starts us with settings that make no sense gets its answers all the same, and the
 * reason with every tool: what is wrong in one sentence, that nothing was saved, and what to do, which
 * `why` may say itself. 0, or `code` when there is nobody to tell. */
static int serve_trouble(struct cli_settings *settings, int code, const char *why)
{
    const char *end = strstr(why, ". ");
    int length = end ? (int)(end - why) + 1 : (int)strlen(why);
    settings->trouble =
        arena_printf(&settings->memory, "%.*s Nothing was saved. %s", length, why,
                     end ? end + 2 : "Correct the setting and start the server again.");
    return settings->trouble ? 0 : code;
}

int main(int argc, char **argv)
{
    struct cli_settings settings;
    OWNED_BUF why = BUF_INIT(WHY_MAX);
    if (open_standard_descriptors() < 0)
        return EX_OSERR;
    protect_process();
    int code = cli_settings_load(&settings, argc, argv, &argc, &why);
    if (code != 0)
        (void)command_fail(code, "%s", buf_text(&why));
    if (code == EX_CONFIG && is_serving(argc, argv))
        code = serve_trouble(&settings, code, buf_text(&why));
    if (code == 0)
        code = run(&settings, argc, argv);
    cli_settings_free(&settings);
    if (fflush(stdout) != 0 && code == 0)
        code = EX_IOERR;
    return code;
}
