/* The table of settings and its reading; env_file.c reads the file. Knows nothing of what the settings do: a row names the
 * member it fills, or the database setting that db/ understands. */
#include "cli/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/env_file.h"
#include "cli/time_zone.h"
#include "tools/support/currency.h"

enum {
    SETTINGS_MEMORY_MAX = 1 << 18,
    SECONDS_MAX = 24 * 3600,
    WATCH_SECONDS = 15
};

enum setting_kind {
    SETTING_TEXT,
    SETTING_SWITCH,
    SETTING_SECONDS,
    SETTING_DATABASE,
    SETTING_SPECIAL
};

struct setting {
    const char *option;   /* without the dashes */
    const char *variable; /* environment */
    enum setting_kind kind;
    size_t offset;        /* TEXT, SWITCH: of the member */
    const char *database; /* DATABASE: name for db_settings_set() */
    const char *value;    /* what stands behind the option in the help */
    const char *doc;
};

#define TEXT(option_, variable_, member, value_, doc_)                                    \
    {                                                                                     \
        .option = (option_), .variable = (variable_), .kind = SETTING_TEXT,               \
        .offset = offsetof(struct cli_settings, member), .value = (value_), .doc = (doc_) \
    }
#define SWITCH(option_, variable_, member, doc_)                              \
    {                                                                         \
        .option = (option_), .variable = (variable_), .kind = SETTING_SWITCH, \
        .offset = offsetof(struct cli_settings, member), .doc = (doc_)        \
    }
#define SECONDS(option_, variable_, member, value_, doc_)                                 \
    {                                                                                     \
        .option = (option_), .variable = (variable_), .kind = SETTING_SECONDS,            \
        .offset = offsetof(struct cli_settings, member), .value = (value_), .doc = (doc_) \
    }
#define DATABASE(option_, variable_, name_, value_, doc_)                       \
    {                                                                           \
        .option = (option_), .variable = (variable_), .kind = SETTING_DATABASE, \
        .database = (name_), .value = (value_), .doc = (doc_)                   \
    }
#define SPECIAL(option_, variable_, value_, doc_)                                                 \
    {                                                                                             \
        .option = (option_), .variable = (variable_), .kind = SETTING_SPECIAL, .value = (value_), \
        .doc = (doc_)                                                                             \
    }

