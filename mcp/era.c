/* One table of what came when, one table of names, and the rule that decides per request. */
#include "mcp/era.h"

#include <string.h>

#define META_PREFIX "io.modelcontextprotocol/"

static const char *const names[REVISION_COUNT] = {
    [REVISION_NONE] = "",
    [REVISION_2024_11_05] = "2024-11-05",
    [REVISION_2025_03_26] = "2025-03-26",
    [REVISION_2025_06_18] = "2025-06-18",
    [REVISION_2025_11_25] = "2025-11-25",
    [REVISION_2026_07_28] = "2026-07-28",
};

static const enum revision first_with[FEATURE_COUNT] = {
    [FEATURE_TOOL_ANNOTATIONS] = REVISION_2025_03_26,
    [FEATURE_AUDIO] = REVISION_2025_03_26,
    [FEATURE_PROGRESS_MESSAGE] = REVISION_2025_03_26,
    [FEATURE_COMPLETIONS] = REVISION_2025_03_26,
    [FEATURE_TITLES] = REVISION_2025_06_18,
    [FEATURE_META] = REVISION_2025_06_18,
    [FEATURE_STRUCTURED] = REVISION_2025_06_18,
    [FEATURE_LINKS] = REVISION_2025_06_18,
    [FEATURE_ELICITATION] = REVISION_2025_06_18,
    [FEATURE_COMPLETION_CONTEXT] = REVISION_2025_06_18,
    [FEATURE_ICONS] = REVISION_2025_11_25,
    [FEATURE_SERVER_DETAILS] = REVISION_2025_11_25,
    [FEATURE_ELICITATION_MODE] = REVISION_2025_11_25,
    [FEATURE_ENVELOPE] = REVISION_2026_07_28,
    [FEATURE_ANY_ROOT] = REVISION_2026_07_28,
    [FEATURE_EXTENSIONS] = REVISION_2026_07_28,
};

static const char *const level_names[] = {
    [LEVEL_DEBUG] = "debug",     [LEVEL_INFO] = "info",           [LEVEL_NOTICE] = "notice",
    [LEVEL_WARNING] = "warning", [LEVEL_ERROR] = "error",         [LEVEL_CRITICAL] = "critical",
    [LEVEL_ALERT] = "alert",     [LEVEL_EMERGENCY] = "emergency",
};

bool revision_has(enum revision revision, enum feature feature)
{
    return revision >= first_with[feature];
}

const char *revision_name(enum revision revision)
{
    return names[revision];
}

enum revision revision_of_handshake(const char *name)
{
    for (int i = REVISION_2024_11_05; i <= (int)REVISION_LAST_LEGACY; i++) {
        if (strcmp(names[i], name) == 0)
            return (enum revision)i;
    }
    return REVISION_NONE;
}

enum client_level client_level_of(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LENGTH(level_names); i++) {
        if (strcmp(level_names[i], name) == 0)
            return (enum client_level)i;
    }
    return LEVEL_NONE;
}

static bool shows_apps(const cJSON *capabilities)
{
    const cJSON *ui = json_get(json_get(capabilities, "extensions"), META_PREFIX "ui");
    const cJSON *type;
    cJSON_ArrayForEach (type, json_get(ui, "mimeTypes")) {
        if (cJSON_IsString(type) && strcmp(type->valuestring, "text/html;profile=mcp-app") == 0)
            return true;
    }
    return false;
}

unsigned client_abilities_of(const cJSON *capabilities)
{
    unsigned abilities = 0;
    if (!capabilities || !capabilities->child)
        return 0;
    const cJSON *elicitation = json_get(capabilities, "elicitation");
    if (cJSON_IsObject(elicitation)) {
        if (json_get(elicitation, "url"))
            abilities |= CLIENT_URL;
        if (json_get(elicitation, "form") || !json_get(elicitation, "url"))
            abilities |= CLIENT_FORM;
    }
    if (cJSON_IsObject(json_get(capabilities, "sampling")))
        abilities |= CLIENT_SAMPLING;
    if (cJSON_IsObject(json_get(capabilities, "roots")))
        abilities |= CLIENT_ROOTS;
    if (shows_apps(capabilities))
        abilities |= CLIENT_APPS;
    return abilities;
}

/* What a modern request says about itself in `_meta`; NULL where it says nothing. */
struct claim {
    const cJSON *version, *capabilities, *info, *level;
};

/* Whether there is a claim at all: a log level alone is none. */
static bool find_claim(const cJSON *meta, struct claim *ret_claim)
{
    const size_t prefix = strlen(META_PREFIX);
    const cJSON *member = json_kind(meta) == cJSON_Object ? meta->child : NULL;
    struct claim claim = {0};
    for (; member; member = member->next) {
        if (strncmp(member->string, META_PREFIX, prefix) != 0)
            continue;
        const char *name = member->string + prefix;
        if (strcmp(name, "protocolVersion") == 0)
            claim.version = member;
        else if (strcmp(name, "clientCapabilities") == 0)
            claim.capabilities = member;
        else if (strcmp(name, "clientInfo") == 0)
            claim.info = member;
        else if (strcmp(name, "logLevel") == 0)
            claim.level = member;
    }
    *ret_claim = claim;
    return claim.version || claim.capabilities || claim.info;
}

static int refuse(struct rpc_error *error, const char *message)
{
    *error = (struct rpc_error){.code = RPC_INVALID_PARAMS, .message = message};
    return RPC_INVALID_PARAMS;
}

static int read_claim(const struct claim *claim, struct peer *peer, struct rpc_error *error)
{
    const char *version = json_text_of(claim->version);
    enum client_level level = client_level_of(json_text_of(claim->level));
    if (!version)
        return refuse(error, "_meta: " META_PREFIX "protocolVersion must be a string");
    if (strcmp(version, names[REVISION_MODERN]) != 0) {
        *error = (struct rpc_error){.code = RPC_UNSUPPORTED_VERSION,
                                    .message = "Unsupported protocol version",
                                    .requested = version};
        return error->code;
    }
    if (json_kind(claim->capabilities) != cJSON_Object)
        return refuse(error, "_meta: " META_PREFIX "clientCapabilities must be an object");
    const char *name = json_get_text(claim->info, "name");
    if (claim->info && (!name || !json_get_text(claim->info, "version")))
        return refuse(error, "_meta: " META_PREFIX "clientInfo needs a name and a version");
    if (claim->level && level == LEVEL_NONE)
        return refuse(error, "_meta: " META_PREFIX "logLevel is none of the eight levels");
    *peer = (struct peer){
        .revision = REVISION_MODERN,
        .abilities = client_abilities_of(claim->capabilities),
        .level = level,
        .name = name ? name : "",
    };
    return 0;
}

/* Before the handshake as well. */
static bool is_open_to_all(const char *method)
{
    return strcmp(method, "initialize") == 0 || strcmp(method, "ping") == 0;
}

int era_of_request(const struct rpc_message *message, const struct peer *handshake,
                   struct peer *ret_peer, struct rpc_error *ret_error)
{
    struct claim claim;
    if (find_claim(json_get(message->params, "_meta"), &claim))
        return read_claim(&claim, ret_peer, ret_error);
    if (handshake->revision == REVISION_NONE && !is_open_to_all(message->method))
        return refuse(ret_error, "Send initialize first, or name the protocol version in "
                                 "params._meta (" META_PREFIX "protocolVersion and " META_PREFIX
                                 "clientCapabilities)");
    *ret_peer = *handshake;
    return 0;
}
