/* The fields of one transaction in buffers that live as long as the pass. Knows no format. */
#include "import/entry.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum {
    SPLIT_TEXT_MAX = 4 * IMPORT_TEXT_MAX /* bytes of the texts of all parts */
};

/* Where the texts of a part begin in split_texts; 0 is the empty text. */
struct import_split_item {
    size_t at[SPLIT_TEXTS];
};

void import_entry_init(struct import_entry *entry)
{
    *entry = (struct import_entry){0};
    for (size_t i = 0; i < ENTRY_TEXTS; i++)
        buf_init(&entry->texts[i], IMPORT_TEXT_MAX);
    buf_init(&entry->split_items, IMPORT_SPLITS_MAX * sizeof(struct import_split_item));
    buf_init(&entry->split_texts, SPLIT_TEXT_MAX);
}

void import_entry_free(struct import_entry *entry)
{
    for (size_t i = 0; i < ENTRY_TEXTS; i++)
        buf_free(&entry->texts[i]);
    buf_free(&entry->split_items);
    buf_free(&entry->split_texts);
    mem_free(entry->splits);
    entry->splits = NULL;
}

void import_entry_reset(struct import_entry *entry)
{
    entry->line = 0;
    entry->date = (struct import_day){0};
    entry->posted = (struct import_day){0};
    entry->value = (struct import_day){0};
    memset(entry->has, 0, sizeof(entry->has));
    entry->pending = false;
    entry->reversal = false;
    entry->is_transfer = false;
    entry->is_card = false;
    entry->is_cut = false;
    for (size_t i = 0; i < ENTRY_TEXTS; i++)
        buf_reset(&entry->texts[i]);
    entry->split_count = 0;
    buf_reset(&entry->split_items);
    buf_reset(&entry->split_texts);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\r' || c == '\n';
}

static void trim(const char **text, size_t *length)
{
    while (*length > 0 && is_blank((*text)[0])) {
        (*text)++;
        (*length)--;
    }
    while (*length > 0 && is_blank((*text)[*length - 1]))
        (*length)--;
}

/* Appends what fits, never half a character. */
static int append(struct import_entry *entry, struct buf *to, const char *text, size_t length)
{
    size_t room = to->cap - to->length;
    if (length > room) {
        length = utf8_valid_length(text, room);
        entry->is_cut = true;
    }
    return buf_append(to, text, length);
}

int import_entry_set(struct import_entry *entry, enum import_entry_text which, const char *text,
                     size_t length)
{
    buf_reset(&entry->texts[which]);
    return import_entry_add(entry, which, "", text, length);
}

int import_entry_add(struct import_entry *entry, enum import_entry_text which,
                     const char *separator, const char *text, size_t length)
{
    struct buf *to = &entry->texts[which];
    length = utf8_valid_length(text, length); /* a piece may end within a character */
    trim(&text, &length);
    if (length == 0)
        return 0;
    int r = to->length > 0 ? append(entry, to, separator, strlen(separator)) : 0;
    return r < 0 ? r : append(entry, to, text, length);
}

int import_entry_exact(struct import_entry *entry, enum import_entry_text which, const char *text,
                       size_t length)
{
    buf_reset(&entry->texts[which]);
    return append(entry, &entry->texts[which], text, length);
}

int import_entry_split(struct import_entry *entry)
{
    if (entry->split_count >= IMPORT_SPLITS_MAX)
        return -EMSGSIZE;
    struct import_split_item item = {{0}};
    int r = entry->split_texts.length == 0 ? buf_append_char(&entry->split_texts, '\0') : 0;
    if (r == 0)
        r = buf_append(&entry->split_items, &item, sizeof(item));
    if (r == 0)
        entry->split_count++;
    return r;
}

int import_entry_split_text(struct import_entry *entry, enum import_split_text which,
                            const char *text, size_t length)
{
    if (entry->split_count == 0)
        return -EINVAL;
    trim(&text, &length);
    struct buf *to = &entry->split_texts;
    if (to->cap - to->length < length + 1) {
        entry->is_cut = true;
        return 0;
    }
    struct import_split_item item;
    char *place = entry->split_items.data + (entry->split_count - 1) * sizeof(item);
    memcpy(&item, place, sizeof(item));
    item.at[which] = to->length;
    memcpy(place, &item, sizeof(item));
    int r = buf_append(to, text, length);
    return r < 0 ? r : buf_append_char(to, '\0');
}

int import_entry_splits(struct import_entry *entry, const struct import_split **ret)
{
    if (entry->split_count > entry->split_room) {
        struct import_split *splits =
            mem_realloc(entry->splits, entry->split_count * sizeof(*splits));
        if (!splits)
            return -ENOMEM;
        entry->splits = splits;
        entry->split_room = entry->split_count;
    }
    for (size_t i = 0; i < entry->split_count; i++) {
        struct import_split_item item;
        memcpy(&item, entry->split_items.data + i * sizeof(item), sizeof(item));
        const char *texts = entry->split_texts.data;
        entry->splits[i] = (struct import_split){
            .amount = texts + item.at[SPLIT_AMOUNT],
            .category = texts + item.at[SPLIT_CATEGORY],
            .payee = texts + item.at[SPLIT_PAYEE],
            .memo = texts + item.at[SPLIT_MEMO],
        };
    }
    *ret = entry->splits;
    return 0;
}
