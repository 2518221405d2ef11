/* Notices the end of a process that need not be our child, by a descriptor of the process (Linux).
 * Elsewhere there is no watch, and the next request finds out. */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/cluster_private.h"

struct cluster_watch {
    uv_poll_t poll;
    int fd;
    void (*died)(void *data);
    void *data;
};

static void watch_closed(uv_handle_t *handle)
{
    struct cluster_watch *watch = handle->data;
    (void)close(watch->fd);
    mem_free(watch);
}

static void watch_fires(uv_poll_t *poll, int status, int events)
{
    const struct cluster_watch *watch = poll->data;
    (void)status;
    (void)events;
    (void)uv_poll_stop(poll);
    watch->died(watch->data);
}

static int open_process(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    (void)pid;
    return -1;
#endif
}

struct cluster_watch *cluster_watch_start(uv_loop_t *loop, pid_t pid, void (*died)(void *data),
                                          void *data)
{
    int fd = open_process(pid);
    if (fd < 0)
        return NULL;
    struct cluster_watch *watch = mem_zalloc(sizeof(*watch));
    if (!watch || uv_poll_init(loop, &watch->poll, fd) < 0) {
        mem_free(watch);
        (void)close(fd);
        return NULL;
    }
    watch->fd = fd;
    watch->died = died;
    watch->data = data;
    watch->poll.data = watch;
    uv_handle_t *handle = (uv_handle_t *)&watch->poll;
    uv_unref(handle);
    (void)uv_poll_start(&watch->poll, UV_READABLE, watch_fires);
    return watch;
}

void cluster_watch_end(struct cluster_watch **watch)
{
    if (!*watch)
        return;
    uv_handle_t *handle = (uv_handle_t *)&(*watch)->poll;
    uv_close(handle, watch_closed);
    *watch = NULL;
}
