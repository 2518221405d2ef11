/* A tool: one constant declaration. The server reads it; a program writes one file per tool. */
#ifndef MCP_TOOL_H
#define MCP_TOOL_H

#include <stddef.h>

#include "mcp/field.h"

struct call;

enum tool_flags {
    TOOL_READ_ONLY = 1 << 0,   /* annotation readOnlyHint, and a promise that call_is_read_only()
                                  passes on to whoever runs the statements */
    TOOL_DESTRUCTIVE = 1 << 1, /* may overwrite or remove (destructiveHint) */
    TOOL_IDEMPOTENT = 1 << 2,  /* repeating changes nothing more (idempotentHint) */
    TOOL_OPEN_WORLD = 1 << 3,  /* reaches beyond its own data (openWorldHint) */
    TOOL_FOR_APP = 1 << 4,     /* for the app of `ui` only, not for the model */
    TOOL_ASKS = 1 << 5,        /* may want to be confirmed first: gets the server's `ask_args` */
};

struct tool {
    const char *name;        /* 1-128 of A-Za-z0-9_.- , unique */
    const char *title;       /* for people */
    const char *description; /* when to use it */
    unsigned flags;          /* enum tool_flags */
    const char *icons;       /* JSON array, or NULL */

    const struct field *args;   /* NULL: no arguments */
    size_t args_size;           /* sizeof the struct that `args` binds */
    const struct field *result; /* NULL: no outputSchema; the answer is content blocks */

    const char *input_schema;  /* JSON text that replaces the schema of `args`, or NULL. The
                                  arguments are then not validated by the library. */
    const char *output_schema; /* JSON text that replaces the schema of `result`, or NULL */
    const char *ui;            /* ui:// resource of an MCP App, or NULL */

    /* Begins the work of a call whose arguments are bound. Ends it, now or later, with exactly one
     * of call_reply(), call_fail(), call_ask(). A negative return value without an answer becomes
     * an internal error. */
    int (*start)(struct call *call);
};

#endif
