/* Recursive descent over the raw bytes, at most MCP_DEPTH_MAX deep. A breach of grammar ends the
 * pass; a breach of a rule that leaves the text readable is remembered and the pass goes on, so
 * that the "id" behind it is still found. Builds nothing. */
#include "mcp/json_gate.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "mcp/json_key.h"
#include "mcp/json_scan.h"
#include "mcp/limits.h"

enum {
    KEYS_INLINE = 64
};

struct key {
    struct json_span span;
    uint64_t hash;
};

struct gate {
    const char *at;
    const char *end;
    struct json_gate *result;
    const struct json_memo *memo;
    const char *rule;  /* first rule broken */
    bool is_in_params; /* of the outermost object */

    /* Keys of all open objects, innermost last. */
    struct key *keys;
    struct key *inline_keys; /* the first ones */
    size_t key_count;
    size_t key_room;
};

static bool value(struct gate *gate, unsigned depth);

static bool not_json(struct gate *gate, const char *why)
{
    gate->result->verdict = JSON_NOT;
    gate->result->why = why;
    return false;
}

static void note_rule(struct gate *gate, const char *rule)
{
    if (!gate->rule)
        gate->rule = rule;
}

static void count_values(struct gate *gate, size_t count)
{
    gate->result->values += count;
    if (gate->result->values > MCP_VALUES_MAX)
        note_rule(gate, "more than 50,000 values");
}

static void skip_some_blanks(struct gate *gate)
{
    while (gate->at < gate->end &&
           (*gate->at == ' ' || *gate->at == '\t' || *gate->at == '\n' || *gate->at == '\r'))
        gate->at++;
}

/* Programs write few of them. */
static inline void skip_blanks(struct gate *gate)
{
    if (gate->at < gate->end && (unsigned char)*gate->at <= ' ')
        skip_some_blanks(gate);
}

static bool is_next(const struct gate *gate, char c)
{
    return gate->at < gate->end && *gate->at == c;
}

/* Behind "\u". */
static bool unicode_escape(struct gate *gate)
{
    int32_t unit = json_hex_unit(gate->at, gate->end);
    if (unit < 0)
        return not_json(gate, "an escape of a code point is cut");
    gate->at += 4;
    if (unit == 0)
        note_rule(gate, "the code point zero is not accepted in text");
    if (json_is_low(unit)) {
        note_rule(gate, "half of a surrogate pair is not accepted in text");
    } else if (json_is_high(unit)) {
        bool paired = gate->end - gate->at >= 6 && gate->at[0] == '\\' && gate->at[1] == 'u' &&
                      json_is_low(json_hex_unit(gate->at + 2, gate->end));
        if (paired)
            gate->at += 6;
        else
            note_rule(gate, "half of a surrogate pair is not accepted in text");
    }
    return true;
}

/* Behind the backslash. */
static bool escape(struct gate *gate)
{
    if (gate->at == gate->end)
        return not_json(gate, "text without end");
    char c = *gate->at++;
    if (c == 'u')
        return unicode_escape(gate);
    if (!strchr("\"\\/bfnrt", c) || c == '\0')
        return not_json(gate, "unknown escape in text");
    return true;
}

