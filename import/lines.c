/* Splits text into lines. */
#include "import/lines.h"

#include <string.h>

void import_lines_init(struct import_lines *lines, struct import_pass *pass)
{
    *lines = (struct import_lines){.pass = pass, .is_ended = true};
    buf_init(&lines->line, IMPORT_LINE_MAX);
}

void import_lines_free(struct import_lines *lines)
{
    buf_free(&lines->line);
}

int import_fail_line(struct import_pass *pass, uint64_t line)
{
    return import_fail(pass, IMPORT_TOO_LARGE, line,
                       "Line %llu is longer than %d bytes: this is no bank file, or it is damaged.",
                       (unsigned long long)line, IMPORT_LINE_MAX);
}

static size_t line_end(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && text[at] != '\n' && text[at] != '\r')
        at++;
    return at;
}

static int keep(struct import_lines *lines, const char *text, size_t length)
{
    if (length > IMPORT_LINE_MAX - lines->line.length)
        return import_fail_line(lines->pass, lines->number + 1);
    return buf_append(&lines->line, text, length);
}

static int give(struct import_lines *lines, import_line_sink *sink, void *user)
{
    lines->number++;
    int r = sink(user, buf_text(&lines->line), lines->line.length, lines->number);
    buf_reset(&lines->line);
    return r;
}

int import_lines_feed(struct import_lines *lines, const char *text, size_t length,
                      import_line_sink *sink, void *user)
{
    size_t at = 0;
    while (at < length) {
        if (lines->after_cr && text[at] == '\n') {
            lines->after_cr = false;
            at++;
            continue;
        }
        lines->after_cr = false;
        size_t n = line_end(text + at, length - at);
        int r = keep(lines, text + at, n);
        at += n;
        lines->is_ended = at < length;
        if (r == 0 && at < length) {
            lines->after_cr = text[at] == '\r';
            at++;
            r = give(lines, sink, user);
        }
        if (r != 0)
            return r;
    }
    return 0;
}

int import_lines_end(struct import_lines *lines, import_line_sink *sink, void *user)
{
    return lines->is_ended ? 0 : give(lines, sink, user);
}
