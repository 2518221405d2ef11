/* The check that every line passes before a parser sees it: valid UTF-8, the strict grammar of
 * RFC 8259, and the rules of this program (limits, no duplicate keys, no \u0000, no lone
 * surrogates). One pass, no tree. */
#ifndef MCP_JSON_GATE_H
#define MCP_JSON_GATE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/own.h"
#include "mcp/json_memo.h"

enum json_verdict {
    JSON_GOOD,
    JSON_NOT,     /* not JSON, not UTF-8, or nested too deeply to tell */
    JSON_REFUSED, /* JSON that breaks a rule of ours */
    JSON_NO_MEMORY,
};

struct json_gate {
    enum json_verdict verdict;
    const char *why; /* static text, NULL when good or out of memory */
    size_t values;   /* seen so far */

    /* What the members of the outermost object tell of a message that gets no tree: source texts,
     * borrowed from the line, of the string or number under "id", of the string under "method" and of
     * what "params" has under "requestId" (length 0 when none was seen, or more than one of the last);
     * and which members there are. All of them, when the text is whole. */
    const char *id;
    size_t id_length;
    const char *method;
    size_t method_length;
    const char *request_id;
    size_t request_id_length;
    bool has_id;
    bool has_method;
    bool has_outcome; /* "result" or "error" */
    bool is_whole;

    /* Where a value stands that a memo may keep, or has; NULL when there is none. */
    const char *meta;
    size_t meta_length;
    size_t meta_values;
    bool meta_is_known; /* equal to the memo's */
};

/* `memo` may be NULL. */
void json_gate_check(const char *text, size_t length, const struct json_memo *memo,
                     struct json_gate *ret_gate);

/* The tree of what passes the gate, or NULL and the verdict. `memo` is used and kept up; it may be
 * NULL. */
MUST_CHECK cJSON *json_parse_line(const char *text, size_t length, struct json_memo *memo,
                                  struct json_gate *ret_gate);

#endif
