/* The tokenizer of OFX: one state for each place that a byte can be in. Knows no element. */
#include "import/ofx_lex.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

void ofx_lexer_init(struct ofx_lexer *lexer, struct import_pass *pass)
{
    *lexer = (struct ofx_lexer){.pass = pass, .line = 1, .text_line = 1};
    buf_init(&lexer->text, IMPORT_TEXT_MAX);
    buf_init(&lexer->tag, OFX_TAG_MAX);
}

void ofx_lexer_free(struct ofx_lexer *lexer)
{
    buf_free(&lexer->text);
    buf_free(&lexer->tag);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Blanks before the first character of a text are dropped as they come. */
static int add_text(struct ofx_lexer *lexer, const char *text, size_t length)
{
    if (lexer->text.length == 0) {
        while (length > 0 && is_blank(text[0])) {
            text++;
            length--;
        }
        lexer->text_line = lexer->line;
    }
    if (length > IMPORT_TEXT_MAX - lexer->text.length)
        return import_fail(lexer->pass, IMPORT_TOO_LARGE, lexer->text_line,
                           "The text that begins on line %llu is longer than %d bytes.",
                           (unsigned long long)lexer->text_line, IMPORT_TEXT_MAX);
    return length > 0 ? buf_append(&lexer->text, text, length) : 0;
}

static int emit(struct ofx_lexer *lexer, const char *name, bool is_end, ofx_sink *sink, void *user)
{
    struct buf *text = &lexer->text;
    while (text->length > 0 && is_blank(text->data[text->length - 1]))
        text->data[--text->length] = '\0';
    struct ofx_tag tag = {
        .name = name,
        .is_end = is_end,
        .text = buf_text(text),
        .length = text->length,
        .line = text->length > 0 ? lexer->text_line : lexer->line,
    };
    int r = sink(user, &tag);
    buf_reset(text);
    return r;
}

/* The tag is whole: its name without attributes, in upper case. */
static int end_tag(struct ofx_lexer *lexer, ofx_sink *sink, void *user)
{
    const char *at = buf_text(&lexer->tag);
    size_t length = lexer->tag.length;
    bool is_end = length > 0 && at[0] == '/';
    bool is_empty = length > 1 && at[length - 1] == '/';
    at += is_end ? 1 : 0;
    char name[OFX_NAME_MAX + 1];
    size_t n = 0;
    while (n < OFX_NAME_MAX && at[n] && at[n] != '/' && !is_blank(at[n])) {
        name[n] = at[n];
        if (name[n] >= 'a' && name[n] <= 'z')
            name[n] = (char)(name[n] - 'a' + 'A');
        n++;
    }
    name[n] = '\0';
    buf_reset(&lexer->tag);
    lexer->state = OFX_TEXT;
    if (name[0] == '!') /* <!DOCTYPE …> and its like */
        return 0;
    int r = emit(lexer, name, is_end, sink, user);
    return r == 0 && is_empty && !is_end ? emit(lexer, name, true, sink, user) : r;
}

/* It was no tag: '<' and what came behind it are text. */
static int tag_was_text(struct ofx_lexer *lexer)
{
    lexer->state = OFX_TEXT;
    int r = add_text(lexer, "<", 1);
    if (r == 0)
        r = add_text(lexer, buf_text(&lexer->tag), lexer->tag.length);
    buf_reset(&lexer->tag);
    return r;
}

/* What "<!" or "<?" turns out to begin; false while it is open. */
static void look_for_markup(struct ofx_lexer *lexer)
{
    const char *tag = buf_text(&lexer->tag);
    enum ofx_state state = OFX_OPEN;
    if (strcmp(tag, "!--") == 0)
        state = OFX_COMMENT;
    else if (strcmp(tag, "![CDATA[") == 0)
        state = OFX_CDATA;
    else if (tag[0] == '?')
        state = OFX_DECLARATION;
    if (state == OFX_OPEN)
        return;
    lexer->state = state;
    lexer->matched = 0;
    buf_reset(&lexer->tag);
}

static int open_byte(struct ofx_lexer *lexer, char c, ofx_sink *sink, void *user)
{
    bool is_first = lexer->tag.length == 0;
    bool may_begin = is_letter(c) || c == '/' || c == '!' || c == '?';
    if (c == '>' && !is_first)
        return end_tag(lexer, sink, user);
    if ((is_first && !may_begin) || c == '<' || lexer->tag.length == OFX_TAG_MAX) {
        int r = tag_was_text(lexer);
        if (r == 0 && c == '<')
            lexer->state = OFX_OPEN;
        return r != 0 || c == '<' ? r : add_text(lexer, &c, 1);
    }
    int r = buf_append_char(&lexer->tag, c);
    if (r == 0)
        look_for_markup(lexer);
    return r;
}

/* The character of an entity's name, 0 when it is none that is known. */
static size_t resolve(const char *name, char *ret_bytes)
{
    static const struct {
        const char *name;
        const char *text;
    } known[] = {{"amp", "&"},   {"lt", "<"},   {"gt", ">"},
                 {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};

    for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
        if (strcmp(name, known[i].name) == 0) {
            ret_bytes[0] = known[i].text[0];
            return 1;
        }
    }
    if (name[0] != '#')
        return 0;
    bool is_hex = name[1] == 'x' || name[1] == 'X';
    uint32_t point = 0;
    for (const char *at = name + (is_hex ? 2 : 1); *at; at++) {
        uint32_t digit =
            is_digit(*at) ? (uint32_t)(*at - '0') : (uint32_t)((*at | 0x20) - 'a' + 10);
        if (digit >= (is_hex ? 16U : 10U) || point > 0x10ffff)
            return 0;
        point = point * (is_hex ? 16 : 10) + digit;
    }
    return point > 0 ? utf8_encode(point, ret_bytes) : 0;
}

static int end_entity(struct ofx_lexer *lexer, char c)
{
    char bytes[4];
    lexer->entity[lexer->entity_length] = '\0';
    size_t n = c == ';' ? resolve(lexer->entity, bytes) : 0;
    lexer->state = OFX_TEXT;
    if (n > 0)
        return add_text(lexer, bytes, n);
    int r = add_text(lexer, "&", 1);
    return r < 0 ? r : add_text(lexer, lexer->entity, lexer->entity_length);
}

static int entity_byte(struct ofx_lexer *lexer, char c)
{
    bool is_name = is_letter(c) || is_digit(c) || c == '#';
    if (is_name && lexer->entity_length < OFX_ENTITY_MAX - 1) {
        lexer->entity[lexer->entity_length++] = c;
        return 0;
    }
    size_t length = lexer->text.length;
    int r = end_entity(lexer, c);
    if (r != 0 || c == '<' || c == '&') {
        lexer->state = c == '<' ? OFX_OPEN : OFX_ENTITY;
        lexer->entity_length = 0;
        return r;
    }
    bool was_resolved = c == ';' && lexer->text.length < length + 1 + lexer->entity_length;
    return was_resolved ? 0 : add_text(lexer, &c, 1);
}

/* Counts how much of `end` has come; true with its last byte. */
static bool match(struct ofx_lexer *lexer, const char *end, char c)
{
    if (c == end[lexer->matched]) {
        lexer->matched++;
    } else {
        /* In "--->" and "]]]>" the first byte is repeated. */
        bool repeats = c == end[0] && lexer->matched > 0 && end[lexer->matched - 1] == c;
        lexer->matched = repeats ? lexer->matched : c == end[0] ? 1 : 0;
    }
    return end[lexer->matched] == '\0';
}

static int cdata_byte(struct ofx_lexer *lexer, char c)
{
    int r = add_text(lexer, &c, 1);
    if (r == 0 && match(lexer, "]]>", c)) {
        lexer->state = OFX_TEXT;
        size_t end = lexer->text.length < 3 ? lexer->text.length : 3;
        lexer->text.length -= end;
        lexer->text.data[lexer->text.length] = '\0';
    }
    return r;
}

/* <?OFX …?> holds the version; the text before it stays for the next tag. */
static int declaration_byte(struct ofx_lexer *lexer, char c, ofx_sink *sink, void *user)
{
    if (c != '>') {
        if (lexer->tag.length < OFX_TAG_MAX)
            return buf_append_char(&lexer->tag, c);
        return 0;
    }
    struct ofx_tag tag = {.name = "?",
                          .text = buf_text(&lexer->tag),
                          .length = lexer->tag.length,
                          .line = lexer->line};
    int r = sink(user, &tag);
    buf_reset(&lexer->tag);
    lexer->state = OFX_TEXT;
    return r;
}

static int text_byte(struct ofx_lexer *lexer, char c)
{
    if (c == '<') {
        lexer->state = OFX_OPEN;
        return 0;
    }
    if (c == '&') {
        lexer->state = OFX_ENTITY;
        lexer->entity_length = 0;
        return 0;
    }
    return add_text(lexer, &c, 1);
}

static int take(struct ofx_lexer *lexer, char c, ofx_sink *sink, void *user)
{
    switch (lexer->state) {
    case OFX_TEXT:
        return text_byte(lexer, c);
    case OFX_ENTITY:
        return entity_byte(lexer, c);
    case OFX_OPEN:
        return open_byte(lexer, c, sink, user);
    case OFX_COMMENT:
        if (match(lexer, "-->", c))
            lexer->state = OFX_TEXT;
        return 0;
    case OFX_CDATA:
        return cdata_byte(lexer, c);
    case OFX_DECLARATION:
        return declaration_byte(lexer, c, sink, user);
    }
    return -EINVAL;
}

static void count_line(struct ofx_lexer *lexer, char c)
{
    if (c == '\r' || (c == '\n' && !lexer->after_cr))
        lexer->line++;
    lexer->after_cr = c == '\r';
}

/* A run of plain text, the bulk of most files. */
static size_t plain_run(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && text[n] != '<' && text[n] != '&' && text[n] != '\r' && text[n] != '\n')
        n++;
    return n;
}

int ofx_lexer_feed(struct ofx_lexer *lexer, const char *text, size_t length, ofx_sink *sink,
                   void *user)
{
    size_t at = 0;
    while (at < length) {
        size_t run = lexer->state == OFX_TEXT ? plain_run(text + at, length - at) : 0;
        int r = 0;
        if (run > 0) {
            lexer->after_cr = false;
            r = add_text(lexer, text + at, run);
            at += run;
        } else {
            r = take(lexer, text[at], sink, user);
            count_line(lexer, text[at]);
            at++;
        }
        if (r != 0)
            return r;
    }
    return 0;
}

int ofx_lexer_end(struct ofx_lexer *lexer, ofx_sink *sink, void *user)
{
    int r = 0;
    if (lexer->state == OFX_OPEN)
        r = tag_was_text(lexer);
    else if (lexer->state == OFX_ENTITY)
        r = end_entity(lexer, '\0');
    return r != 0 ? r : emit(lexer, "", true, sink, user);
}
