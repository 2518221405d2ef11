/* echo: the ceiling. A server that does as little as one can do and still answer: it knows where the
 * load generator puts the id and the method, copies, and checks nothing.
 *
 *     echo [file with the result of tools/list] */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum {
    IN_MAX = 64 << 20,
    OUT_MAX = 64 << 20,
    READ_BYTES = 256 << 10
};

static const char hello[] = "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                            "\"serverInfo\":{\"name\":\"echo\",\"version\":\"1\"}}";
static const char list[] =
    "{\"tools\":[{\"name\":\"echo\",\"description\":\"Says what it is told.\",\"inputSchema\":"
    "{\"type\":\"object\",\"properties\":{\"message\":{\"type\":\"string\",\"description\":"
    "\"What to say.\"}},\"required\":[\"message\"],\"additionalProperties\":false}}]}";

struct span {
    const char *text;
    size_t length;
};

/* What stands in `line` between `before` and the next `end`; false when it is not there. */
static bool between(struct span line, const char *before, char end, struct span *ret_found)
{
    const char *begin = memmem(line.text, line.length, before, strlen(before));
    if (!begin)
        return false;
    begin += strlen(before);
    const char *stop = memchr(begin, end, (size_t)(line.text + line.length - begin));
    if (!stop)
        return false;
    *ret_found = (struct span){begin, (size_t)(stop - begin)};
    return true;
}

static bool is(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.text, text, span.length) == 0;
}

static void write_call(struct buf *out, struct span line)
{
    struct span message;
    if (between(line, "\"message\":\"", '"', &message)) {
        buf_append_text(out, "{\"content\":[{\"type\":\"text\",\"text\":\"");
        buf_append(out, message.text, message.length);
        buf_append_text(out, "\"}]}");
    } else {
        buf_append_text(out, "{\"content\":[{\"type\":\"text\",\"text\":\"message: is missing\"}],"
                             "\"isError\":true}");
    }
}

static void answer(struct buf *out, struct span line, struct span tools)
{
    struct span id;
    struct span method;
    if (!between(line, "\"id\":", ',', &id) || !between(line, "\"method\":\"", '"', &method))
        return;
    buf_append_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    buf_append(out, id.text, id.length);
    buf_append_text(out, ",\"result\":");
    if (is(method, "tools/call")) {
        write_call(out, line);
    } else if (is(method, "tools/list")) {
        buf_append(out, tools.text, tools.length);
    } else if (is(method, "initialize") || is(method, "server/discover")) {
        buf_append(out, hello, sizeof(hello) - 1);
    } else if (is(method, "ping")) {
        buf_append_text(out, "{}");
    } else {
        out->length -= strlen("\"result\":");
        buf_append_text(out, "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}");
    }
    buf_append_text(out, "}\n");
}

static int answer_lines(struct buf *in, struct buf *out, struct span tools)
{
    size_t begin = 0;
    for (;;) {
        const char *line = in->data + begin;
        const char *end = memchr(line, '\n', in->length - begin);
        if (!end)
            break;
        answer(out, (struct span){line, (size_t)(end - line)}, tools);
        begin += (size_t)(end - line) + 1;
    }
    buf_consume(in, begin);
    for (size_t done = 0; done < out->length;) {
        ssize_t written = write(STDOUT_FILENO, out->data + done, out->length - done);
        if (written < 0 && errno != EINTR)
            return -errno;
        done += written > 0 ? (size_t)written : 0;
    }
    int error = out->error;
    buf_reset(out);
    return error;
}

/* One read; 0 at the end. */
static ssize_t read_more(int fd, struct buf *buf)
{
    char *space = buf_reserve(buf, READ_BYTES);
    if (!space)
        return buf->error;
    ssize_t got = read(fd, space, READ_BYTES);
    if (got > 0)
        buf_commit(buf, (size_t)got);
    return got < 0 ? -errno : got;
}

static int read_list(const char *path, struct buf *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t got = 1;
    while (got > 0)
        got = read_more(fd, text);
    close(fd);
    return (int)got;
}

int main(int argc, char **argv)
{
    OWNED_BUF own_list = BUF_INIT(IN_MAX);
    OWNED_BUF in = BUF_INIT(IN_MAX);
    OWNED_BUF out = BUF_INIT(OUT_MAX);
    struct span tools = {list, sizeof(list) - 1};
    if (argc > 1) {
        if (read_list(argv[1], &own_list) < 0 || own_list.length == 0) {
            (void)fprintf(stderr, "echo: cannot read %s\n", argv[1]);
            return 1;
        }
        tools = (struct span){own_list.data, own_list.length};
    }
    ssize_t got = read_more(STDIN_FILENO, &in);
    while (got > 0 && answer_lines(&in, &out, tools) == 0)
        got = read_more(STDIN_FILENO, &in);
    return got == 0 ? 0 : 1;
}
