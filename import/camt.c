/* CAMT.053 (and CAMT.052, which has the same entries): drives expat over the text in pieces and
 * keeps the path of the open element. A document type of its own, and with it every entity, is
 * refused; depth and the length of every token are bounded. */
#include "import/camt.h"

#include <errno.h>
#include <expat.h>
#include <string.h>

#include "base/mem.h"

enum {
    PIECE = 4096 /* fed at once, so that a token that never ends is noticed */
};

uint64_t camt_line(const struct camt *camt)
{
    return (uint64_t)XML_GetCurrentLineNumber((XML_Parser)camt->parser);
}

static void stop(struct camt *camt, int error)
{
    if (error == 0 || camt->error != 0)
        return;
    camt->error = error;
    (void)XML_StopParser((XML_Parser)camt->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

/* "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08" */
static void read_namespace(struct camt *camt, const char **attributes)
{
    struct import_profile *profile = &camt->pass->profile;
    for (; camt->pass->is_survey && attributes[0]; attributes += 2) {
        const char *version = strstr(attributes[1], "camt.05");
        if (strncmp(attributes[0], "xmlns", 5) == 0 && version)
            import_copy(profile->version, sizeof(profile->version), version, strlen(version));
    }
}

static void push(struct camt *camt, const char *name)
{
    size_t length = strlen(name);
    size_t slash = camt->path_length > 0 ? 1 : 0;
    if (camt->path_is_long || camt->path_length + slash + length >= CAMT_PATH_MAX) {
        camt->path_is_long = true;
        camt->lost_depth++;
        return;
    }
    if (slash)
        camt->path[camt->path_length++] = '/';
    memcpy(camt->path + camt->path_length, name, length + 1);
    camt->path_length += length;
}

static void pop(struct camt *camt)
{
    if (camt->path_is_long) {
        camt->path_is_long = --camt->lost_depth > 0;
        return;
    }
    while (camt->path_length > 0 && camt->path[camt->path_length - 1] != '/')
        camt->path_length--;
    if (camt->path_length > 0)
        camt->path_length--;
    camt->path[camt->path_length] = '\0';
}

static void keep_currency(struct camt *camt, const char **attributes)
{
    camt->currency[0] = '\0';
    for (; attributes[0]; attributes += 2) {
        if (strcmp(attributes[0], "Ccy") == 0 && strlen(attributes[1]) == 3)
            memcpy(camt->currency, attributes[1], sizeof(camt->currency));
    }
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    struct camt *camt = user;
    if (camt->error != 0)
        return;
    if (++camt->depth > IMPORT_DEPTH_MAX) {
        stop(camt, import_fail(camt->pass, IMPORT_TOO_LARGE, camt_line(camt),
                               "On line %llu elements are nested deeper than %d.",
                               (unsigned long long)camt_line(camt), IMPORT_DEPTH_MAX));
        return;
    }
    name = local_name(name);
    buf_reset(&camt->text);
    if (camt->depth == 1)
        read_namespace(camt, attributes);
    if (camt->base == 0) {
        if (strcmp(name, "Stmt") == 0 || strcmp(name, "Rpt") == 0) {
            camt->base = camt->depth;
            camt_begin_statement(camt);
        }
        return;
    }
    push(camt, name);
    keep_currency(camt, attributes);
    if (!camt->path_is_long)
        stop(camt, camt_begin_element(camt));
}

static void XMLCALL on_end(void *user, const char *name)
{
    (void)name;
    struct camt *camt = user;
    if (camt->error != 0)
        return;
    if (camt->base > 0 && camt->depth == camt->base) {
        camt->base = 0;
        stop(camt, camt_end_statement(camt));
    } else if (camt->base > 0) {
        if (!camt->path_is_long)
            stop(camt, camt_end_element(camt));
        pop(camt);
    }
    camt->depth--;
    buf_reset(&camt->text);
}

static void XMLCALL on_text(void *user, const char *text, int length)
{
    struct camt *camt = user;
    if (camt->error != 0 || camt->base == 0)
        return;
    if ((size_t)length > IMPORT_TEXT_MAX - camt->text.length) {
        stop(camt, import_fail(camt->pass, IMPORT_TOO_LARGE, camt_line(camt),
                               "The text on line %llu is longer than %d bytes.",
                               (unsigned long long)camt_line(camt), IMPORT_TEXT_MAX));
        return;
    }
    stop(camt, buf_append(&camt->text, text, (size_t)length));
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system_id,
                               const char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    struct camt *camt = user;
    stop(camt, import_fail(camt->pass, IMPORT_BAD_STRUCTURE, camt_line(camt),
                           "Line %llu declares a document type, which no bank statement does: the "
                           "file may be meant to do harm.",
                           (unsigned long long)camt_line(camt)));
}

static int open_camt(struct import_pass *pass, const char *window, size_t length, void **ret_state)
{
    (void)window;
    (void)length;
    static const XML_Memory_Handling_Suite memory = {mem_alloc, mem_realloc, mem_free};
    struct camt *camt = mem_zalloc(sizeof(*camt));
    if (!camt)
        return -ENOMEM;
    camt->pass = pass;
    buf_init(&camt->text, IMPORT_TEXT_MAX);
    buf_init(&camt->entry_info, IMPORT_TEXT_MAX);
    buf_init(&camt->details.memo, IMPORT_TEXT_MAX);
    buf_init(&camt->details.info, IMPORT_TEXT_MAX);
    XML_Parser parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
    camt->parser = parser;
    *ret_state = camt;
    if (!parser)
        return -ENOMEM;
    XML_SetUserData(parser, camt);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    return 0;
}

static void close_camt(void *state)
{
    struct camt *camt = state;
    if (!camt)
        return;
    if (camt->parser)
        XML_ParserFree((XML_Parser)camt->parser);
    buf_free(&camt->text);
    buf_free(&camt->entry_info);
    buf_free(&camt->details.memo);
    buf_free(&camt->details.info);
    mem_free(camt);
}

static int fail_xml(struct camt *camt)
{
    enum XML_Error code = XML_GetErrorCode((XML_Parser)camt->parser);
    if (camt->error != 0)
        return camt->error;
    if (code == XML_ERROR_NO_MEMORY)
        return -ENOMEM;
    return import_fail(camt->pass, IMPORT_BAD_STRUCTURE, camt_line(camt),
                       "Line %llu is no well-formed XML: %s. The file may have been cut; download "
                       "it again.",
                       (unsigned long long)camt_line(camt), XML_ErrorString(code));
}

static int parse(struct camt *camt, const char *text, size_t length, bool is_last)
{
    XML_Parser parser = (XML_Parser)camt->parser;
    camt->fed += length;
    if (XML_Parse(parser, text, (int)length, is_last) != XML_STATUS_OK)
        return fail_xml(camt);
    XML_Index at = XML_GetCurrentByteIndex(parser);
    uint64_t seen = at > 0 ? (uint64_t)at : 0;
    if (!is_last && camt->fed - seen > IMPORT_LINE_MAX)
        return import_fail(camt->pass, IMPORT_TOO_LARGE, camt_line(camt),
                           "The tag or comment on line %llu is longer than %d bytes.",
                           (unsigned long long)camt_line(camt), IMPORT_LINE_MAX);
    return 0;
}

static int feed_camt(void *state, const char *text, size_t length)
{
    struct camt *camt = state;
    for (size_t at = 0; at < length; at += PIECE) {
        int r = parse(camt, text + at, length - at < PIECE ? length - at : PIECE, false);
        if (r != 0)
            return r;
    }
    return 0;
}

static int end_camt(void *state)
{
    struct camt *camt = state;
    int r = parse(camt, "", 0, true);
    if (r != 0)
        return r;
    if (!camt->has_statement)
        return import_fail(camt->pass, IMPORT_NO_STATEMENT, 0,
                           "There is no statement in this file: it has a header and nothing else. "
                           "Choose a period with transactions and download it again.");
    struct import_mapping *mapping = &camt->pass->profile.mapping;
    mapping->date_order = IMPORT_DATE_YMD;
    mapping->decimal_mark = IMPORT_MARK_POINT;
    return 0;
}

const struct import_reader camt_reader = {
    .name = "camt", .open = open_camt, .feed = feed_camt, .end = end_camt, .close = close_camt};
