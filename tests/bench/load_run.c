/* The loop of the load generator: fill, write, wait, read. One thread, one system call for as many
 * requests as can be sent at once. */
#include "tests/bench/load_run.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_BYTES = 256 << 10,
    OUT_MAX = 64 << 20,
    NS_PER_MS = 1000000
};

static const uint64_t ns_per_s = 1000000000;

void load_init(struct load *load, struct child *child, const struct workload *workload,
               const struct load_options *options)
{
    memset(load, 0, sizeof(*load));
    load->child = child;
    load->workload = workload;
    load->options = options;
    buf_init(&load->out, OUT_MAX);
    buf_init(&load->in, LOAD_ANSWER_MAX);
    for (unsigned i = 0; i < LOAD_IN_FLIGHT_MAX; i++) {
        load->slots[i].id = i;
        load->free_slots[load->free_count++] = LOAD_IN_FLIGHT_MAX - 1 - i;
    }
}

void load_free(struct load *load)
{
    buf_free(&load->out);
    buf_free(&load->in);
}

/* --- sending --------------------------------------------------------------------------------- */

/* An id names its slot, so that an answer is found without a search; each use of a slot has an id
 * of its own, so that a second answer is recognized. */
static void send_one(struct load *load, const struct request *request, uint64_t since_ns)
{
    struct load_slot *slot = &load->slots[load->free_slots[--load->free_count]];
    slot->id += LOAD_IN_FLIGHT_MAX;
    slot->since_ns = since_ns;
    slot->expected = request->expected;
    slot->busy = true;
    load->busy_count++;
    load->figures.sent++;
    workload_write(&load->out, slot->id, request);
}

static void send_next(struct load *load, uint64_t since_ns)
{
    send_one(load, &load->workload->requests[load->next_request], since_ns);
    load->next_request = (load->next_request + 1) % load->workload->count;
}

static void fill(struct load *load, uint64_t now)
{
    if (load->options->rate == 0) {
        while (load->busy_count < load->options->in_flight)
            send_next(load, now);
        return;
    }
    uint64_t pause = ns_per_s / load->options->rate;
    while (load->next_planned_ns <= now && load->free_count > 0) {
        send_next(load, load->next_planned_ns);
        load->next_planned_ns += pause;
    }
}

