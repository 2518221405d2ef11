/* The addresses of a host name, found in a thread of its own, because a resolver may keep silent
 * for half a minute. The name stays with its addresses: TLS checks the certificate against it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/dial.h"
#include "db/worker.h"

enum {
    ADDRESS_ROOM = 64
};

struct lookup {
    struct worker worker;
    struct conn *conn; /* NULL: nobody waits any more */
    char *host;
    struct addrinfo *addresses;
    int error;
};

static void lookup_free(struct worker *worker)
{
    struct lookup *lookup = CONTAINER_OF(worker, struct lookup, worker);
    if (lookup->addresses)
        freeaddrinfo(lookup->addresses);
    mem_free(lookup->host);
    mem_free(lookup);
}

static void work(struct worker *worker)
{
    struct lookup *lookup = CONTAINER_OF(worker, struct lookup, worker);
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    lookup->error = getaddrinfo(lookup->host, NULL, &hints, &lookup->addresses);
}

static bool address_text(const struct addrinfo *address, char *text)
{
    return getnameinfo(address->ai_addr, address->ai_addrlen, text, ADDRESS_ROOM, NULL, 0,
                       NI_NUMERICHOST) == 0;
}

/* The target without an address gives way to one per address. */
static int replace_target(struct dial *dial, const struct addrinfo *addresses)
{
    struct targets all = {0};
    int r = 0;
    int found = 0;
    for (size_t i = 0; i < dial->targets.count && r == 0; i++) {
        const struct target *target = &dial->targets.list[i];
        if (i != dial->next) {
            r = targets_add(&all, target->host, target->address, target->port);
            continue;
        }
        for (const struct addrinfo *a = addresses; a && r == 0 && found < DB_ADDRESSES_MAX;
             a = a->ai_next) {
            char text[ADDRESS_ROOM];
            if (!address_text(a, text))
                continue;
            r = targets_add(&all, target->host, text, target->port);
            found++;
        }
    }
    if (r < 0 || found == 0) {
        targets_free(&all);
        return r < 0 ? r : -ENOENT;
    }
    targets_free(&dial->targets);
    dial->targets = all;
    return 0;
}

static void done(struct worker *worker)
{
    struct lookup *lookup = CONTAINER_OF(worker, struct lookup, worker);
    struct conn *conn = lookup->conn;
    struct db_failure failure = db_failure_of(DB_FAILURE_NAME_UNKNOWN);
    if (conn) {
        struct dial *dial = conn->dial;
        dial->lookup = NULL;
        if (lookup->error == 0 && replace_target(dial, lookup->addresses) == 0) {
            dial_attempt(conn);
        } else {
            LOG(LOG_DEBUG, "pool", "connection %u: no address: %d", conn->number, lookup->error);
            dial->next++;
            dial_attempt_failed(conn, &failure);
        }
    }
    lookup_free(worker);
}

void lookup_forget(struct lookup *lookup)
{
    if (lookup)
        lookup->conn = NULL;
}

/* A number needs no thread. */
static bool is_numeric(const char *host)
{
    unsigned char room[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, room) == 1 || inet_pton(AF_INET6, host, room) == 1;
}

static int use_number(struct dial *dial)
{
    struct target *target = &dial->targets.list[dial->next];
    target->address = mem_strdup(target->host);
    return target->address ? 0 : -ENOMEM;
}

int lookup_start(struct conn *conn)
{
    struct dial *dial = conn->dial;
    const char *host = dial->targets.list[dial->next].host;
    if (is_numeric(host)) {
        int r = use_number(dial);
        if (r == 0)
            dial_attempt(conn);
        return r;
    }
    struct lookup *lookup = mem_zalloc(sizeof(*lookup));
    if (!lookup)
        return -ENOMEM;
    lookup->worker = (struct worker){.work = work, .done = done, .drop = lookup_free};
    lookup->conn = conn;
    lookup->host = mem_strdup(host);
    int r = lookup->host ? worker_start(conn->pool->hub, &lookup->worker) : -ENOMEM;
    if (r < 0) {
        lookup_free(&lookup->worker);
        return r;
    }
    dial->lookup = lookup;
    return 0;
}