/* The first byte from `at` on that text may not hold as it is. */
static inline const char *skip_plain(const char *at, const char *end)
{
    size_t plain = sizeof(uint64_t);
    while (plain == sizeof(uint64_t) && end - at >= (ptrdiff_t)plain) {
        plain = json_plain_of(json_load(at));
        at += plain;
    }
    if (plain < sizeof(uint64_t))
        return at;
    while (at < end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* The rest of a string that has escapes, or is none. */
static bool special_string(struct gate *gate)
{
    for (;;) {
        gate->at = skip_plain(gate->at, gate->end);
        if (gate->at == gate->end)
            return not_json(gate, "text without end");
        char c = *gate->at++;
        if (c == '"')
            return true;
        if (c != '\\')
            return not_json(gate, "control character in text");
        if (!escape(gate))
            return false;
    }
}

/* At the opening quote; gives what stands between the quotes. */
static inline bool string(struct gate *gate, struct json_span *ret_span)
{
    const char *begin = gate->at + 1;
    const char *end = skip_plain(begin, gate->end);
    bool is_plain = end < gate->end && *end == '"';
    gate->at = is_plain ? end + 1 : end;
    if (!is_plain && !special_string(gate))
        return false;
    *ret_span = (struct json_span){begin, (size_t)(gate->at - 1 - begin), !is_plain};
    return true;
}

static bool digits(struct gate *gate)
{
    const char *begin = gate->at;
    while (gate->at < gate->end && *gate->at >= '0' && *gate->at <= '9')
        gate->at++;
    return gate->at > begin;
}

static bool number(struct gate *gate)
{
    if (is_next(gate, '-'))
        gate->at++;
    if (is_next(gate, '0'))
        gate->at++;
    else if (!digits(gate))
        return not_json(gate, "bad number");
    if (is_next(gate, '.')) {
        gate->at++;
        if (!digits(gate))
            return not_json(gate, "bad number");
    }
    if (is_next(gate, 'e') || is_next(gate, 'E')) {
        gate->at++;
        if (is_next(gate, '+') || is_next(gate, '-'))
            gate->at++;
        if (!digits(gate))
            return not_json(gate, "bad number");
    }
    return true;
}

static bool literal(struct gate *gate, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(gate->end - gate->at) < length || memcmp(gate->at, word, length) != 0)
        return not_json(gate, "unknown word");
    gate->at += length;
    return true;
}

static bool make_room_for_key(struct gate *gate)
{
    if (gate->key_count < gate->key_room)
        return true;
    size_t room = gate->key_room * 2;
    bool is_inline = gate->keys == gate->inline_keys;
    struct key *keys = mem_realloc(is_inline ? NULL : gate->keys, room * sizeof(*keys));
    if (!keys) {
        gate->result->verdict = JSON_NO_MEMORY;
        return false;
    }
    if (is_inline)
        memcpy(keys, gate->inline_keys, gate->key_count * sizeof(*keys));
    gate->keys = keys;
    gate->key_room = room;
    return true;
}

/* Notes a key of the object whose keys begin at `first`. */
static bool add_key(struct gate *gate, size_t first, const struct json_span *span)
{
    if (gate->key_count - first >= MCP_KEYS_MAX)
        note_rule(gate, "an object has more than 1,000 members");
    /* One broken rule is enough: what is refused anyway need not be compared. */
    if (gate->rule)
        return true;
    if (!make_room_for_key(gate))
        return false;
    struct key key = {.span = *span, .hash = json_key_hash(span)};
    for (size_t i = first; i < gate->key_count; i++) {
        if (gate->keys[i].hash == key.hash && json_keys_equal(&gate->keys[i].span, &key.span))
            note_rule(gate, "an object has the same member twice");
    }
    gate->keys[gate->key_count++] = key;
    return true;
}

static bool is_known(const struct gate *gate)
{
    const struct json_memo *memo = gate->memo;
    return memo && memo->length > 0 && (size_t)(gate->end - gate->at) >= memo->length &&
           memcmp(gate->at, memo->text, memo->length) == 0;
}

/* A value that the memo may know. Its text ends with the brace that closes it, so that nothing which
 * begins with these bytes can be anything else. */
static bool meta(struct gate *gate, unsigned depth)
{
    struct json_gate *result = gate->result;
    const char *begin = gate->at;
    size_t before = result->values;
    bool known = is_known(gate);
    if (known) {
        gate->at += gate->memo->length;
        count_values(gate, gate->memo->values);
    } else if (!value(gate, depth)) {
        return false;
    }
    result->meta = begin;
    result->meta_length = (size_t)(gate->at - begin);
    result->meta_values = result->values - before;
    result->meta_is_known = known;
    return true;
}

static bool is_key(const struct json_span *key, const char *name, size_t length)
{
    const struct json_span expected = {name, length, false};
    if (key->has_escapes)
        return json_keys_equal(key, &expected);
    return key->length == length && memcmp(key->text, name, length) == 0;
}

static void note_id(struct json_gate *result, const char *begin, const char *end)
{
    result->has_id = true;
    if (result->id_length > 0)
        return;
    if (*begin != '"' && *begin != '-' && (*begin < '0' || *begin > '9'))
        return;
    result->id = begin;
    result->id_length = (size_t)(end - begin);
}

static void note_method(struct json_gate *result, const char *begin, const char *end)
{
    result->has_method = true;
    if (*begin != '"')
        return;
    result->method = begin;
    result->method_length = (size_t)(end - begin);
}

/* Which of two is meant, nobody knows. */
static void note_request_id(struct json_gate *result, const char *begin, const char *end)
{
    result->request_id_length = result->request_id ? 0 : (size_t)(end - begin);
    result->request_id = begin;
}

/* A member of the outermost object, and where its value begins. */
static void note_member(struct gate *gate, const struct json_span *key, const char *begin)
{
    if (is_key(key, "id", 2))
        note_id(gate->result, begin, gate->at);
    else if (is_key(key, "method", 6))
        note_method(gate->result, begin, gate->at);
    else if (is_key(key, "result", 6) || is_key(key, "error", 5))
        gate->result->has_outcome = true;
}

static bool member(struct gate *gate, size_t first_key, unsigned depth)
{
    struct json_span key;
    if (!is_next(gate, '"'))
        return not_json(gate, "member without a name");
    if (!string(gate, &key) || !add_key(gate, first_key, &key))
        return false;
    skip_blanks(gate);
    if (!is_next(gate, ':'))
        return not_json(gate, "member without a value");
    gate->at++;
    skip_blanks(gate);
    const char *begin = gate->at;
    if (depth == JSON_MEMO_DEPTH && is_key(&key, JSON_MEMO_NAME, strlen(JSON_MEMO_NAME)))
        return meta(gate, depth);
    if (depth == 1)
        gate->is_in_params = is_key(&key, "params", 6);
    if (!value(gate, depth))
        return false;
    if (depth == 1)
        note_member(gate, &key, begin);
    else if (depth == 2 && gate->is_in_params && is_key(&key, "requestId", 9))
        note_request_id(gate->result, begin, gate->at);
    return true;
}

/* At the opening bracket or brace: items up to the closing one. */
static bool container(struct gate *gate, unsigned depth, char close)
{
    size_t first_key = gate->key_count;
    if (depth >= MCP_DEPTH_MAX)
        return not_json(gate, "nested too deeply");
    gate->at++;
    skip_blanks(gate);
    if (is_next(gate, close)) {
        gate->at++;
        return true;
    }
    for (;;) {
        bool well = close == '}' ? member(gate, first_key, depth + 1) : value(gate, depth + 1);
        if (!well)
            return false;
        skip_blanks(gate);
        if (is_next(gate, close))
            break;
        if (!is_next(gate, ','))
            return not_json(gate, "comma or closing bracket missing");
        gate->at++;
        skip_blanks(gate);
    }
    gate->at++;
    gate->key_count = first_key;
    return true;
}

static bool value(struct gate *gate, unsigned depth)
{
    struct json_span text;
    if (gate->at == gate->end)
        return not_json(gate, "value missing");
    count_values(gate, 1);
    switch (*gate->at) {
    case '{':
        return container(gate, depth, '}');
    case '[':
        return container(gate, depth, ']');
    case '"':
        return string(gate, &text);
    case 't':
        return literal(gate, "true");
    case 'f':
        return literal(gate, "false");
    case 'n':
        return literal(gate, "null");
    default:
        return number(gate);
    }
}

static void check(struct gate *gate)
{
    if (!utf8_is_valid(gate->at, (size_t)(gate->end - gate->at))) {
        (void)not_json(gate, "not valid UTF-8");
        return;
    }
    skip_blanks(gate);
    if (!value(gate, 0))
        return;
    skip_blanks(gate);
    gate->result->is_whole = gate->at == gate->end;
    if (!gate->result->is_whole) {
        (void)not_json(gate, "something stands behind the value");
    } else if (gate->rule) {
        gate->result->verdict = JSON_REFUSED;
        gate->result->why = gate->rule;
    }
}

void json_gate_check(const char *text, size_t length, const struct json_memo *memo,
                     struct json_gate *ret_gate)
{
    *ret_gate = (struct json_gate){.verdict = JSON_GOOD};
    UNSET struct key keys[KEYS_INLINE];
    struct gate gate = {
        .at = text,
        .end = text + length,
        .result = ret_gate,
        .memo = memo,
        .keys = keys,
        .inline_keys = keys,
        .key_room = KEYS_INLINE,
    };
    check(&gate);
    if (gate.keys != keys)
        mem_free(gate.keys);
}
