/* Asking the person, or the client's model, in the middle of a call. A tool says what it must know;
 * the library asks in the way of the client's era (requests of our own in legacy, a multi
 * round-trip in modern) and then runs start() again, from the beginning, with the answers at hand:
 *
 *     static int delete_start(struct call *call)
 *     {
 *         const struct ask question = {.key = "sure", .message = text, .fields = sure_fields};
 *         const struct ask_answer *answer = ask_answer(call, &question);
 *         if (!answer)
 *             return call_ask(call);
 *         if (answer->action != ASK_ACCEPTED)
 *             return call_refuse(call, NULL, "Not deleted: declined.");
 *         …
 *
 * Data may have changed between the rounds, so start() checks everything as if for the first time.
 * Between rounds the call holds nothing: its hooks (call_on_end) have run, its arena is gone. In
 * the modern era another process may take the next round; what the answers of earlier rounds were,
 * and what call_keep() kept, travels signed with the client. */
#ifndef MCP_ASK_H
#define MCP_ASK_H

#include <stdbool.h>

#include "mcp/call.h"
#include "mcp/field.h"

enum ask_kind {
    ASK_FORM,     /* the person fills in a form */
    ASK_SAMPLING, /* the client's model answers */
    ASK_ROOTS,    /* the client lists its folders */
};

/* One question; everything is borrowed until call_ask() returns. */
struct ask {
    const char *key; /* its name among the questions of the tool */
    enum ask_kind kind;
    const char *message;        /* form: what is asked. Never ask for passwords or tokens */
    const struct field *fields; /* form: flat table of text, integer, boolean, choice; or */
    const char *schema;         /* form: JSON text of requestedSchema */
    const char *params;         /* sampling: JSON text of its parameters */
};

enum ask_action {
    ASK_ACCEPTED,
    ASK_DECLINED,
    ASK_CANCELLED, /* also: no answer, or none that fits, in legacy */
};

struct ask_answer {
    enum ask_action action;
    const cJSON *content; /* accepted: what was filled in; sampling, roots: the client's result */
};

/* The answer to a question, checked against what was asked; NULL when there is none yet (the
 * question is noted for call_ask()), or when memory ran out. */
const struct ask_answer *ask_answer(struct call *call, const struct ask *question);

/* Binds the content of a form by its fields into a zeroed struct: 0, -EINVAL, -ENOMEM. */
int ask_bind(struct call *call, const struct field *fields, const struct ask_answer *answer,
             void *target);

/* Asks what was noted, all at once, and ends this round of the call; when the client can not be
 * asked, the call ends with an error that says so. Returns 0. */
int call_ask(struct call *call);

/* Whether the client can be asked in this way, for tools that have a path without a question. */
bool call_can_ask(const struct call *call, enum ask_kind kind);

/* Text that the next round finds under the same key: what was shown to the person, for example. */
int call_keep(struct call *call, const char *key, const char *text);
const char *call_kept(const struct call *call, const char *key);

#endif
