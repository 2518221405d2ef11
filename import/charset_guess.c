/* Which character set a file has, from its first bytes. UTF-8 proves itself; code pages do not, so
 * the file's own header is believed next, then the currencies in it say from which part of the
 * world it comes, and the places of the letters whether it comes from Windows, DOS or Unix. */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "import/amount.h"
#include "import/charset.h"
#include "import/fold.h"

enum {
    HEADER_MAX = 1024,  /* bytes in which a file names its own character set */
    PATTERN_MAX = 1024, /* bytes whose NULs are counted */
    NAME_MAX_FOLDED = 32
};

static const struct alias {
    const char *alias; /* folded, without blanks */
    const char *name;
} aliases[] = {
    {"utf8", "UTF-8"},
    {"ascii", "US-ASCII"},
    {"usascii", "US-ASCII"},
    {"utf16", "UTF-16"},
    {"utf16le", "UTF-16LE"},
    {"utf16be", "UTF-16BE"},
    {"utf32le", "UTF-32LE"},
    {"utf32be", "UTF-32BE"},
    {"iso88591", "WINDOWS-1252"},
    {"88591", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"iso88592", "ISO-8859-2"},
    {"latin2", "ISO-8859-2"},
    {"iso88595", "ISO-8859-5"},
    {"iso88597", "ISO-8859-7"},
    {"iso88599", "ISO-8859-9"},
    {"88599", "ISO-8859-9"},
    {"iso885913", "ISO-8859-13"},
    {"iso885915", "ISO-8859-15"},
    {"885915", "ISO-8859-15"},
    {"latin9", "ISO-8859-15"},
    {"437", "CP437"},
    {"775", "CP775"},
    {"850", "CP850"},
    {"852", "CP852"},
    {"855", "CP855"},
    {"857", "CP857"},
    {"858", "CP858"},
    {"862", "CP862"},
    {"866", "CP866"},
    {"1250", "WINDOWS-1250"},
    {"1251", "WINDOWS-1251"},
    {"1252", "WINDOWS-1252"},
    {"1253", "WINDOWS-1253"},
    {"1254", "WINDOWS-1254"},
    {"1255", "WINDOWS-1255"},
    {"1256", "WINDOWS-1256"},
    {"1257", "WINDOWS-1257"},
    {"1258", "WINDOWS-1258"},
    {"koi8r", "KOI8-R"},
    {"koi8u", "KOI8-U"},
    {"macintosh", "MACINTOSH"},
    {"macroman", "MACINTOSH"},
    {"shiftjis", "CP932"},
    {"sjis", "CP932"},
    {"932", "CP932"},
    {"eucjp", "EUC-JP"},
    {"gbk", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb18030", "GB18030"},
    {"936", "GB18030"},
    {"big5", "BIG5"},
    {"950", "BIG5"},
    {"euckr", "EUC-KR"},
    {"949", "EUC-KR"},
};

/* Where a code page is used, by currency. The euro and all others mean the west. */
static const struct region {
    const char *currencies;
    const char *windows;
    const char *dos;
    const char *iso;
} regions[] = {
    {"", "WINDOWS-1252", "CP850", "ISO-8859-15"},
    {"CZK PLN HUF RON HRK BAM SKK SIT", "WINDOWS-1250", "CP852", "ISO-8859-2"},
    {"RUB UAH BYN BGN KZT MKD RSD", "WINDOWS-1251", "CP866", "ISO-8859-5"},
    {"TRY TRL", "WINDOWS-1254", "CP857", "ISO-8859-9"},
    {"ILS", "WINDOWS-1255", "CP862", "WINDOWS-1255"},
    {"EEK LVL LTL", "WINDOWS-1257", "CP775", "ISO-8859-13"},
};

const char *import_charset_name(const char *name)
{
    char folded[NAME_MAX_FOLDED];
    size_t length = import_fold(name, strnlen(name, NAME_MAX_FOLDED), folded, sizeof(folded));
    char key[NAME_MAX_FOLDED];
    size_t size = 0;
    for (size_t i = 0; i < length; i++) {
        if (folded[i] != ' ')
            key[size++] = folded[i];
    }
    key[size] = '\0';
    const char *short_key = key;
    if (strncmp(key, "windows", 7) == 0)
        short_key = key + 7;
    else if (strncmp(key, "cp", 2) == 0 || strncmp(key, "ms", 2) == 0)
        short_key = key + 2;
    for (size_t i = 0; i < ARRAY_LENGTH(aliases); i++) {
        if (strcmp(aliases[i].alias, key) == 0 || strcmp(aliases[i].alias, short_key) == 0)
            return aliases[i].name;
    }
    return NULL;
}

static const char *by_mark(const char *bytes, size_t length)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *name;
    } marks[] = {
        {"\xef\xbb\xbf", 3, "UTF-8"},    {"\xff\xfe\0\0", 4, "UTF-32LE"},
        {"\0\0\xfe\xff", 4, "UTF-32BE"}, {"\xff\xfe", 2, "UTF-16LE"},
        {"\xfe\xff", 2, "UTF-16BE"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++) {
        if (length >= marks[i].length && memcmp(bytes, marks[i].bytes, marks[i].length) == 0)
            return marks[i].name;
    }
    return NULL;
}

