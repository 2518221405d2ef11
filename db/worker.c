/* A detached thread per call and one uv_async_t that brings finished calls back to the loop. The
 * hub is counted: whoever is last, the loop or a thread that was stuck, frees it. */
#include "db/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "base/mem.h"

struct worker_hub {
    uv_mutex_t mutex;
    uv_async_t async;
    struct worker *finished; /* newest first */
    int holders;             /* the loop and the threads */
    bool is_closed;
    void (*closed)(void *data);
    void *data;
};

static void release(struct worker_hub *hub)
{
    uv_mutex_lock(&hub->mutex);
    int left = --hub->holders;
    uv_mutex_unlock(&hub->mutex);
    if (left > 0)
        return;
    uv_mutex_destroy(&hub->mutex);
    mem_free(hub);
}

static void on_async(uv_async_t *async)
{
    struct worker_hub *hub = CONTAINER_OF(async, struct worker_hub, async);
    uv_mutex_lock(&hub->mutex);
    struct worker *finished = TAKE(hub->finished);
    uv_mutex_unlock(&hub->mutex);
    while (finished) {
        struct worker *worker = finished;
        finished = worker->next;
        worker->done(worker);
    }
}

struct worker_hub *worker_hub_new(uv_loop_t *loop, void (*closed)(void *data), void *data)
{
    struct worker_hub *hub = mem_zalloc(sizeof(*hub));
    if (!hub)
        return NULL;
    if (uv_mutex_init(&hub->mutex) < 0) {
        mem_free(hub);
        return NULL;
    }
    if (uv_async_init(loop, &hub->async, on_async) < 0) {
        uv_mutex_destroy(&hub->mutex);
        mem_free(hub);
        return NULL;
    }
    hub->holders = 1;
    hub->closed = closed;
    hub->data = data;
    return hub;
}

static void on_closed(uv_handle_t *handle)
{
    struct worker_hub *hub = CONTAINER_OF(handle, struct worker_hub, async);
    hub->closed(hub->data);
    release(hub);
}

void worker_hub_close(struct worker_hub *hub)
{
    uv_mutex_lock(&hub->mutex);
    hub->is_closed = true;
    struct worker *finished = TAKE(hub->finished);
    uv_mutex_unlock(&hub->mutex);
    while (finished) {
        struct worker *worker = finished;
        finished = worker->next;
        worker->drop(worker);
    }
    uv_close((uv_handle_t *)&hub->async, on_closed);
}

static void *run(void *data)
{
    struct worker *worker = data;
    struct worker_hub *hub = worker->hub;
    worker->work(worker);
    uv_mutex_lock(&hub->mutex);
    bool is_closed = hub->is_closed;
    if (!is_closed) {
        worker->next = hub->finished;
        hub->finished = worker;
        (void)uv_async_send(&hub->async);
    }
    uv_mutex_unlock(&hub->mutex);
    if (is_closed)
        worker->drop(worker);
    release(hub);
    return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct worker *worker)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    int r = pthread_attr_init(&attributes);
    if (r != 0)
        return -r;
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&thread, &attributes, run, worker);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return -r;
}

int worker_start(struct worker_hub *hub, struct worker *worker)
{
    worker->hub = hub;
    worker->next = NULL;
    uv_mutex_lock(&hub->mutex);
    hub->holders++;
    uv_mutex_unlock(&hub->mutex);
    int r = start_thread(worker);
    if (r < 0)
        release(hub);
    return r;
}
