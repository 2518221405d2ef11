/* A prompt: one constant declaration, like a tool. Arguments are declared by the same tables;
 * protocol and clients know them as text only, so bindable types are those that accept text. */
#ifndef MCP_PROMPT_H
#define MCP_PROMPT_H

#include <stddef.h>

#include "mcp/call.h"
#include "mcp/field.h"

struct prompt {
    const char *name;        /* unique */
    const char *title;       /* for people */
    const char *description; /* what it does */
    const char *icons;       /* JSON array, or NULL */

    const struct field *args; /* NULL: none */
    size_t args_size;

    /* Writes the messages: call_add_text() and its kin add one message each, in the role that
     * prompt_role() has set ("user" at first). Ends with call_reply(), call_fail() or call_ask(). */
    int (*get)(struct call *call);

    /* Suggests values of an argument (mcp/complete.h), or NULL. */
    int (*complete)(struct call *call);
};

/* "user" or "assistant", for the messages from here on. */
void prompt_role(struct call *call, const char *role);

#endif
