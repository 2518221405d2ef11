/* Reading answers without parsing them: the id and whether it is a result, a refusal or an error.
 * Servers put the id first or last; both are recognized without a look at what lies between, and any
 * other order is found by walking over the members of the outermost object. */
#include "tests/bench/workload.h"

#include <string.h>

#include "base/own.h"

enum {
    DIGITS_MAX = 19,
    WHOLE_LINE_SEARCHED = 4096, /* a refusal is never longer; in longer lines isError … */
    EDGE_SEARCHED = 512         /* … can only stand before or behind the content */
};

/* Digits at `at`; returns how many, 0 for no number or one that is too long. */
static size_t number_at(const char *at, const char *end, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t digits = 0;
    while (at + digits < end && at[digits] >= '0' && at[digits] <= '9' && digits < DIGITS_MAX)
        number = number * 10 + (uint64_t)(at[digits++] - '0');
    if (digits > 0)
        *ret_number = number;
    return digits;
}

static bool begins_with(const char *text, const char *end, const char *prefix, size_t length)
{
    return (size_t)(end - text) >= length && memcmp(text, prefix, length) == 0;
}

#define BEGINS(text, end, literal) begins_with((text), (end), (literal), sizeof(literal) - 1)

/* `"isError":true` as a key: an escaped copy within text has a backslash before its quotes. The
 * capital is rare in what surrounds it, so memchr() does the work. */
static bool has_is_error(const char *text, const char *end)
{
    for (const char *e = text; e < end; e++) {
        e = memchr(e, 'E', (size_t)(end - e));
        if (!e)
            return false;
        if (e - text >= 3 && BEGINS(e - 3, end, "\"isError\":true"))
            return true;
    }
    return false;
}

static enum outcome outcome_of_result(const char *line, size_t length)
{
    const char *end = line + length;
    if (length <= WHOLE_LINE_SEARCHED)
        return has_is_error(line, end) ? OUTCOME_REFUSAL : OUTCOME_RESULT;
    if (has_is_error(line, line + EDGE_SEARCHED) || has_is_error(end - EDGE_SEARCHED, end))
        return OUTCOME_REFUSAL;
    return OUTCOME_RESULT;
}

/* Behind the closing quote of the string that begins at `at`. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++) {
        if (*at == '\\')
            at++;
    }
    return at < end ? at + 1 : end;
}

/* Behind the value that begins at `at`. */
static const char *skip_value(const char *at, const char *end)
{
    unsigned depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
            if (depth == 0)
                return at;
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']') && depth > 0 && --depth == 0)
            return at + 1;
        else if (depth == 0 && (*at == ',' || *at == '}'))
            return at;
        at++;
    }
    return end;
}

/* Any order of members. */
static enum outcome walk(const char *line, size_t length, uint64_t *ret_id)
{
    const char *end = line + length;
    uint64_t id = 0;
    bool has_id = false;
    enum outcome outcome = OUTCOME_NONE;
    for (const char *at = line + 1; at < end && *at == '"';) {
        const char *key = at;
        at = skip_string(at, end);
        if (at < end && *at == ':')
            at++;
        if (BEGINS(key, end, "\"id\":"))
            has_id = number_at(at, end, &id) > 0;
        else if (BEGINS(key, end, "\"error\":"))
            outcome = OUTCOME_ERROR;
        else if (BEGINS(key, end, "\"result\":"))
            outcome = outcome_of_result(line, length);
        at = skip_value(at, end);
        if (at < end && *at == ',')
            at++;
    }
    if (!has_id || outcome == OUTCOME_NONE)
        return OUTCOME_NONE;
    *ret_id = id;
    return outcome;
}

/* `…,"id":12}`: the brace closes the outermost object, so the key before it is a member of that. */
static bool id_at_end(const char *line, const char *end, uint64_t *ret_id)
{
    const char *digit = end - 1;
    if (*digit != '}')
        return false;
    while (digit > line && digit[-1] >= '0' && digit[-1] <= '9')
        digit--;
    return digit - line > 6 && BEGINS(digit - 6, end, ",\"id\":") &&
           number_at(digit, end, ret_id) > 0;
}

enum outcome answer_read(const char *line, size_t length, uint64_t *ret_id)
{
    const char *end = line + length;
    if (length < 2 || *line != '{')
        return OUTCOME_NONE;
    if (BEGINS(line, end, "{\"jsonrpc\":\"2.0\",\"id\":")) {
        const char *at = line + sizeof("{\"jsonrpc\":\"2.0\",\"id\":") - 1;
        at += number_at(at, end, ret_id);
        if (BEGINS(at, end, ",\"result\":"))
            return outcome_of_result(at, (size_t)(end - at));
        if (BEGINS(at, end, ",\"error\":"))
            return OUTCOME_ERROR;
    } else if (BEGINS(line, end, "{\"result\":") && id_at_end(line, end, ret_id)) {
        return outcome_of_result(line, length);
    }
    return walk(line, length, ret_id);
}