/* Text of two bytes a character without a mark: every other byte of ASCII is NUL. */
static const char *by_nuls(const char *bytes, size_t length)
{
    size_t count[2] = {0};
    size_t size = length < PATTERN_MAX ? length : PATTERN_MAX;
    for (size_t i = 0; i < size; i++)
        count[i % 2] += bytes[i] == '\0' ? 1 : 0;
    if (size >= 8 && count[1] > size / 4 && count[0] <= size / 16)
        return "UTF-16LE";
    if (size >= 8 && count[0] > size / 4 && count[1] <= size / 16)
        return "UTF-16BE";
    return NULL;
}

/* The value behind `key` in the beginning of the file, up to a quote, a blank or a line end. */
static const char *header_value(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (!at)
        return NULL;
    at += strlen(key);
    while (*at == ' ' || *at == '"' || *at == '\'' || *at == '=' || *at == ':')
        at++;
    char value[NAME_MAX_FOLDED];
    size_t length = strcspn(at, " \"'\r\n?>");
    if (length == 0 || length >= sizeof(value))
        return NULL;
    memcpy(value, at, length);
    value[length] = '\0';
    return import_charset_name(value);
}

/* What an OFX header or an XML declaration says. */
static const char *by_header(const char *bytes, size_t length)
{
    char header[HEADER_MAX + 1];
    size_t size = length < HEADER_MAX ? length : HEADER_MAX;
    for (size_t i = 0; i < size; i++) {
        header[i] = bytes[i];
        if (header[i] == '\0')
            header[i] = ' ';
    }
    header[size] = '\0';
    const char *name = NULL;
    if (strstr(header, "<?xml"))
        name = header_value(header, "encoding");
    if (!name && strstr(header, "OFXHEADER"))
        name = header_value(header, "CHARSET");
    bool says_nothing = name && (strcmp(name, "UTF-8") == 0 || strcmp(name, "US-ASCII") == 0);
    return says_nothing ? NULL : name;
}

static bool is_ascii_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Letters by place: DOS has them from 0x80, Windows and Unix from 0xC0; Latin-2 and Latin-9 have
 * letters and the euro where Windows has signs. */
struct places {
    size_t dos;
    size_t windows;
    size_t iso;
    size_t windows_only;
};

static void count_place(struct places *places, unsigned char byte, bool in_word)
{
    if (byte >= 0xc0) {
        places->windows += in_word ? 1 : 0;
        return;
    }
    bool dos = byte < 0xa0 || (byte > 0xa0 && byte <= 0xa5);
    places->dos += dos && in_word ? 1 : 0;
    places->iso += strchr("\xa4\xb9\xbe\xa9\xae\xb6\xa6", byte) ? 1 : 0;
    places->windows_only += byte < 0xa0 ? 1 : 0;
}

static struct places count_places(const char *bytes, size_t length)
{
    struct places places = {0};
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte < 0x80)
            continue;
        bool in_word = (i > 0 && is_ascii_letter(bytes[i - 1])) ||
                       (i + 1 < length && is_ascii_letter(bytes[i + 1]));
        count_place(&places, byte, in_word);
    }
    return places;
}

static const struct region *region_of(const char *bytes, size_t length)
{
    for (size_t at = 0; at + 3 <= length; at++) {
        bool alone = (at == 0 || !is_ascii_letter(bytes[at - 1])) &&
                     (at + 3 == length || !is_ascii_letter(bytes[at + 3]));
        if (!alone || !import_currency_is_known(bytes + at))
            continue;
        char code[4] = {bytes[at], bytes[at + 1], bytes[at + 2]};
        for (size_t i = 1; i < ARRAY_LENGTH(regions); i++) {
            if (strstr(regions[i].currencies, code))
                return &regions[i];
        }
    }
    return &regions[0];
}

static const char *by_places(const char *bytes, size_t length)
{
    const struct region *region = region_of(bytes, length);
    struct places places = count_places(bytes, length);
    if (places.dos > 2 * places.windows)
        return region->dos;
    if (places.iso > 0 && places.windows_only == 0)
        return region->iso;
    return region->windows;
}

/* Valid but for a character that the end of the window cuts. */
static bool is_utf8(const char *bytes, size_t length)
{
    size_t valid = utf8_valid_length(bytes, length);
    bool is_window = length >= IMPORT_WINDOW_MAX;
    return length == valid ||
           (is_window && length - valid <= 3 && (unsigned char)bytes[valid] >= 0xc2);
}

const char *import_charset_guess(const char *bytes, size_t length, bool *ret_is_sure)
{
    const char *name = by_mark(bytes, length);
    if (!name)
        name = by_nuls(bytes, length);
    *ret_is_sure = name != NULL;
    if (name)
        return name;
    name = by_header(bytes, length);
    if (name && strncmp(name, "UTF-16", 6) != 0)
        return name;
    return is_utf8(bytes, length) ? region_of(bytes, length)->windows : by_places(bytes, length);
}
