/* Content blocks of tools, and of prompts, where each block is a message of its own. Blocks that
 * the client's revision does not know become text. */
#include <stdio.h>

#include "mcp/call_impl.h"
#include "mcp/prompt.h"

static bool knows(const struct call *call, enum feature feature)
{
    return revision_has(call->request.peer.revision, feature);
}

static void content_text(struct json_out *out, const char *text)
{
    json_object(out);
    JSON_PIECE(out, "\"type\":\"text\",\"text\":", false);
    json_text(out, text);
    json_end_object(out);
}

static struct json_out *begin_block(struct call *call)
{
    struct json_out *out = &call->content_out;
    if (call->kind->is_prompt) {
        json_object(out);
        json_put_text(out, "role", call->role);
        json_key(out, "content");
    }
    return out;
}

static void end_block(struct call *call)
{
    if (call->kind->is_prompt)
        json_end_object(&call->content_out);
}

static void add_data(struct call *call, const char *type, const char *base64, const char *mime_type)
{
    struct json_out *out = begin_block(call);
    json_object(out);
    json_put_text(out, "type", type);
    json_put_text(out, "data", base64);
    json_put_text(out, "mimeType", mime_type);
    json_end_object(out);
    end_block(call);
}

void call_add_text(struct call *call, const char *text)
{
    content_text(begin_block(call), text);
    end_block(call);
}

void call_add_image(struct call *call, const char *base64, const char *mime_type)
{
    add_data(call, "image", base64, mime_type);
}

void call_add_audio(struct call *call, const char *base64, const char *mime_type)
{
    char note[200];
    if (knows(call, FEATURE_AUDIO)) {
        add_data(call, "audio", base64, mime_type);
        return;
    }
    (void)snprintf(note, sizeof(note), "[audio of type %s, which this client cannot take]",
                   mime_type);
    call_add_text(call, note);
}

void call_add_resource(struct call *call, const char *uri, const char *mime_type, const char *text)
{
    struct json_out *out = begin_block(call);
    json_object(out);
    json_put_text(out, "type", "resource");
    json_put_object(out, "resource");
    json_put_text(out, "uri", uri);
    if (mime_type)
        json_put_text(out, "mimeType", mime_type);
    json_put_text(out, "text", text);
    json_end_object(out);
    json_end_object(out);
    end_block(call);
}

void call_add_link(struct call *call, const char *uri, const char *name, const char *mime_type,
                   const char *description)
{
    if (!knows(call, FEATURE_LINKS)) {
        const char *text = arena_printf(&call->arena, "%s: %s", name, uri);
        call_add_text(call, text ? text : uri);
        return;
    }
    struct json_out *out = begin_block(call);
    json_object(out);
    json_put_text(out, "type", "resource_link");
    json_put_text(out, "uri", uri);
    json_put_text(out, "name", name);
    if (mime_type)
        json_put_text(out, "mimeType", mime_type);
    if (description)
        json_put_text(out, "description", description);
    json_end_object(out);
    end_block(call);
}

void prompt_role(struct call *call, const char *role)
{
    call->role = role;
}
