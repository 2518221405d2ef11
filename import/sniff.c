/* Formats by content: what a file calls itself has no say. */
#include <string.h>
#include <strings.h>

#include "base/own.h"
#include "import/pass.h"

/* What people drop on an importer that is no bank file, and what to do about it. */
static const struct foreign {
    const char *bytes;
    size_t length;
    const char *refusal;
} foreign[] = {
    {"%PDF-", 5,
     "This is a PDF, which cannot be read reliably. Download the same statement as CSV, OFX, CAMT "
     "or MT940 from your bank instead."},
    {"PK\3\4", 4,
     "This is an Excel workbook or a zip archive. Open it and save the sheet as CSV, or unpack the "
     "archive, and import that file."},
    {"\xd0\xcf\x11\xe0", 4,
     "This is an old Excel workbook. Open it, save the sheet as CSV, and import that file."},
    {"\x1f\x8b", 2, "This is a compressed file. Unpack it and import what is in it."},
    {"7z\xbc\xaf", 4, "This is a 7z archive. Unpack it and import what is in it."},
    {"{\\rtf", 5, "This is a text document. Download the statement as CSV, OFX, CAMT or MT940."},
    {"SQLite format 3", 15, "This is a database, not a bank file."},
};

static const char *find(const char *text, size_t length, const char *words)
{
    size_t size = strlen(words);
    for (size_t at = 0; at + size <= length; at++) {
        if (strncasecmp(text + at, words, size) == 0)
            return text + at;
    }
    return NULL;
}

static bool begins(const char *text, size_t length, const char *words)
{
    size_t size = strlen(words);
    return size <= length && strncasecmp(text, words, size) == 0;
}

/* Whether some line begins with the words. */
static bool has_line(const char *text, size_t length, const char *words)
{
    size_t size = strlen(words);
    bool at_begin = true;
    for (size_t at = 0; at + size <= length; at++) {
        if (at_begin && memcmp(text + at, words, size) == 0)
            return true;
        at_begin = text[at] == '\n' || text[at] == '\r' || (unsigned char)text[at] < 0x20;
    }
    return false;
}

static enum import_format sniff_markup(const char *text, size_t length, const char **ret_refusal)
{
    if (find(text, length, "BkToCstmrDbtCdtNtfctn")) {
        *ret_refusal = "This is a CAMT.054 notification, which repeats parts of statements. "
                       "Download the statement itself (CAMT.053) and import that file.";
        return IMPORT_FORMAT_UNKNOWN;
    }
    if (find(text, length, "BkToCstmr") || find(text, length, "xsd:camt.05"))
        return IMPORT_FORMAT_CAMT;
    bool is_page = find(text, length, "<html") || find(text, length, "<!doctype html");
    *ret_refusal = is_page ? "This is a web page, perhaps a sign-in page that was saved instead of "
                             "the file. Download the statement again."
                           : "This is XML, but no bank statement that is known (CAMT.053, OFX).";
    return IMPORT_FORMAT_UNKNOWN;
}

static bool is_qif(const char *text, size_t length)
{
    static const char *const heads[] = {"!Type:", "!Account", "!Option", "!Clear"};
    for (size_t i = 0; i < ARRAY_LENGTH(heads); i++) {
        if (begins(text, length, heads[i]))
            return true;
    }
    return false;
}

static bool is_mt940(const char *text, size_t length)
{
    return has_line(text, length, ":20:") &&
           (has_line(text, length, ":25:") || has_line(text, length, ":60F:") ||
            has_line(text, length, ":60M:") || has_line(text, length, ":61:"));
}

enum import_format import_sniff(const char *bytes, size_t byte_count, const char *text,
                                size_t length, const char **ret_refusal)
{
    for (size_t i = 0; i < ARRAY_LENGTH(foreign); i++) {
        if (byte_count >= foreign[i].length &&
            memcmp(bytes, foreign[i].bytes, foreign[i].length) == 0) {
            *ret_refusal = foreign[i].refusal;
            return IMPORT_FORMAT_UNKNOWN;
        }
    }
    while (length > 0 && (unsigned char)text[0] <= ' ') {
        text++;
        length--;
    }
    if (length == 0) {
        *ret_refusal = "The file is empty.";
        return IMPORT_FORMAT_UNKNOWN;
    }
    if (find(text, length, "OFXHEADER") || find(text, length, "<OFX>"))
        return IMPORT_FORMAT_OFX;
    if (is_mt940(text, length))
        return IMPORT_FORMAT_MT940;
    if (text[0] == '<')
        return sniff_markup(text, length, ret_refusal);
    return is_qif(text, length) ? IMPORT_FORMAT_QIF : IMPORT_FORMAT_CSV;
}
