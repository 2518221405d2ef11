/* load: puts a stdio MCP server under load and says what that cost, as one line of JSON.
 *
 *     load [-m] [-k in flight] [-n requests | -t ms] [-w warm-up ms] [-r requests/s]
 *          [-p postmaster pid] [-s spawns] -f workload -- server [argument...]
 *
 * Without -m it shakes hands as revision 2025-11-25; with it every request claims 2026-07-28. With
 * -s the server is started that many times and only its first answers are timed. It does not judge:
 * the exit code is 0 as long as the conversation came to its end, whatever the answers were. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/bench/load_run.h"

enum {
    SPAWNS_MAX = 1000,
    END_TIMEOUT_MS = 5000,
    DEFAULT_DURATION_MS = 1500,
    DEFAULT_WARM_UP_MS = 500
};

struct settings {
    struct load_options load;
    const char *workload;
    uint64_t spawns;
    char *const *server;
};

/* What is known of a process beside its answers. */
struct life {
    uint64_t first_answer_ns; /* from its start */
    uint64_t first_call_ns;   /* … to the answer of the first request of the workload */
    int64_t first_rss_kib;
    int64_t call_rss_kib;
    int64_t peak_rss_kib;
    uint64_t end_ns; /* from the end of its input */
    int status;
};

static int number_option(const char *text, uint64_t most, uint64_t *ret_number)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || end == text || *end || number > most)
        return -EINVAL;
    *ret_number = number;
    return 0;
}

static int take_option(struct settings *settings, int option, const char *value)
{
    uint64_t number = 0;
    if (option == 'm') {
        settings->load.modern = true;
        return 0;
    }
    if (option == 'f') {
        settings->workload = value;
        return 0;
    }
    uint64_t most = option == 'k' ? LOAD_IN_FLIGHT_MAX : option == 's' ? SPAWNS_MAX : INT32_MAX;
    if (!value || number_option(value, most, &number) < 0)
        return -EINVAL;
    if (option == 'k')
        settings->load.in_flight = (unsigned)number;
    else if (option == 'n')
        settings->load.count = number;
    else if (option == 't')
        settings->load.duration_ms = number;
    else if (option == 'w')
        settings->load.warm_up_ms = number;
    else if (option == 'r')
        settings->load.rate = number;
    else if (option == 'p')
        settings->load.database = (pid_t)number;
    else if (option == 's')
        settings->spawns = number;
    else
        return -EINVAL;
    return 0;
}

static int read_settings(struct settings *settings, int argc, char **argv)
{
    *settings = (struct settings){.load = {.in_flight = 1,
                                           .duration_ms = DEFAULT_DURATION_MS,
                                           .warm_up_ms = DEFAULT_WARM_UP_MS}};
    for (int option; (option = getopt(argc, argv, "+mk:n:t:w:r:p:s:f:")) != -1;) {
        if (take_option(settings, option, optarg) < 0)
            return -EINVAL;
    }
    settings->server = argv + optind;
    return settings->workload && *settings->server && settings->load.in_flight > 0 ? 0 : -EINVAL;
}

/* From the start of the server to the answer of its first real request. */
static int begin_life(struct load *load, struct life *life)
{
    const struct child *child = load->child;
    int r = load_hello(load);
    if (r < 0)
        return r;
    life->first_answer_ns = now_ns() - child->born_ns;
    life->first_rss_kib = child_memory_kib(child, "VmRSS");
    r = load_once(load);
    life->first_call_ns = now_ns() - child->born_ns;
    life->call_rss_kib = child_memory_kib(child, "VmRSS");
    return r;
}

static int end_life(struct load *load, struct life *life)
{
    uint64_t late_bytes = 0;
    life->peak_rss_kib = child_memory_kib(load->child, "VmHWM");
    return child_end(load->child, END_TIMEOUT_MS, &life->end_ns, &life->status, &late_bytes);
}

static int exit_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static double per_request_us(const struct load_figures *figures, uint64_t ns)
{
    return figures->answered ? (double)ns / 1e3 / (double)figures->answered : 0.0;
}

static double us(uint64_t ns)
{
    return (double)ns / 1e3;
}

