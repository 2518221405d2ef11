/* The revisions of the protocol and everything in which they differ for a server: which request
 * belongs to which era, and which parts of an answer a revision does not know. */
#ifndef MCP_ERA_H
#define MCP_ERA_H

#include <stdbool.h>
#include <stddef.h>

#include "mcp/json.h"
#include "mcp/rpc.h"

/* In the order of time; all but the last are legacy (negotiated by a handshake). */
enum revision {
    REVISION_NONE,
    REVISION_2024_11_05,
    REVISION_2025_03_26,
    REVISION_2025_06_18,
    REVISION_2025_11_25,
    REVISION_2026_07_28,
    REVISION_COUNT,
};

#define REVISION_LAST_LEGACY REVISION_2025_11_25
#define REVISION_MODERN      REVISION_2026_07_28

/* What came with some revision. Older ones must not see it. */
enum feature {
    FEATURE_TOOL_ANNOTATIONS,
    FEATURE_AUDIO,
    FEATURE_PROGRESS_MESSAGE,
    FEATURE_COMPLETIONS, /* as a declared capability */
    FEATURE_TITLES,
    FEATURE_META, /* `_meta` inside tools, resources, blocks */
    FEATURE_STRUCTURED,
    FEATURE_LINKS,
    FEATURE_ELICITATION,
    FEATURE_COMPLETION_CONTEXT,
    FEATURE_ICONS,
    FEATURE_SERVER_DETAILS,   /* description, websiteUrl of the server */
    FEATURE_ELICITATION_MODE, /* "mode", choices with titles, lists, any default */
    FEATURE_ENVELOPE,         /* resultType, ttlMs, cacheScope, serverInfo in each result */
    FEATURE_ANY_ROOT,         /* structured content that is no object */
    FEATURE_EXTENSIONS,
    FEATURE_COUNT,
};

bool revision_has(enum revision revision, enum feature feature);
const char *revision_name(enum revision revision);

/* A legacy revision by its name, REVISION_NONE for anything else. */
enum revision revision_of_handshake(const char *name);

/* Severity of log messages to the client, in the order of the protocol; LEVEL_NONE: none at all. */
enum client_level {
    LEVEL_DEBUG,
    LEVEL_INFO,
    LEVEL_NOTICE,
    LEVEL_WARNING,
    LEVEL_ERROR,
    LEVEL_CRITICAL,
    LEVEL_ALERT,
    LEVEL_EMERGENCY,
    LEVEL_NONE,
};

/* LEVEL_NONE when `name` is NULL or none of the eight. */
enum client_level client_level_of(const char *name);

/* What the client can do for us. */
enum client_abilities {
    CLIENT_FORM = 1 << 0, /* elicitation by form */
    CLIENT_URL = 1 << 1,
    CLIENT_SAMPLING = 1 << 2,
    CLIENT_ROOTS = 1 << 3,
    CLIENT_APPS = 1 << 4, /* shows ui:// resources */
};

unsigned client_abilities_of(const cJSON *capabilities);

/* Who asks, as far as one request knows: by the handshake or by the request itself. */
struct peer {
    enum revision revision; /* NONE: before any handshake */
    unsigned abilities;     /* enum client_abilities */
    enum client_level level;
    const char *name; /* borrowed, for display only */
};

/* Decides the era of a request. A claim of the modern era makes `ret_peer`; without one the peer of
 * the handshake is taken. 0, or a code to refuse with and the reason in `ret_error`. */
int era_of_request(const struct rpc_message *message, const struct peer *handshake,
                   struct peer *ret_peer, struct rpc_error *ret_error);

/* The list of modern revisions that are served, as JSON. */
#define ERA_MODERN_VERSIONS "[\"2026-07-28\"]"

#endif
