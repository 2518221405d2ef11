/* What many requests say in the same words is read once: the `_meta` of a modern client's requests,
 * which is longer than many a request without it. The text of the last one is kept with its nodes.
 * Where a line has exactly these bytes at the same depth, the gate steps over them, since it would
 * find what it found before, and the tree gets a copy of the nodes. */
#ifndef MCP_JSON_MEMO_H
#define MCP_JSON_MEMO_H

#include <cjson/cJSON.h>
#include <stddef.h>

enum {
    JSON_MEMO_DEPTH = 2, /* of its member: in an object within the line's */
    JSON_MEMO_BYTES = 1024,
    JSON_MEMO_VALUES = 32
};

#define JSON_MEMO_NAME "_meta"

struct json_memo {
    size_t length; /* of `text`; 0 when nothing is kept */
    size_t values;
    size_t strings_length;
    char text[JSON_MEMO_BYTES];    /* an object that has passed the gate, as it stood there */
    char strings[JSON_MEMO_BYTES]; /* what the nodes point to */
    cJSON nodes[JSON_MEMO_VALUES]; /* the object first */
};

#endif
