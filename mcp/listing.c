/* Pages of a list. The first page of each revision is rendered once and kept. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/limits.h"
#include "mcp/registry.h"
#include "mcp/request.h"

enum {
    LISTING_TTL_MS = 60 * 60 * 1000 /* what is offered does not change while the program runs */
};

/* Index of the first entry behind `key`. */
static size_t behind(const struct listing *listing, const char *key)
{
    size_t low = 0;
    size_t high = listing->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(listing->key(listing->items[middle]), key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const void *listing_find(const struct listing *listing, const char *key)
{
    size_t at = behind(listing, key);
    if (at == 0 || strcmp(listing->key(listing->items[at - 1]), key) != 0)
        return NULL;
    return listing->items[at - 1];
}

static void write_page(const struct listing *listing, const struct registry *registry, size_t first,
                       enum revision revision, struct json_out *out)
{
    size_t end = first + registry->page_entries;
    if (end > listing->count)
        end = listing->count;
    json_put_array(out, listing->member);
    for (size_t i = first; i < end; i++)
        listing->write(registry, listing->items[i], revision, out);
    json_end_array(out);
    if (end < listing->count) {
        OWNED_BUF cursor = BUF_INIT((size_t)2 * MCP_CURSOR_MAX);
        cursor_write(listing->member, listing->key(listing->items[end - 1]), &cursor);
        json_put_text(out, "nextCursor", buf_text(&cursor));
        if (cursor.error)
            out->buf->error = cursor.error;
    }
}

/* The members of the first page as text, NULL when out of memory. */
static const struct buf *first_page(struct listing *listing, const struct registry *registry,
                                    enum revision revision)
{
    struct buf *page = &listing->pages[revision];
    if (page->length == 0 || page->error) {
        struct json_out out;
        buf_reset(page);
        json_out_init(&out, page);
        write_page(listing, registry, 0, revision, &out);
        if (revision_has(revision, FEATURE_ENVELOPE))
            reply_write_cache(&out, LISTING_TTL_MS, true);
    }
    return page->length > 0 && !page->error ? page : NULL;
}

static void reply_page(struct listing *listing, const struct registry *registry,
                       const struct request *request, const char *last_key)
{
    struct json_out *out = reply_begin(request);
    if (last_key) {
        write_page(listing, registry, behind(listing, last_key), request->peer.revision, out);
        reply_put_cache(request, LISTING_TTL_MS, true);
    } else {
        const struct buf *page = first_page(listing, registry, request->peer.revision);
        if (!page) {
            reply_no_memory(request);
            return;
        }
        json_raw(out, page->data, page->length);
    }
    reply_end(request);
}

void listing_reply(struct listing *listing, const struct registry *registry,
                   const struct request *request)
{
    const cJSON *cursor = json_get(request->message.params, "cursor");
    OWNED_BUF key = BUF_INIT(MCP_CURSOR_MAX);
    int r = 0;
    if (cursor)
        r = cJSON_IsString(cursor) ? cursor_read(listing->member, cursor->valuestring, &key)
                                   : -EINVAL;
    if (r == -ENOMEM)
        reply_no_memory(request);
    else if (r < 0)
        reply_code(request, RPC_INVALID_PARAMS, "cursor: is none that this list has given out");
    else
        reply_page(listing, registry, request, cursor ? buf_text(&key) : NULL);
}
