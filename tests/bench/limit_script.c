/* Reads the file that limit.h describes. */
#include "tests/bench/limit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

static int read_text(struct script *script, const char *path)
{
    OWNED_BUF text = BUF_INIT(SCRIPT_FILE_MAX);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t got = 1;
    while (got > 0) {
        char *space = buf_reserve(&text, 65536);
        got = space ? read(fd, space, 65536) : -1;
        if (got > 0)
            buf_commit(&text, (size_t)got);
    }
    close(fd);
    if (got < 0 || text.length == 0)
        return text.error ? text.error : -EINVAL;
    script->text = buf_take(&text);
    return 0;
}

static char unescaped(char c)
{
    switch (c) {
    case 't':
        return '\t';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    default:
        return c;
    }
}

/* Undoes the escapes of one field in place; NULL for \N. */
static char *unescape(char *field)
{
    if (strcmp(field, "\\N") == 0)
        return NULL;
    char *to = field;
    for (const char *from = field; *from; from++) {
        if (*from == '\\' && from[1]) {
            from++;
            *to++ = unescaped(*from);
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return field;
}

/* The next tab-separated field of *line (NULL for \N); false behind the last one. */
static bool next_field(char **line, const char **ret_field)
{
    char *begin = *line;
    if (!begin)
        return false;
    char *tab = strchr(begin, '\t');
    if (tab)
        *tab = '\0';
    *line = tab ? tab + 1 : NULL;
    *ret_field = unescape(begin);
    return true;
}

static int take_statement(struct script *script, char *rest)
{
    struct script_statement *statement = &script->statements[script->statement_count];
    if (script->statement_count == SCRIPT_STATEMENTS_MAX || !next_field(&rest, &statement->name) ||
        !next_field(&rest, &statement->sql) || rest)
        return -EINVAL;
    script->statement_count++;
    return 0;
}

static int take_query(struct script *script, char *rest)
{
    const char *values[SCRIPT_VALUES_MAX];
    struct script_query query = {0};
    if (script->query_count == SCRIPT_QUERIES_MAX || script->request_count == 0 ||
        !next_field(&rest, &query.name))
        return -EINVAL;
    while (query.count < SCRIPT_VALUES_MAX && next_field(&rest, &values[query.count]))
        query.count++;
    if (rest)
        return -EINVAL;
    query.values = mem_calloc((size_t)query.count + 1, sizeof(*query.values));
    if (!query.values)
        return -ENOMEM;
    memcpy(query.values, values, (size_t)query.count * sizeof(*values));
    script->queries[script->query_count++] = query;
    script->requests[script->request_count - 1].count++;
    return 0;
}

static int take_line(struct script *script, char *line)
{
    if (strcmp(line, "R") == 0) {
        if (script->request_count == SCRIPT_REQUESTS_MAX)
            return -EINVAL;
        script->requests[script->request_count++].first = script->query_count;
        return 0;
    }
    if (strncmp(line, "S\t", 2) == 0)
        return take_statement(script, line + 2);
    if (strncmp(line, "Q\t", 2) == 0)
        return take_query(script, line + 2);
    return *line ? -EINVAL : 0;
}

static int take_lines(struct script *script, const char *path)
{
    unsigned number = 0;
    for (char *line = script->text, *next = NULL; line; line = next) {
        char *end = strchr(line, '\n');
        next = end ? end + 1 : NULL;
        if (end)
            *end = '\0';
        number++;
        int r = take_line(script, line);
        if (r < 0) {
            (void)fprintf(stderr, "%s:%u: not understood\n", path, number);
            return r;
        }
    }
    return script->request_count > 0 && script->query_count > 0 ? 0 : -EINVAL;
}

int script_read(struct script *script, const char *path)
{
    *script = (struct script){
        .statements = mem_calloc(SCRIPT_STATEMENTS_MAX, sizeof(*script->statements)),
        .queries = mem_calloc(SCRIPT_QUERIES_MAX, sizeof(*script->queries)),
        .requests = mem_calloc(SCRIPT_REQUESTS_MAX, sizeof(*script->requests))};
    int r = script->statements && script->queries && script->requests ? 0 : -ENOMEM;
    if (r == 0)
        r = read_text(script, path);
    if (r == 0)
        r = take_lines(script, path);
    if (r < 0)
        script_free(script);
    return r;
}

void script_free(struct script *script)
{
    for (size_t i = 0; i < script->query_count; i++)
        mem_free(script->queries[i].values);
    mem_free(script->text);
    mem_free(script->statements);
    mem_free(script->queries);
    mem_free(script->requests);
    *script = (struct script){0};
}
