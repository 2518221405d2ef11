/* Requests from a file, as text that only lacks its id. Everything that costs is done here, before
 * the measuring. */
#include "tests/bench/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":";
static const char claim[] =
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
    "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"load\",\"version\":\"1\"},"
    "\"io.modelcontextprotocol/clientCapabilities\":{}}";

static int read_file(const char *path, struct buf *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t got = 1;
    while (got > 0) {
        char *space = buf_reserve(text, 65536);
        if (!space)
            break;
        got = read(fd, space, 65536);
        if (got > 0)
            buf_commit(text, (size_t)got);
    }
    int error = got < 0 ? -errno : text->error;
    close(fd);
    return error;
}

static int outcome_from_text(const char *text, size_t length, enum outcome *ret_outcome)
{
    static const char *const names[] = {"result", "refusal", "error"};
    for (unsigned i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0) {
            *ret_outcome = (enum outcome)i;
            return 0;
        }
    }
    return -EINVAL;
}

/* `,"method":"M","params":P}`; a claim becomes the first member of the parameters. */
static void write_tail(struct buf *tail, const char *method, size_t method_length,
                       const char *params, bool modern)
{
    buf_append_text(tail, ",\"method\":\"");
    buf_append(tail, method, method_length);
    buf_append_text(tail, "\"");
    if (modern) {
        const char *rest = *params == '{' ? params + 1 : "}";
        buf_printf(tail, ",\"params\":{%s%s%s", claim, *rest == '}' ? "" : ",", rest);
    } else if (*params == '{') {
        buf_printf(tail, ",\"params\":%s", params);
    }
    buf_append_text(tail, "}\n");
}

static int read_line(struct request *request, const char *line, bool modern)
{
    const char *method = strchr(line, ' ');
    const char *params = method ? strchr(method + 1, ' ') : NULL;
    if (!params || outcome_from_text(line, (size_t)(method - line), &request->expected) < 0)
        return -EINVAL;
    method++;
    params++;
    if (*params != '{' && strcmp(params, "-") != 0)
        return -EINVAL;
    OWNED_BUF tail = BUF_INIT(WORKLOAD_FILE_MAX);
    write_tail(&tail, method, (size_t)(params - 1 - method), params, modern);
    if (tail.error)
        return tail.error;
    request->length = tail.length;
    request->tail = buf_take(&tail);
    return 0;
}

static int read_lines(struct workload *workload, char *text, const char *path, bool modern)
{
    unsigned number = 0;
    for (char *line = text, *next = NULL; line && *line; line = next) {
        number++;
        char *end = strchr(line, '\n');
        next = end ? end + 1 : NULL;
        if (end)
            *end = '\0';
        if (*line == '#' || *line == '\0')
            continue;
        int r = workload->count < WORKLOAD_REQUESTS_MAX
                    ? read_line(&workload->requests[workload->count], line, modern)
                    : -EINVAL;
        if (r < 0) {
            (void)fprintf(stderr, "%s:%u: not a request\n", path, number);
            return r;
        }
        workload->count++;
    }
    return workload->count > 0 ? 0 : -EINVAL;
}

int workload_read(struct workload *workload, const char *path, bool modern)
{
    OWNED_BUF text = BUF_INIT(WORKLOAD_FILE_MAX);
    int r = read_file(path, &text);
    if (r < 0)
        return r;
    if (text.length == 0)
        return -EINVAL;
    *workload =
        (struct workload){.requests = mem_calloc(WORKLOAD_REQUESTS_MAX, sizeof(struct request))};
    if (!workload->requests)
        return -ENOMEM;
    r = read_lines(workload, text.data, path, modern);
    if (r < 0)
        workload_free(workload);
    return r;
}

void workload_free(struct workload *workload)
{
    for (size_t i = 0; i < workload->count; i++)
        mem_free(workload->requests[i].tail);
    mem_free(workload->requests);
    *workload = (struct workload){0};
}

void workload_write(struct buf *buf, uint64_t id, const struct request *request)
{
    buf_append(buf, head, sizeof(head) - 1);
    buf_append_int(buf, (int64_t)id);
    buf_append(buf, request->tail, request->length);
}
