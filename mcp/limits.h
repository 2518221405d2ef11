/* Every number that bounds what a client, a tool or an answer can make this folder use. */
#ifndef MCP_LIMITS_H
#define MCP_LIMITS_H

enum mcp_limits {
    MCP_LINE_MAX = 4 * 1024 * 1024,    /* bytes of one line of the client, without its end */
    MCP_MESSAGE_MAX = 8 * 1024 * 1024, /* bytes of one line of ours; clients drop us at 10 MiB */
    MCP_BATCH_MAX = 9728 * 1024,       /* … of a batch, with errors for what was too much */
    MCP_ANSWER_MAX = 1024 * 1024,      /* bytes of one structured answer */
    MCP_CONTENT_MAX = 4 * 1024 * 1024, /* bytes of the other content of one answer */
    MCP_OUTPUT_MAX = 1024 * 1024,      /* queued output above which nothing more is read */
    MCP_READ_SIZE = 64 * 1024,         /* bytes asked for at a time */
    MCP_KEEP_SIZE = 128 * 1024,        /* idle buffers larger than this are given back */

    MCP_DEPTH_MAX = 64,     /* nesting of JSON */
    MCP_VALUES_MAX = 50000, /* values in one line */
    MCP_KEYS_MAX = 1000,    /* members of one object */
    MCP_VALUE_COST = 100,   /* bytes that one parsed value takes, for the sums below */

    MCP_CALLS_MAX = 64,                     /* calls running at once */
    MCP_CALLS_COST_MAX = 16 * 1024 * 1024,  /* bytes of their requests, beyond the first */
    MCP_WAITING_MAX = 1024,                 /* calls waiting for a free place */
    MCP_WAITING_COST_MAX = 8 * 1024 * 1024, /* bytes of their requests */
    MCP_ARENA_MAX = 8 * 1024 * 1024,        /* memory of one call */
    MCP_CALL_DEADLINE_MS = 20 * 1000,       /* whole request */
    MCP_DRAIN_MS = 5 * 1000,                /* end of input: calls that write may finish */
    MCP_DRAIN_READ_MS = 1500,               /* … calls that only read, and the output */
    MCP_PROGRESS_MAX = 10,                  /* progress messages of one call in a second */
    MCP_LOGS_MAX = 60,                      /* log messages to the client in a minute */

    MCP_ASKING_MAX = 64,                    /* calls waiting for an answer (legacy) */
    MCP_ASKING_COST_MAX = 16 * 1024 * 1024, /* bytes of their requests, beyond the first */
    MCP_ASK_DEADLINE_MS = 5 * 60 * 1000,    /* for the person to answer (legacy) */
    MCP_ASK_ROUNDS_MAX = 10,                /* rounds of questions in one call */
    MCP_STATE_MAX = 64 * 1024,              /* bytes of the state that travels with the client */
    MCP_STATE_LIFE_MS = 10 * 60 * 1000,     /* for which it is accepted */
    MCP_WRITES_PER_MINUTE = 2000,           /* calls of tools that are not read-only */
    MCP_LISTENERS_MAX = 64,                 /* open subscriptions/listen requests */
    MCP_LISTENER_URIS_MAX = 1000,           /* resources that one of them listens to */
    MCP_COMPLETIONS_MAX = 100,              /* values in one answer; the protocol's limit */
    MCP_URI_MAX = 2048,                     /* bytes of a URI that is looked up */
    MCP_ARGUMENTS_MAX = 16 * 1024, /* bytes of arguments that a resource has for its tool */

    MCP_PAGE_ENTRIES = 100,      /* of a list */
    MCP_CURSOR_MAX = 1024,       /* bytes of a cursor that are looked at */
    MCP_TEXT_DEFAULT_MAX = 4000, /* code points of a text argument that declares no limit */
    MCP_LIST_DEFAULT_MAX = 1000, /* items of a list argument that declares no limit */
    MCP_SHOW_MAX = 60,           /* characters of a value repeated in a message */
    MCP_ERROR_TEXT_MAX = 2000,   /* bytes of the message of an error */
};

#endif
