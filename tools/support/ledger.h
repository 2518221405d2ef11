/* The ledger that a call works on, and the frame that runs before every tool: it opens the ledger,
 * then resolves the dates and periods of the arguments against the ledger's today. */
#ifndef TOOLS_SUPPORT_LEDGER_H
#define TOOLS_SUPPORT_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/own.h"
#include "mcp/call.h"
#include "tools/support/period.h"

struct announcer;
struct db_pool;
struct ledger_cache;

/* What the program gives to all tools, as `user` of the server's options. Borrowed texts. */
struct tools_context {
    struct db_pool *pool;
    void (*changed)(void *data); /* something was saved; or NULL */
    void *changed_data;
    struct announcer *announcer; /* of changes made beside others; or NULL */
    const char *ledger_name; /* chosen at start; NULL: the first that is no sample, or the sample */
    const char *user_name;   /* who is speaking, or NULL */
    const char *currency;    /* of a ledger that is made on first use; NULL: USD */
    const char *time_zone;   /* the same; NULL: UTC */
    const char *now;         /* a timestamp with zone that stands for the clock (tests), or NULL */
    const char *version;     /* of the program */
    bool read_only;          /* nothing is made, not even a ledger */
    const char *import_folder; /* where bank files may be read from; NULL: nowhere */
    uint64_t import_max_bytes; /* of one; 0: the bounds of import/limits.h */
    uint64_t import_max_rows;
    const struct import_shell *shell; /* a person at a shell brings the files; NULL: a client */
    bool shows_progress;              /* a person waits at a terminal */
    struct ledger_cache *cache;       /* NULL at the start; tools_context_clear() gives it back */
};

void tools_context_clear(struct tools_context *context);

/* For mcp_server_options.before_start. */
void tools_before_start(struct call *call);

/* Resolves the dates and periods of arguments that a tool bound by itself, as the frame does for its
 * own. 0; -ERANGE (refused, the call has ended); -ENOMEM. */
MUST_CHECK int ledger_resolve(struct call *call, const struct field *fields, void *args);

/* Flags of a tool beside those of mcp/tool.h. */
enum {
    TOOL_WITHOUT_LEDGER = 1 << 16, /* starts without a ledger */
    TOOL_LISTS = 1 << 17           /* writes, but only asks when its `op` is list or test */
};

struct ledger {
    int64_t id;
    const char *id_text; /* fit for $1::bigint */
    const char *name;
    const char *currency;
    int exponent; /* decimals of the currency */
    const char *time_zone;
    bool is_demo;
    bool is_idle; /* made for a first write that stored nothing; beside a sample */
    struct calendar calendar;
    char today[DATE_TEXT_SIZE];
    char day_of_month[4]; /* first day of the month, fit for $n::integer */
    char day_of_week[4];
};

/* The open ledger of the call, in its arena; NULL only for tools without one. */
const struct ledger *call_ledger(const struct call *call);

const struct tools_context *call_context(const struct call *call);

/* Text for $n::timestamptz that stands for now, NULL for the clock of the database: write
 * coalesce($n::timestamptz, now()). */
const char *call_now(const struct call *call);

#endif
