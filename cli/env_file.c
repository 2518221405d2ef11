/* Reads an env file. The environment of the process stays as it is. */
#include "cli/env_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

static void close_file(const int *file)
{
    if (*file >= 0)
        (void)close(*file);
}

static int read_all(const char *path, struct buf *text)
{
    CLEANUP(close_file) int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about;
    if (file < 0 || fstat(file, &about) < 0)
        return -errno;
    if (!S_ISREG(about.st_mode))
        return -EINVAL;
    for (;;) {
        char chunk[4096];
        ssize_t got = read(file, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            return memchr(buf_text(text), '\0', text->length) ? -EINVAL : text->error;
        int r = buf_append(text, chunk, (size_t)got);
        if (r < 0)
            return r;
    }
}

static char unescape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    default:
        return c;
    }
}

/* Cuts the value that starts at `text` into shape, in place. NULL when a quote is not closed or
 * something stands behind it. */
static char *take_value(char *text)
{
    char quote = *text;
    if (quote != '"' && quote != '\'') {
        char *comment = strstr(text, " #");
        size_t length = comment ? (size_t)(comment - text) : strlen(text);
        while (length > 0 && isspace((unsigned char)text[length - 1]))
            length--;
        text[length] = '\0';
        return text;
    }
    char *write = text;
    char *read = text + 1;
    for (; *read && *read != quote; read++) {
        if (quote == '"' && *read == '\\' && read[1])
            *write++ = unescape(*++read);
        else
            *write++ = *read;
    }
    if (*read != quote)
        return NULL;
    read += 1 + strspn(read + 1, " \t\r");
    if (*read && *read != '#')
        return NULL;
    *write = '\0';
    return text;
}

static bool is_name(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    for (; *name; name++) {
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    }
    return true;
}

/* One line; 0 also for blank lines and comments. */
static int take_line(struct env_file *file, char *line)
{
    line += strspn(line, " \t\r");
    if (*line == '\0' || *line == '#')
        return 0;
    if (strncmp(line, "export ", strlen("export ")) == 0)
        line += strlen("export ") + strspn(line + strlen("export "), " ");
    char *equals = strchr(line, '=');
    if (!equals || file->count == ENV_FILE_VALUES_MAX)
        return -EINVAL;
    *equals = '\0';
    char *end = equals;
    while (end > line && isspace((unsigned char)end[-1]))
        *--end = '\0';
    char *value = take_value(equals + 1 + strspn(equals + 1, " \t"));
    if (!value || !is_name(line))
        return -EINVAL;
    file->names[file->count] = line;
    file->values[file->count++] = value;
    return 0;
}

int env_file_read(struct env_file *file, struct arena *memory, const char *path, struct buf *why)
{
    OWNED_BUF text = BUF_INIT(ENV_FILE_MAX);
    int r = read_all(path, &text);
    if (r == 0 && !utf8_is_valid(buf_text(&text), text.length))
        r = -EINVAL;
    if (r < 0) {
        (void)buf_printf(why,
                         "The env file cannot be read (%s). Nothing was done. Check --env-file.",
                         r == -EINVAL ? "it is no plain text file" : strerror(-r));
        return EX_NOINPUT;
    }
    char *rest = arena_strdup(memory, buf_text(&text));
    for (int number = 1; rest; number++) {
        char *line = strsep(&rest, "\n");
        if (take_line(file, line) == 0)
            continue;
        (void)buf_printf(why,
                         "Line %d of the env file is not NAME=value. Nothing was done. Mend the "
                         "line or leave the file out.",
                         number);
        return EX_CONFIG;
    }
    return 0;
}

const char *env_file_value(const struct env_file *file, const char *name)
{
    for (size_t i = file->count; i > 0; i--) {
        if (strcmp(file->names[i - 1], name) == 0)
            return file->values[i - 1];
    }
    return NULL;
}
