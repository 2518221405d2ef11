/* Hosts, addresses and ports of the settings as a list to try one by one. Names are looked up
 * elsewhere; "localhost" is this machine by definition (RFC 6761) and needs no look-up. */
#include "db/targets.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "db/limits.h"

void targets_free(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++) {
        mem_free(targets->list[i].host);
        mem_free(targets->list[i].address);
        mem_free(targets->list[i].port);
    }
    mem_free(targets->list);
    *targets = (struct targets){0};
}

int targets_add(struct targets *targets, const char *host, const char *address, const char *port)
{
    struct target *list = mem_realloc(targets->list, (targets->count + 1) * sizeof(*targets->list));
    if (!list)
        return -ENOMEM;
    targets->list = list;
    struct target *target = &list[targets->count++];
    target->host = host ? mem_strdup(host) : NULL;
    target->address = address ? mem_strdup(address) : NULL;
    target->port = mem_strdup(port);
    bool failed = !target->port || (host && !target->host) || (address && !target->address);
    return failed ? -ENOMEM : 0;
}

/* The n-th item of a comma-separated list, owned; NULL when it is empty or out of memory. A list of
 * one item serves every n. */
static char *item_at(const char *list, size_t n)
{
    if (!list)
        return NULL;
    if (!strchr(list, ','))
        n = 0;
    for (; n > 0; n--) {
        list += strcspn(list, ",");
        if (!*list)
            return NULL;
        list++;
    }
    size_t length = strcspn(list, ",");
    return length > 0 ? mem_strndup(list, length) : NULL;
}

static size_t count_items(const char *list)
{
    size_t count = list ? 1 : 0;
    for (; list && *list; list++)
        count += *list == ',';
    return count;
}

static int add_item(struct targets *targets, const char *host, const char *address,
                    const char *port)
{
    if (host && !address && strcasecmp(host, "localhost") == 0) {
        int r = targets_add(targets, host, "127.0.0.1", port);
        return r < 0 ? r : targets_add(targets, host, "::1", port);
    }
    return targets_add(targets, host, address, port);
}

int targets_from_settings(struct targets *targets, const struct db_settings *settings)
{
    const char *hosts = db_settings_param(settings, "host");
    const char *addresses = db_settings_param(settings, "hostaddr");
    const char *ports = db_settings_param(settings, "port");
    size_t count = count_items(addresses ? addresses : hosts);
    int r = 0;
    for (size_t i = 0; i < count && i < DB_HOSTS_MAX && r == 0; i++) {
        OWNED_TEXT host = item_at(hosts, i);
        OWNED_TEXT address = item_at(addresses, i);
        OWNED_TEXT port = item_at(ports, i);
        r = add_item(targets, host, address, port ? port : "5432");
    }
    return r;
}