static int write_out(struct load *load)
{
    if (load->out.error)
        return load->out.error;
    while (load->out.length > 0) {
        ssize_t written = write(load->child->in, load->out.data, load->out.length);
        if (written < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if ((size_t)written == load->out.length)
            buf_reset(&load->out);
        else
            buf_consume(&load->out, (size_t)written);
    }
    return 0;
}

/* --- receiving ------------------------------------------------------------------------------- */

static void show(const char *what, const char *line, size_t length)
{
    int shown = (int)(length < LOAD_WRONG_SHOWN_BYTES ? length : LOAD_WRONG_SHOWN_BYTES);
    (void)fprintf(stderr, "load: %s: %.*s\n", what, shown, line);
}

static void take_line(struct load *load, const char *line, size_t length, uint64_t now)
{
    uint64_t id = 0;
    enum outcome outcome = answer_read(line, length, &id);
    struct load_slot *slot = &load->slots[id % LOAD_IN_FLIGHT_MAX];
    if (outcome == OUTCOME_NONE || !slot->busy || slot->id != id) {
        if (outcome == OUTCOME_NONE && memmem(line, length, "\"method\":\"notifications/", 24))
            return;
        if (load->figures.strange++ < LOAD_WRONG_SHOWN)
            show("answers nothing that was asked", line, length);
        return;
    }
    if (outcome != slot->expected && load->figures.wrong++ < LOAD_WRONG_SHOWN)
        show("not the kind of answer expected", line, length);
    slot->busy = false;
    load->free_slots[load->free_count++] = (unsigned)(id % LOAD_IN_FLIGHT_MAX);
    load->busy_count--;
    if (!load->measuring)
        return;
    load->figures.answered++;
    load->figures.bytes += length + 1;
    histogram_add(&load->latency, now > slot->since_ns ? now - slot->since_ns : 0);
}

static void take_lines(struct load *load, uint64_t now)
{
    const char *data = load->in.data;
    size_t begin = 0;
    size_t from = load->scanned;
    for (;;) {
        const char *end = memchr(data + from, '\n', load->in.length - from);
        if (!end)
            break;
        size_t stop = (size_t)(end - data);
        take_line(load, data + begin, stop - begin, now);
        begin = from = stop + 1;
    }
    if (begin == load->in.length)
        buf_reset(&load->in);
    else if (begin > 0)
        buf_consume(&load->in, begin);
    load->scanned = load->in.length;
}

/* Reads what is there, once. */
static int read_in(struct load *load)
{
    char *space = buf_reserve(&load->in, READ_BYTES);
    if (!space)
        return load->in.error;
    ssize_t got = read(load->child->out, space, READ_BYTES);
    if (got == 0)
        return -EPIPE;
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    buf_commit(&load->in, (size_t)got);
    take_lines(load, now_ns());
    return 0;
}

/* Waits until `until_ns` at most; -ETIMEDOUT when nothing came for too long. */
static int wait_and_read(struct load *load, uint64_t now, uint64_t until_ns)
{
    uint64_t most = (uint64_t)LOAD_SILENCE_MS * NS_PER_MS;
    uint64_t pause = until_ns <= now ? 0 : until_ns - now;
    bool is_last = pause >= most;
    if (is_last)
        pause = most;
    struct timespec timeout = {.tv_sec = (time_t)(pause / ns_per_s),
                               .tv_nsec = (long)(pause % ns_per_s)};
    struct pollfd ends[2] = {{.fd = load->child->out, .events = POLLIN},
                             {.fd = load->child->in, .events = POLLOUT}};
    int ready = ppoll(ends, load->out.length > 0 ? 2 : 1, &timeout, NULL);
    if (ready < 0)
        return errno == EINTR ? 0 : -errno;
    if (ready == 0)
        return is_last && load->busy_count > 0 ? -ETIMEDOUT : 0;
    return ends[0].revents ? read_in(load) : 0;
}

/* --- phases ---------------------------------------------------------------------------------- */

/* Nothing new is sent; everything under way is waited for. */
static int drain(struct load *load)
{
    int r = 0;
    while (r == 0 && (load->busy_count > 0 || load->out.length > 0)) {
        r = write_out(load);
        if (r == 0 && load->busy_count > 0)
            r = wait_and_read(load, 0, UINT64_MAX);
    }
    return r;
}

static int send_and_wait(struct load *load, const char *method, const char *params)
{
    OWNED_BUF tail = BUF_INIT(4096);
    buf_printf(&tail, ",\"method\":\"%s\",\"params\":%s}\n", method, params);
    if (tail.error)
        return tail.error;
    struct request request = {tail.data, tail.length, OUTCOME_RESULT};
    send_one(load, &request, now_ns());
    return drain(load);
}

int load_hello(struct load *load)
{
    if (load->options->modern)
        return send_and_wait(load, "server/discover",
                             "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":"
                             "\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}}");
    int r = send_and_wait(load, "initialize",
                          "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
                          "\"clientInfo\":{\"name\":\"load\",\"version\":\"1\"}}");
    if (r < 0)
        return r;
    buf_append_text(&load->out, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
    return drain(load);
}

int load_once(struct load *load)
{
    send_next(load, now_ns());
    return drain(load);
}

/* Keeps the server busy until the time is over or enough was answered. */
static int drive(struct load *load, uint64_t until_ns, uint64_t count)
{
    bool is_open = load->options->rate > 0;
    uint64_t now = now_ns();
    load->next_planned_ns = now;
    while (now < until_ns && load->figures.answered < count) {
        fill(load, now);
        int r = write_out(load);
        uint64_t wake_ns = until_ns;
        if (is_open && load->free_count > 0 && load->next_planned_ns < until_ns)
            wake_ns = load->next_planned_ns;
        if (r == 0)
            r = wait_and_read(load, now, wake_ns);
        if (r < 0)
            return r;
        now = now_ns();
    }
    return 0;
}

struct clocks {
    uint64_t at;
    uint64_t own;
    uint64_t server;
    uint64_t database;
};

static void read_clocks(const struct load *load, struct clocks *ret_clocks)
{
    pid_t database = load->options->database;
    *ret_clocks = (struct clocks){.at = now_ns(),
                                  .own = own_cpu_ns(),
                                  .server = child_cpu_ns(load->child),
                                  .database = database ? children_cpu_ns(database) : 0};
}

static void charge(struct load_figures *figures, const struct clocks *begin,
                   const struct clocks *end)
{
    figures->elapsed_ns = end->at - begin->at;
    figures->own_cpu_ns = end->own - begin->own;
    figures->server_cpu_ns = end->server - begin->server;
    figures->database_cpu_ns =
        end->database > begin->database ? end->database - begin->database : 0;
}

int load_run(struct load *load)
{
    const struct load_options *options = load->options;
    int r = drive(load, now_ns() + options->warm_up_ms * NS_PER_MS, UINT64_MAX);
    if (r < 0)
        goto end;
    struct clocks begin;
    struct clocks end;
    read_clocks(load, &begin);
    load->measuring = true;
    r = drive(load, options->count ? UINT64_MAX : begin.at + options->duration_ms * NS_PER_MS,
              options->count ? options->count : UINT64_MAX);
    load->measuring = false;
    read_clocks(load, &end);
    charge(&load->figures, &begin, &end);
    if (r == 0)
        r = drain(load);
end:
    load->figures.unanswered = load->busy_count;
    return r;
}