static void print_load(const struct load *load, const struct life *life)
{
    const struct load_figures *f = &load->figures;
    const struct histogram *latency = &load->latency;
    double seconds = (double)f->elapsed_ns / 1e9;
    double answered = (double)f->answered;
    (void)fprintf(
        stdout,
        "{\"answered\":%llu,\"seconds\":%.3f,\"rate\":%.1f,\"p50_us\":%.1f,\"p95_us\":%.1f,"
        "\"p99_us\":%.1f,\"max_us\":%.1f,\"bytes\":%.1f,\"server_cpu_us\":%.3f,"
        "\"database_cpu_us\":%.3f,\"own_cpu_us\":%.3f,\"wrong\":%llu,\"strange\":%llu,"
        "\"unanswered\":%llu,",
        (unsigned long long)f->answered, seconds, seconds > 0 ? answered / seconds : 0.0,
        us(histogram_quantile(latency, 5000)), us(histogram_quantile(latency, 9500)),
        us(histogram_quantile(latency, 9900)), us(latency->longest),
        f->answered ? (double)f->bytes / answered : 0.0, per_request_us(f, f->server_cpu_ns),
        per_request_us(f, f->database_cpu_ns), per_request_us(f, f->own_cpu_ns),
        (unsigned long long)f->wrong, (unsigned long long)f->strange,
        (unsigned long long)f->unanswered);
    (void)fprintf(stdout,
                  "\"first_answer_ms\":%.3f,\"first_call_ms\":%.3f,\"first_rss_kib\":%lld,"
                  "\"call_rss_kib\":%lld,\"peak_rss_kib\":%lld,\"end_ms\":%.3f,\"exit\":%d}\n",
                  us(life->first_answer_ns) / 1e3, us(life->first_call_ns) / 1e3,
                  (long long)life->first_rss_kib, (long long)life->call_rss_kib,
                  (long long)life->peak_rss_kib, us(life->end_ns) / 1e3, exit_code(life->status));
}

/* One process from start to end, with or without load between. */
static int one_life(struct load *load, const struct settings *settings,
                    const struct workload *workload, struct life *ret_life)
{
    struct child child;
    int r = child_start(&child, settings->server);
    if (r < 0)
        return r;
    struct life life = {0};
    load_init(load, &child, workload, &settings->load);
    r = begin_life(load, &life);
    if (r == 0 && settings->spawns == 0)
        r = load_run(load);
    int ended = end_life(load, &life);
    load_free(load);
    *ret_life = life;
    return r < 0 ? r : ended;
}

static int measure_load(struct load *load, const struct settings *settings,
                        const struct workload *workload)
{
    struct life life = {0};
    int r = one_life(load, settings, workload, &life);
    if (r == 0)
        print_load(load, &life);
    else
        (void)fprintf(stderr, "load: %s: %s; %llu of %llu unanswered, exit code %d\n",
                      settings->server[0], strerror(-r),
                      (unsigned long long)load->figures.unanswered,
                      (unsigned long long)load->figures.sent, exit_code(life.status));
    return r;
}

/* One line for each life; whoever reads them takes the median. */
static int measure_spawns(struct load *load, const struct settings *settings,
                          const struct workload *workload)
{
    for (uint64_t i = 0; i < settings->spawns; i++) {
        struct life life = {0};
        int r = one_life(load, settings, workload, &life);
        if (r < 0) {
            (void)fprintf(stderr, "load: %s: %s, exit code %d\n", settings->server[0], strerror(-r),
                          exit_code(life.status));
            return r;
        }
        (void)fprintf(stdout,
                      "{\"first_answer_ms\":%.3f,\"first_call_ms\":%.3f,\"first_rss_kib\":%lld,"
                      "\"call_rss_kib\":%lld,\"end_ms\":%.3f,\"exit\":%d,\"wrong\":%llu}\n",
                      us(life.first_answer_ns) / 1e3, us(life.first_call_ns) / 1e3,
                      (long long)life.first_rss_kib, (long long)life.call_rss_kib,
                      us(life.end_ns) / 1e3, exit_code(life.status),
                      (unsigned long long)load->figures.wrong);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct settings settings;
    if (read_settings(&settings, argc, argv) < 0) {
        (void)fprintf(stderr, "usage: load [-m] [-k in flight] [-n requests | -t ms] [-w ms] "
                              "[-r rate] [-p pid] [-s spawns] -f workload -- server...\n");
        return 64;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    struct workload workload;
    if (workload_read(&workload, settings.workload, settings.load.modern) < 0)
        return 1;
    struct load *load = mem_zalloc(sizeof(*load));
    int r = -ENOMEM;
    if (load)
        r = settings.spawns ? measure_spawns(load, &settings, &workload)
                            : measure_load(load, &settings, &workload);
    mem_free(load);
    workload_free(&workload);
    return r == 0 ? 0 : 1;
}
