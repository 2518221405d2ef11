/* Words for a client or for a person at a shell. Asks nobody: that is import_questions.c's part. */
#include "tools/support/import_shell.h"

#include "tools/support/ledger.h"

const struct import_shell *import_shell(const struct call *call)
{
    const struct tools_context *context = call_context(call);
    return context->shell;
}

const char *import_say(const struct call *call, const char *to_client, const char *at_shell)
{
    return import_shell(call) ? at_shell : to_client;
}

const char *import_field(const struct call *call, const char *name)
{
    return import_shell(call) ? NULL : name;
}
