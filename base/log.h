/* Diagnostics on standard error: `time level area message`, one line each, never amounts, names,
 * SQL values or passwords. Library folders (mcp, db) stay at DEBUG, except where the person who
 * runs the server must act. Writing never blocks the caller for long: a line that the reader of
 * standard error does not take within a moment is dropped and counted. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/own.h"

enum log_level {
    LOG_DEBUG,
    LOG_INFO,
    LOG_NOTICE,
    LOG_WARNING,
    LOG_ERROR,
    LOG_OFF
};

/* Lines below this level are not written; LOG_WARNING at the start. */
void log_set_level(enum log_level level);

/* Level by name ("debug" … "error", "off"); -EINVAL for any other text. */
int log_level_from_text(const char *text, enum log_level *ret_level);

/* Areas whose DEBUG lines are written whatever the level is: "pool,call", "all", "all,-stdio". */
void log_set_trace(const char *areas);

/* Whether a line of this level and area would be written: guards costly arguments. */
bool log_is_on(enum log_level level, const char *area);

void log_line(enum log_level level, const char *area, const char *format, ...) PRINTF_LIKE(3, 4);

/* One trace id (W3C traceparent) that is appended to the lines while it is set; NULL clears it. */
void log_set_trace_id(const char *trace_id);

#define LOG(level, area, ...)                   \
    do {                                        \
        if (log_is_on(level, area))             \
            log_line(level, area, __VA_ARGS__); \
    } while (0)

#endif
