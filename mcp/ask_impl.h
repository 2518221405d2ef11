/* What the files of the questions share. */
#ifndef MCP_ASK_IMPL_H
#define MCP_ASK_IMPL_H

#include "mcp/ask.h"
#include "mcp/call_impl.h"
#include "mcp/limits.h"

/* A question of the round under way. */
struct question {
    struct question *next;
    struct ask ask;
    uint64_t number; /* of our request "srv-N" (legacy); 0: not sent yet */
    bool is_answered;
};

/* The questions of a call; outlives its rounds. */
struct asking {
    cJSON *settled;       /* answers that fit, by key */
    cJSON *kept;          /* call_keep(), by key */
    cJSON *received;      /* legacy: results as they came, by key */
    const cJSON *offered; /* modern: inputResponses of the request */
    struct question *questions;
    unsigned missing; /* abilities (enum client_abilities) that the client lacks */
    int64_t rounds;   /* asked so far */
    bool has_failed;  /* out of memory */
};

/* --- asking (ask.c, ask_legacy.c) ------------------------------------------------------------ */

const char *ask_method(const struct ask *question);

/* The parameters of the request that asks. A form that the revision can not express makes
 * -EOPNOTSUPP the error of the buffer. */
void ask_put_params(struct call *call, const struct ask *question, struct json_out *out);

/* Legacy: the call pauses, and its questions are sent; it is refused when too many others wait for an
 * answer. */
void ask_begin(struct call *call);

/* --- schemas of forms (ask_schema.c) --------------------------------------------------------- */

/* The form of a question as JSON text: its own, or made from its fields (arena). NULL when out of
 * memory. */
const char *ask_form_text(struct call *call, const struct ask *question);

/* Writes the form as the revision knows it. False when it has parts (lists) that the revision does
 * not know. */
bool ask_form_write(const char *form, enum revision revision, struct json_out *out);

/* Whether what was filled in fits the form. */
bool ask_form_fits(const cJSON *form, const cJSON *content);

/* --- state that travels with the client (ask_state.c) ---------------------------------------- */

/* Appends the signed state of the call, good for MCP_STATE_LIFE_MS from `now` (milliseconds since
 * 1970). 0 or negative errno. */
int ask_state_seal(const struct call *call, int64_t now, struct buf *ret_state);

/* Reads a state into call->asking: 0, -EINVAL when it is not ours, not of this very call, changed or
 * too old; -ENOMEM. */
int ask_state_open(struct call *call, const char *state, int64_t now);

/* Milliseconds since 1970. */
int64_t ask_now(void);

#endif
