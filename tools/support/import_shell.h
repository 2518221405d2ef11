/* Who brings a bank's file: a client of the protocol, or a person at a shell, who is told in the words of
 * the command line what to do next and can be asked at once. */
#ifndef TOOLS_SUPPORT_IMPORT_DESK_H
#define TOOLS_SUPPORT_IMPORT_DESK_H

#include "import/import.h"
#include "mcp/call.h"

/* The person at the shell (tools_context.shell; NULL: a client). */
struct import_shell {
    /* Which option of the question is right: its number from 0, or -1 when nobody is there or nothing
     * was chosen. */
    int (*choose)(void *data, const struct import_question *question);
    void *data;
};

const struct import_shell *import_shell(const struct call *call);

/* The one or the other text. */
const char *import_say(const struct call *call, const char *to_client, const char *at_shell);

/* The argument that a message begins with: for a client; at a shell the command names the file. */
const char *import_field(const struct call *call, const char *name);

#endif