static const struct setting table[] = {
    SPECIAL("database-url", "NINEPENCE_DATABASE_URL", "URL",
            "PostgreSQL to keep the books in, instead of a private one; DATABASE_URL and PGHOST … "
            "count as well. A URL with a password belongs into a variable or the env file."),
    SPECIAL("env-file", NULL, "FILE", "Read NAME=value lines for variables that are not set."),
    TEXT("ledger", "NINEPENCE_LEDGER", ledger, "NAME",
         "The ledger to open; the first that is no sample."),
    TEXT("user", "NINEPENCE_USER", user, "NAME",
         "Who is speaking: new expenses are theirs unless they say otherwise."),
    TEXT("currency", "NINEPENCE_CURRENCY", currency, "CODE", "Currency of a new ledger; USD."),
    TEXT("time-zone", "NINEPENCE_TIME_ZONE", time_zone, "ZONE",
         "Time zone of a new ledger, such as Europe/Berlin; this machine's."),
    TEXT("import-folder", "NINEPENCE_IMPORT_FOLDER", import_folder, "DIR",
         "Folder that clients may have bank files read from; none."),
    SWITCH("read-only", "NINEPENCE_READ_ONLY", read_only,
           "Offer no tool that writes, and let the database refuse writes."),
    SWITCH(
        "full-schemas", "NINEPENCE_FULL_SCHEMAS", full_schemas,
        "Describe tools with every limit and every column of their rows, for programs that check; "
        "a model needs less."),
    SECONDS(
        "watch-interval", "NINEPENCE_WATCH_INTERVAL", watch_seconds, "SECONDS",
        "How often to look for changes of others for clients that listen, where the database does "
        "not announce them (behind a pooler); 15, 0 for never."),
    TEXT("data-home", "NINEPENCE_DATA_HOME", data_home, "DIR",
         "Where the private database lives; $XDG_DATA_HOME or ~/.local/share."),
    TEXT("pg-bindir", "NINEPENCE_PG_BINDIR", bin_dir, "DIR",
         "Folder of the PostgreSQL programs for the private database; the newest found."),
    SPECIAL("log-level", "NINEPENCE_LOG_LEVEL", "LEVEL",
            "debug, info, notice, warning, error or off; warning."),
    SPECIAL("log-trace", "NINEPENCE_LOG_TRACE", "AREAS",
            "Debug lines of some areas only, such as pool,call or all,-stdio."),
    DATABASE("pool-size", "NINEPENCE_POOL_SIZE", "pool_size", "N", "Connections kept; 2."),
    DATABASE("max-overflow", "NINEPENCE_MAX_OVERFLOW", "max_overflow", "N",
             "More connections under load; 2."),
    DATABASE("pool-timeout", "NINEPENCE_POOL_TIMEOUT", "pool_timeout", "TIME",
             "Longest wait for a connection, in seconds or with ms, s, min, h."),
    DATABASE("pool-recycle", "NINEPENCE_POOL_RECYCLE", "pool_recycle", "TIME",
             "Life of a connection; 30min."),
    DATABASE("pool-pre-ping", "NINEPENCE_POOL_PRE_PING", "pool_pre_ping", "yes|no",
             "Check a connection that sat idle before use; yes."),
    DATABASE("idle-timeout", "NINEPENCE_IDLE_TIMEOUT", "idle_timeout", "TIME",
             "Close connections that sat idle; 4min, so that Neon can sleep."),
    DATABASE("connect-timeout", "NINEPENCE_CONNECT_TIMEOUT", "connect_timeout", "TIME",
             "Longest time to connect; 15s."),
    DATABASE("statement-timeout", "NINEPENCE_STATEMENT_TIMEOUT", "statement_timeout", "TIME",
             "Longest time of one statement; 10s."),
    DATABASE("lock-timeout", "NINEPENCE_LOCK_TIMEOUT", "lock_timeout", "TIME",
             "Longest wait for somebody else's lock; 3s."),
    DATABASE("transaction-pooler", "NINEPENCE_TRANSACTION_POOLER", "transaction_pooler",
             "auto|yes|no", "Whether a pooler in transaction mode stands in between; auto."),
    DATABASE("tls", "NINEPENCE_TLS", "tls", "MODE",
             "Protection towards another machine: verify-full (unless said otherwise), verify-ca, "
             "require, prefer, off."),
    DATABASE("echo", "NINEPENCE_ECHO", "echo", "yes|no",
             "Each statement, without values, to standard error; no."),
    TEXT("now", "NINEPENCE_NOW", now, "TIME",
         "Take this moment for the present, such as 2026-11-22T12:00:00Z (for tests)."),
};

enum {
    SETTINGS = ARRAY_LENGTH(table)
};

/* Where the values of one reading come from. */
struct sources {
    const char *given[SETTINGS]; /* command line */
    struct env_file file;
};

static bool is_unset(const char *value)
{
    return !value || !value[0] || strncmp(value, "${", 2) == 0;
}

static int fail(struct buf *why, int code, const char *format, ...) PRINTF_LIKE(3, 4);

static int fail(struct buf *why, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)buf_vprintf(why, format, args);
    va_end(args);
    return code;
}

static const char *variable(const struct sources *sources, const char *name)
{
    const char *value = name ? getenv(name) : NULL;
    if (!is_unset(value))
        return value;
    value = name ? env_file_value(&sources->file, name) : NULL;
    return is_unset(value) ? NULL : value;
}

static const char *effective(const struct sources *sources, size_t row)
{
    if (!is_unset(sources->given[row]))
        return sources->given[row];
    return variable(sources, table[row].variable);
}

static const char *effective_by_name(const struct sources *sources, const char *option)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(table[i].option, option) == 0)
            return effective(sources, i);
    }
    return NULL;
}

/* --- the command line ------------------------------------------------------------------------ */

static int find_option(const char *name, size_t length)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strlen(table[i].option) == length && strncmp(table[i].option, name, length) == 0)
            return (int)i;
    }
    return -1;
}

