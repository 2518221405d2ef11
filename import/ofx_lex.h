/* The marks of OFX, SGML and XML alike: <TAG>, </TAG>, text, CDATA, comments and declarations, from
 * text in pieces. Forgiving where banks are careless: a bare '&' or '<' is text. Private to
 * import/. */
#ifndef IMPORT_OFX_LEX_H
#define IMPORT_OFX_LEX_H

#include "import/pass.h"

enum {
    OFX_NAME_MAX = 40,  /* of a tag; a longer one is none that is known */
    OFX_TAG_MAX = 1024, /* with its attributes; what is longer was no tag */
    OFX_ENTITY_MAX = 12
};

/* A tag, and the text between the one before and this one, entities resolved and blanks around it
 * taken off. Names are upper case. A declaration such as <?OFX …?> has the name "?" and its own
 * content as text; at the end of the file comes one with the name "". */
struct ofx_tag {
    const char *name;
    bool is_end;
    const char *text;
    size_t length;
    uint64_t line; /* of the text, or of the tag when there is none */
};

typedef int ofx_sink(void *user, const struct ofx_tag *tag);

enum ofx_state {
    OFX_TEXT,
    OFX_ENTITY,
    OFX_OPEN, /* behind '<' */
    OFX_COMMENT,
    OFX_CDATA,
    OFX_DECLARATION
};

struct ofx_lexer {
    struct import_pass *pass;
    enum ofx_state state;
    struct buf text;
    struct buf tag;
    char entity[OFX_ENTITY_MAX];
    size_t entity_length;
    size_t matched; /* of the end of a comment, a CDATA or a declaration */
    uint64_t line;
    uint64_t text_line;
    bool after_cr;
};

void ofx_lexer_init(struct ofx_lexer *lexer, struct import_pass *pass);
void ofx_lexer_free(struct ofx_lexer *lexer);
MUST_CHECK int ofx_lexer_feed(struct ofx_lexer *lexer, const char *text, size_t length,
                              ofx_sink *sink, void *user);
MUST_CHECK int ofx_lexer_end(struct ofx_lexer *lexer, ofx_sink *sink, void *user);

#endif
