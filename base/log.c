/* Diagnostics on standard error. One write(2) per line, so that lines of two processes on one pipe
 * do not mix; a pipe that stays full for LOG_WAIT_MS loses the line and the next one says so. */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum {
    LOG_LINE_MAX = 2048,
    LOG_AREAS_MAX = 256,
    LOG_WAIT_MS = 20,
    LOG_TRACE_ID_MAX = 64
};

static const char *const level_names[] = {"debug", "info", "notice", "warning", "error", "off"};
static enum log_level least = LOG_WARNING;
static char traced[LOG_AREAS_MAX];
static char trace_id[LOG_TRACE_ID_MAX];
static unsigned long dropped;

void log_set_level(enum log_level level)
{
    least = level;
}

int log_level_from_text(const char *text, enum log_level *ret_level)
{
    for (size_t i = 0; i < ARRAY_LENGTH(level_names); i++) {
        if (strcasecmp(text, level_names[i]) == 0) {
            *ret_level = (enum log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

void log_set_trace(const char *areas)
{
    (void)snprintf(traced, sizeof(traced), "%s", areas ? areas : "");
}

void log_set_trace_id(const char *id)
{
    if (id)
        (void)snprintf(trace_id, sizeof(trace_id), "%s", id);
    else
        trace_id[0] = '\0';
}

static bool is_traced(const char *area)
{
    bool on = false;
    const char *at = traced;
    while (*at) {
        size_t length = strcspn(at, ",");
        bool without = *at == '-';
        const char *name = at + (without ? 1 : 0);
        size_t name_length = length - (without ? 1 : 0);
        if ((name_length == 3 && strncmp(name, "all", 3) == 0) ||
            (name_length == strlen(area) && strncmp(name, area, name_length) == 0))
            on = !without;
        at += length;
        at += strspn(at, ",");
    }
    return on;
}

bool log_is_on(enum log_level level, const char *area)
{
    if (level >= least && least != LOG_OFF)
        return true;
    return level == LOG_DEBUG && traced[0] && is_traced(area);
}

static void write_line(const char *line, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, line, length);
        if (written >= 0) {
            line += written;
            length -= (size_t)written;
            continue;
        }
        if (errno == EINTR)
            continue;
        struct pollfd wait = {.fd = STDERR_FILENO, .events = POLLOUT};
        if (errno != EAGAIN || poll(&wait, 1, LOG_WAIT_MS) != 1 || !(wait.revents & POLLOUT)) {
            dropped++;
            return;
        }
    }
}

static int format_head(char *line, size_t size, enum log_level level, const char *area)
{
    struct timespec now;
    struct tm utc;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    char lost[48] = "";
    if (dropped > 0)
        (void)snprintf(lost, sizeof(lost), "(%lu lines lost) ", dropped);
    return snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %s %s %s", utc.tm_year + 1900,
                    utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                    now.tv_nsec / 1000000, level_names[level], area, lost);
}

void log_line(enum log_level level, const char *area, const char *format, ...)
{
    char line[LOG_LINE_MAX];
    int saved_errno = errno;
    size_t room = sizeof(line) - LOG_TRACE_ID_MAX - 16;
    size_t length = (size_t)format_head(line, room, level, area);
    dropped = 0;
    va_list args;
    va_start(args, format);
    int more = vsnprintf(line + length, room - length, format, args);
    va_end(args);
    if (more > 0)
        length += (size_t)more < room - length ? (size_t)more : room - length - 1;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
    }
    if (trace_id[0])
        length += (size_t)snprintf(line + length, sizeof(line) - length, " trace=%s", trace_id);
    line[length++] = '\n';
    write_line(line, length);
    errno = saved_errno;
}