/* Takes the settings out of argv; everything else moves up. "--" ends the options. */
static int take_options(struct sources *sources, int argc, char **argv, int *ret_argc,
                        struct buf *why)
{
    int kept = 1;
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        const char *name = strncmp(argv[at], "--", 2) == 0 ? argv[at] + 2 : "";
        size_t length = strcspn(name, "=");
        int row = length > 0 ? find_option(name, length) : -1;
        if (row < 0) {
            argv[kept++] = argv[at];
            continue;
        }
        if (table[row].kind == SETTING_SWITCH)
            sources->given[row] = name[length] == '=' ? name + length + 1 : "on";
        else if (name[length] == '=')
            sources->given[row] = name + length + 1;
        else if (at + 1 < argc)
            sources->given[row] = argv[++at];
        else
            return fail(why, EX_USAGE, "--%s needs a value: --%s %s.", table[row].option,
                        table[row].option, table[row].value);
    }
    for (; at < argc; at++)
        argv[kept++] = argv[at];
    argv[kept] = NULL;
    *ret_argc = kept;
    return 0;
}

/* --- filling in ------------------------------------------------------------------------------ */

static int parse_switch(const char *text, bool *ret_on)
{
    static const char *const on[] = {"on", "true", "yes", "1"};
    static const char *const off[] = {"off", "false", "no", "0"};
    for (size_t i = 0; i < ARRAY_LENGTH(on); i++) {
        if (strcasecmp(text, on[i]) == 0 || strcasecmp(text, off[i]) == 0) {
            *ret_on = strcasecmp(text, on[i]) == 0;
            return 0;
        }
    }
    return -EINVAL;
}

static int parse_seconds(const char *text, int *ret_seconds)
{
    char *end;
    errno = 0;
    long seconds = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || seconds < 0 || seconds > SECONDS_MAX)
        return -EINVAL;
    *ret_seconds = (int)seconds;
    return 0;
}

static int fill_row(struct cli_settings *settings, const struct setting *row, const char *value,
                    struct buf *why)
{
    char *member = (char *)settings + row->offset;
    switch (row->kind) {
    case SETTING_TEXT: {
        char *copy = arena_strdup(&settings->memory, value);
        if (!copy)
            return fail(why, EX_OSERR, "Out of memory.");
        *(const char **)(void *)member = copy;
        return 0;
    }
    case SETTING_SWITCH:
        if (parse_switch(value, (bool *)(void *)member) < 0)
            return fail(why, EX_CONFIG, "%s must be on or off.", row->variable);
        return 0;
    case SETTING_SECONDS:
        if (parse_seconds(value, (int *)(void *)member) < 0)
            return fail(why, EX_CONFIG, "%s must be a number of seconds from 0 to %d.",
                        row->variable, (int)SECONDS_MAX);
        return 0;
    case SETTING_DATABASE:
        if (db_settings_set(&settings->database, row->database, value, why) < 0)
            return EX_CONFIG;
        return 0;
    case SETTING_SPECIAL:
        return 0;
    }
    return 0;
}

/* A password on the command line can be read by every user of the machine. */
static bool has_password(const char *url)
{
    const char *at = strchr(url, '@');
    const char *scheme = strstr(url, "://");
    if (strstr(url, "password"))
        return true;
    return scheme && at && memchr(scheme + 3, ':', (size_t)(at > scheme + 3 ? at - scheme - 3 : 0));
}

static int fill_database(struct cli_settings *settings, const struct sources *sources,
                         struct buf *why)
{
    size_t row = (size_t)find_option("database-url", strlen("database-url"));
    if (!is_unset(sources->given[row]) && has_password(sources->given[row]))
        return fail(why, EX_USAGE,
                    "A database URL with a password does not belong on the command line, where "
                    "other users of this machine can read it. Nothing was done. Put it into the "
                    "variable NINEPENCE_DATABASE_URL or into a file for --env-file.");
    const char *url = effective(sources, row);
    if (!url)
        url = variable(sources, "DATABASE_URL");
    int r = url ? db_settings_from_url(&settings->database, url, why) : 0;
    if (r == 0 && !settings->database.is_set)
        r = db_settings_from_environment(&settings->database, why);
    if (r < 0)
        return r == -ENOMEM ? EX_OSERR : EX_CONFIG;
    return 0;
}

