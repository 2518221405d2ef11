/* Waiting in the middle of a call: a timer in an object of its own, which outlives the call until
 * the loop has closed it. */
#include <errno.h>

#include "base/mem.h"
#include "tests/conformance/fixture.h"

struct later {
    uv_timer_t timer;
    struct call *call; /* NULL: the call has ended */
    void (*next)(struct call *call);
};

static void on_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void call_ended(struct call *call, void *data)
{
    struct later *later = data;
    (void)call;
    if (!later->call)
        return;
    later->call = NULL;
    uv_close((uv_handle_t *)&later->timer, on_closed);
}

static void on_timer(uv_timer_t *timer)
{
    struct later *later = timer->data;
    later->next(later->call);
}

int fixture_later(struct call *call, uint64_t ms, void (*next)(struct call *call))
{
    struct fixture *fixture = call_user(call);
    struct later *later = mem_zalloc(sizeof(*later));
    if (!later)
        return -ENOMEM;
    if (call_on_end(call, call_ended, later) < 0) {
        mem_free(later);
        return -ENOMEM;
    }
    later->call = call;
    later->next = next;
    (void)uv_timer_init(&fixture->loop, &later->timer);
    later->timer.data = later;
    return uv_timer_start(&later->timer, on_timer, ms, 0);
}
