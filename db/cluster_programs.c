/* Where PostgreSQL's programs are. Programs with a bare PATH (desktop applications) are the rule, so
 * the places of the distributions come before it. The version is asked from the program itself where
 * its path does not tell. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/cluster_private.h"

struct search {
    int wanted; /* major, 0: the highest */
    int major;  /* best so far */
    char *bin;
};

static bool is_there(const char *bin, const char *program)
{
    OWNED_TEXT path = cluster_path_in(bin, program);
    return path && access(path, X_OK) == 0;
}

/* The number in "/usr/lib/postgresql/15/bin", "/opt/homebrew/opt/postgresql@15/bin". */
static int major_in_path(const char *bin)
{
    const char *end = strrchr(bin, '/');
    if (!end || strcmp(end, "/bin") != 0)
        return 0;
    const char *at = end;
    while (at > bin && isdigit((unsigned char)at[-1]))
        at--;
    if (at == end || at == bin || end - at > 2 || !strchr("/@-", at[-1]))
        return 0;
    return (int)strtol(at, NULL, 10);
}

static int major_in_version(const char *text)
{
    while (*text && !isdigit((unsigned char)*text))
        text++;
    long major = strtol(text, NULL, 10);
    return major > 0 && major <= CLUSTER_MAJOR_MAX ? (int)major : 0;
}

/* What `postgres --version` says: a few milliseconds, only for places whose path does not tell. */
static int major_by_asking(const char *bin)
{
    OWNED_TEXT path = cluster_path_in(bin, "postgres");
    int ends[2];
    if (!path || pipe2(ends, O_CLOEXEC) < 0)
        return 0;
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    char option[] = "--version";
    char locale[] = "LC_ALL=C";
    char *const args[] = {path, option, NULL};
    char *const environment[] = {locale, NULL};
    pid_t pid = 0;
    int failed = posix_spawn(&pid, path, &actions, NULL, args, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    char text[128] = "";
    ssize_t got = failed ? 0 : read(ends[0], text, sizeof(text) - 1);
    (void)close(ends[0]);
    if (failed)
        return 0;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    text[got > 0 ? got : 0] = '\0';
    return major_in_version(text);
}

static int consider(struct search *search, const char *bin)
{
    if (!is_there(bin, "postgres") || !is_there(bin, "initdb"))
        return 0;
    int major = major_in_path(bin);
    if (major == 0)
        major = major_by_asking(bin);
    if (major < CLUSTER_MAJOR_MIN || major <= search->major)
        return 0;
    if (search->wanted != 0 && major != search->wanted)
        return 0;
    char *copy = mem_strdup(bin);
    if (!copy)
        return -ENOMEM;
    mem_free(search->bin);
    search->bin = copy;
    search->major = major;
    return 0;
}

static int consider_usual_places(struct search *search)
{
    static const char *const patterns[] = {
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    };
    int r = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(patterns) && r == 0; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) == 0) {
            for (size_t k = 0; k < found.gl_pathc && r == 0; k++)
                r = consider(search, found.gl_pathv[k]);
        }
        globfree(&found);
    }
    return r;
}

static int consider_path(struct search *search)
{
    const char *at = getenv("PATH");
    int r = 0;
    while (at && *at && r == 0 && !search->bin) {
        size_t length = strcspn(at, ":");
        OWNED_TEXT bin = mem_strndup(at, length);
        if (!bin)
            return -ENOMEM;
        if (bin[0] == '/')
            r = consider(search, bin);
        at += length;
        at += strspn(at, ":");
    }
    return r;
}

static const char *named_by_environment(const char *application)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s_PG_BINDIR", application);
    for (char *at = name; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

int cluster_programs_find(const char *given, const char *application, int major, char **ret_bin,
                          int *ret_major)
{
    struct search search = {.wanted = major};
    if (!given)
        given = named_by_environment(application);
    int r = 0;
    if (given) {
        r = consider(&search, given);
    } else {
        r = consider_usual_places(&search);
        if (r == 0 && !search.bin)
            r = consider_path(&search);
    }
    if (r == 0 && !search.bin)
        r = -ENOENT;
    if (r < 0) {
        mem_free(search.bin);
        return r;
    }
    *ret_bin = search.bin;
    *ret_major = search.major;
    return 0;
}
