/* Trees out of text that the gate has passed, so that nothing is checked a second time here. One
 * block holds the nodes and, behind them, the text they point to. The root is marked as a reference:
 * cJSON_Delete() then frees the root alone, and with it the block. */
#include "mcp/json_tree.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "mcp/json_scan.h"

struct builder {
    const char *at;
    const char *end;
    cJSON *node; /* next free one */
    char *text;  /* next free byte */
    const struct json_gate *gate;
    struct json_memo *memo;
};

static char next_char(struct builder *builder)
{
    while ((unsigned char)*builder->at <= ' ')
        builder->at++;
    return *builder->at;
}

static uint32_t hex_unit(const char *digits)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t c = (unsigned char)digits[i];
        unit = unit << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return unit;
}

/* Behind "\u"; surrogates come in pairs. */
static void put_unicode(struct builder *builder)
{
    uint32_t point = hex_unit(builder->at);
    builder->at += 4;
    if (point >= 0xd800 && point <= 0xdbff) {
        point = 0x10000 + ((point - 0xd800) << 10) + (hex_unit(builder->at + 2) - 0xdc00);
        builder->at += 6;
    }
    builder->text += utf8_encode(point, builder->text);
}

/* Behind the backslash. */
static void put_escape(struct builder *builder)
{
    static const char meanings[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                       ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    char what = *builder->at++;
    if (what == 'u')
        put_unicode(builder);
    else
        *builder->text++ = meanings[(unsigned char)what];
}

/* Copies up to a quote, a backslash or the last few bytes of the input. What is written is never
 * ahead of what is read, so that there is room for eight bytes where eight can be read. */
static inline void copy_plain(struct builder *builder)
{
    /* The compiler cannot know that the text is not the builder. */
    const char *from = builder->at;
    const char *end = builder->end;
    char *to = builder->text;
    size_t plain = sizeof(uint64_t);
    while (plain == sizeof(uint64_t) && end - from >= (ptrdiff_t)plain) {
        uint64_t eight = json_load(from);
        plain = json_plain_of(eight);
        json_store(to, eight);
        to += plain;
        from += plain;
    }
    builder->at = from;
    builder->text = to;
}

/* The rest of a text, from what copy_plain() does not take. */
static void take_specials(struct builder *builder)
{
    while (*builder->at != '"') {
        char c = *builder->at++;
        if (c == '\\')
            put_escape(builder);
        else
            *builder->text++ = c;
        copy_plain(builder);
    }
}

/* At the opening quote. */
static inline char *take_text(struct builder *builder)
{
    char *begin = builder->text;
    builder->at++;
    copy_plain(builder);
    if (*builder->at != '"')
        take_specials(builder);
    builder->at++;
    *builder->text++ = '\0';
    return begin;
}

static char *take_number(struct builder *builder)
{
    const char *from = builder->at;
    const char *end = builder->end;
    char *begin = builder->text;
    char *to = begin;
    for (; from < end; from++) {
        char c = *from;
        if ((c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E')
            break;
        *to++ = c;
    }
    *to++ = '\0';
    builder->at = from;
    builder->text = to;
    return begin;
}

static cJSON *take_value(struct builder *builder);

/* At the opening bracket or brace. The first child's `prev` is the last one, as cJSON has it. */
static void take_children(struct builder *builder, cJSON *parent, char close)
{
    cJSON *last = NULL;
    builder->at++;
    while (next_char(builder) != close) {
        char *name = NULL;
        if (*builder->at == ',') {
            builder->at++;
            (void)next_char(builder);
        }
        if (close == '}') {
            name = take_text(builder);
            (void)next_char(builder);
            builder->at++; /* the colon */
        }
        cJSON *child = take_value(builder);
        child->string = name;
        child->prev = last;
        if (last)
            last->next = child;
        else
            parent->child = child;
        last = child;
    }
    builder->at++;
    if (last)
        parent->child->prev = last;
}

/* Nodes in a row and the text that they point to. */
struct part {
    cJSON *nodes;
    char *strings;
};

/* The pointers of a copy point into the copy. */
static void copy_nodes(struct part to, struct part from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *node = &from.nodes[i];
        cJSON *copy = &to.nodes[i];
        *copy = (cJSON){.type = node->type};
        if (node->next)
            copy->next = to.nodes + (node->next - from.nodes);
        if (node->prev)
            copy->prev = to.nodes + (node->prev - from.nodes);
        if (node->child)
            copy->child = to.nodes + (node->child - from.nodes);
        if (node->valuestring)
            copy->valuestring = to.strings + (node->valuestring - from.strings);
        if (node->string)
            copy->string = to.strings + (node->string - from.strings);
    }
}

static cJSON *take_known(struct builder *builder)
{
    struct json_memo *memo = builder->memo;
    cJSON *node = builder->node;
    copy_nodes((struct part){node, builder->text}, (struct part){memo->nodes, memo->strings},
               memo->values);
    memcpy(builder->text, memo->strings, memo->strings_length);
    builder->at += memo->length;
    builder->node += memo->values;
    builder->text += memo->strings_length;
    return node;
}

/* `node` and those behind it were just built of the text from `text` on. */
static void keep(const struct builder *builder, cJSON *node, const char *text, char *strings)
{
    struct json_memo *memo = builder->memo;
    size_t length = (size_t)(builder->at - text);
    size_t values = (size_t)(builder->node - node);
    if (node->type != cJSON_Object || length > JSON_MEMO_BYTES || values > JSON_MEMO_VALUES)
        return;
    memo->length = length;
    memo->values = values;
    memo->strings_length = (size_t)(builder->text - strings);
    memcpy(memo->text, text, length);
    memcpy(memo->strings, strings, memo->strings_length);
    copy_nodes((struct part){memo->nodes, memo->strings}, (struct part){node, strings}, values);
}

static cJSON *take_new(struct builder *builder)
{
    cJSON *node = builder->node++;
    *node = (cJSON){0};
    switch (*builder->at) {
    case '{':
        node->type = cJSON_Object;
        take_children(builder, node, '}');
        break;
    case '[':
        node->type = cJSON_Array;
        take_children(builder, node, ']');
        break;
    case '"':
        node->type = cJSON_String;
        node->valuestring = take_text(builder);
        break;
    case 't':
        node->type = cJSON_True;
        builder->at += strlen("true");
        break;
    case 'f':
        node->type = cJSON_False;
        builder->at += strlen("false");
        break;
    case 'n':
        node->type = cJSON_NULL;
        builder->at += strlen("null");
        break;
    default:
        node->type = cJSON_Raw;
        node->valuestring = take_number(builder);
    }
    return node;
}

static cJSON *take_value(struct builder *builder)
{
    char *strings = builder->text;
    (void)next_char(builder);
    const char *text = builder->at;
    bool is_meta = text == builder->gate->meta && builder->memo;
    if (is_meta && builder->gate->meta_is_known)
        return take_known(builder);
    cJSON *node = take_new(builder);
    if (is_meta)
        keep(builder, node, text, strings);
    return node;
}

cJSON *json_tree_build(const char *text, size_t length, const struct json_gate *gate,
                       struct json_memo *memo)
{
    size_t values = gate->values;
    /* Each text and number loses a quote or a comma to its NUL, but for a number all alone. */
    cJSON *root = cJSON_malloc(values * sizeof(cJSON) + length + 1);
    if (!root)
        return NULL;
    struct builder builder = {
        .at = text,
        .end = text + length,
        .node = root,
        .text = (char *)(root + values),
        .gate = gate,
        .memo = memo,
    };
    (void)take_value(&builder);
    root->type |= cJSON_IsReference;
    return root;
}
