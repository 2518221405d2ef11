/* Matching of simple URI templates. A variable takes as much as it can up to the literal behind it;
 * percent escapes in its value are decoded, and one that decodes to NUL or breaks UTF-8 makes the
 * URI none of the template. */
#include "mcp/uri_template.h"

#include <string.h>

#include "base/utf8.h"
#include "mcp/limits.h"

bool uri_is_template(const char *uri)
{
    return strchr(uri, '{') != NULL;
}

bool uri_template_is_valid(const char *uri_template)
{
    for (const char *at = uri_template; *at; at++) {
        if (*at == '}')
            return false;
        if (*at != '{')
            continue;
        size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_");
        if (length == 0 || at[1 + length] != '}' || at[2 + length] == '{')
            return false;
        at += 1 + length;
    }
    return true;
}

bool uri_template_has(const char *uri_template, const char *variable)
{
    size_t length = strlen(variable);
    for (const char *at = strchr(uri_template, '{'); at; at = strchr(at + 1, '{')) {
        if (length > 0 && strncmp(at + 1, variable, length) == 0 && at[1 + length] == '}')
            return true;
    }
    return false;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

static bool decode(const char *text, size_t length, struct buf *ret_value)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0 || high * 16 + low == 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        (void)buf_append_char(ret_value, c);
    }
    return utf8_is_valid(buf_text(ret_value), ret_value->length);
}

/* How many characters of `uri` the variable takes, `rest` being the template behind it; 0: none
 * fits. */
static size_t extent(const char *uri, const char *rest)
{
    size_t most = strcspn(uri, "/?#");
    size_t literal = strcspn(rest, "{");
    if (*rest == '\0')
        return uri[most] == '\0' ? most : 0;
    for (size_t n = most; n > 0; n--) {
        if (strncmp(uri + n, rest, literal) == 0)
            return n;
    }
    return 0;
}

bool uri_template_match(const char *uri_template, const char *uri, const char *variable,
                        struct buf *ret_value)
{
    OWNED_BUF scratch = BUF_INIT(MCP_URI_MAX);
    const char *at = uri_template;
    while (*at) {
        if (*at != '{') {
            if (*at++ != *uri++)
                return false;
            continue;
        }
        size_t name = strcspn(at + 1, "}");
        const char *rest = at + 1 + name + 1;
        size_t length = extent(uri, rest);
        if (length == 0)
            return false;
        bool is_wanted =
            variable && strlen(variable) == name && strncmp(at + 1, variable, name) == 0;
        buf_reset(&scratch);
        if (!decode(uri, length, is_wanted ? ret_value : &scratch))
            return false;
        uri += length;
        at = rest;
    }
    return *uri == '\0';
}