static int fill_log(const struct sources *sources, struct buf *why)
{
    const char *level_text = effective_by_name(sources, "log-level");
    enum log_level level = LOG_WARNING;
    if (level_text && log_level_from_text(level_text, &level) < 0)
        return fail(why, EX_CONFIG,
                    "The log level must be debug, info, notice, warning, error or off.");
    log_set_level(level);
    log_set_trace(effective_by_name(sources, "log-trace"));
    return 0;
}

/* What a new ledger would be made with must make sense before one is. */
static int check_ledger(const struct cli_settings *settings, struct buf *why)
{
    if (settings->currency && !currency_find(settings->currency, strlen(settings->currency)))
        return fail(why, EX_CONFIG,
                    "There is no currency \"%.40s\". Nothing was done. Set --currency "
                    "(NINEPENCE_CURRENCY) to a code of three letters, such as EUR.",
                    settings->currency);
    if (settings->time_zone && !time_zone_exists(settings->time_zone))
        return fail(why, EX_CONFIG,
                    "There is no time zone \"%.60s\". Nothing was done. Set --time-zone "
                    "(NINEPENCE_TIME_ZONE) to a name such as Europe/Berlin.",
                    settings->time_zone);
    return 0;
}

/* Words that stand for nobody. */
static int check_user(const struct cli_settings *settings, struct buf *why)
{
    if (!settings->user ||
        (strcasecmp(settings->user, "none") != 0 && strcasecmp(settings->user, "(none)") != 0))
        return 0;
    return fail(why, EX_CONFIG,
                "Nobody can be called \"%s\", which means no user. Nothing was done. Set --user "
                "(NINEPENCE_USER) to a name, or leave it out.",
                settings->user);
}

int cli_settings_load(struct cli_settings *settings, int argc, char **argv, int *ret_argc,
                      struct buf *why)
{
    struct sources sources = {0};
    *settings = (struct cli_settings){.watch_seconds = WATCH_SECONDS};
    arena_init(&settings->memory, SETTINGS_MEMORY_MAX);
    db_settings_init(&settings->database);
    int r = take_options(&sources, argc, argv, ret_argc, why);
    if (r != 0)
        return r;
    const char *env_file = effective_by_name(&sources, "env-file");
    if (env_file)
        r = env_file_read(&sources.file, &settings->memory, env_file, why);
    if (r == 0)
        r = fill_log(&sources, why);
    if (r == 0)
        r = fill_database(settings, &sources, why);
    for (size_t i = 0; r == 0 && i < SETTINGS; i++) {
        const char *value = effective(&sources, i);
        if (value)
            r = fill_row(settings, &table[i], value, why);
    }
    if (r == 0)
        r = check_user(settings, why);
    return r != 0 ? r : check_ledger(settings, why);
}

void cli_settings_free(struct cli_settings *settings)
{
    db_settings_free(&settings->database);
    arena_free(&settings->memory);
}

const char *cli_settings_option(size_t i)
{
    return i < SETTINGS ? table[i].option : NULL;
}

void cli_settings_help(FILE *out)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        char left[64];
        (void)snprintf(left, sizeof(left), "--%s%s%s", table[i].option, table[i].value ? " " : "",
                       table[i].value ? table[i].value : "");
        (void)fprintf(out, "  %-33s %s\n", left, table[i].doc);
    }
}

void cli_settings_reference(FILE *out)
{
    (void)fputs("| option | variable | meaning and default |\n|---|---|---|\n", out);
    for (size_t i = 0; i < SETTINGS; i++)
        (void)fprintf(out, "| `--%s%s%s` | %s%s%s | %s |\n", table[i].option,
                      table[i].value ? " " : "", table[i].value ? table[i].value : "",
                      table[i].variable ? "`" : "", table[i].variable ? table[i].variable : "–",
                      table[i].variable ? "`" : "", table[i].doc);
}
