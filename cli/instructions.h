/* What a model is told about this server at the start. */
#ifndef CLI_INSTRUCTIONS_H
#define CLI_INSTRUCTIONS_H

struct buf;

enum {
    INSTRUCTIONS_MAX = 1200 /* characters */
};

/* For mcp_server_options.instructions; `user` is the struct tools_context. Opens no database: what
 * only the ledger knows is told by get_context and by every answer. */
void cli_instructions(void *user, struct buf *text);

#endif
