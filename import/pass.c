/* One pass from the first byte to the last: bounds, character set, format, reader. What the survey
 * decides about the file as a whole is put together here; dates and amounts are the readers'. */
#include "import/pass.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

enum {
    WINDOW_TEXT_MAX = 4 * IMPORT_WINDOW_MAX /* what the window can become as UTF-8 */
};

/* FNV-1a: tells a changed file, not an attacker. */
static uint64_t fingerprint(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

static const struct import_reader *reader_of(enum import_format format)
{
    switch (format) {
    case IMPORT_FORMAT_CSV:
        return &csv_reader;
    case IMPORT_FORMAT_OFX:
    case IMPORT_FORMAT_QFX:
        return &ofx_reader;
    case IMPORT_FORMAT_QIF:
        return &qif_reader;
    case IMPORT_FORMAT_CAMT:
        return &camt_reader;
    case IMPORT_FORMAT_MT940:
        return &mt940_reader;
    case IMPORT_FORMAT_UNKNOWN:
        break;
    }
    return NULL;
}

static struct import_pass *new_pass(const struct import_options *options)
{
    struct import_pass *pass = mem_zalloc(sizeof(*pass));
    if (!pass)
        return NULL;
    pass->max_bytes = options && options->max_bytes ? options->max_bytes : IMPORT_FILE_MAX;
    pass->max_rows = options && options->max_rows ? options->max_rows : IMPORT_ROWS_MAX;
    pass->fingerprint = UINT64_C(14695981039346656037);
    buf_init(&pass->window, IMPORT_WINDOW_MAX);
    buf_init(&pass->text, WINDOW_TEXT_MAX);
    buf_init(&pass->payee, IMPORT_TEXT_MAX);
    import_entry_init(&pass->entry);
    import_kind_index(&pass->kinds);
    return pass;
}

int import_survey_start(const struct import_options *options, struct import_pass **ret_pass)
{
    struct import_pass *pass = new_pass(options);
    if (!pass)
        return -ENOMEM;
    pass->is_survey = true;
    if (options)
        pass->profile.mapping = options->mapping;
    *ret_pass = pass;
    return 0;
}

static int feed_reader(void *user, const char *text, size_t length)
{
    struct import_pass *pass = user;
    return pass->reader->feed(pass->state, text, length);
}

int import_read_start(const struct import_profile *profile, const struct import_options *options,
                      const struct import_handler *handler, struct import_pass **ret_pass)
{
    const struct import_reader *reader = reader_of(profile->format);
    if (!reader || profile->question_count > 0)
        return -EINVAL;
    struct import_pass *pass = new_pass(options);
    if (!pass)
        return -ENOMEM;
    pass->profile = *profile;
    if (handler)
        pass->handler = *handler;
    pass->reader = reader;
    int r = import_charset_open(pass->profile.encoding, IMPORT_CHARSET_STRICT, &pass->charset);
    if (r == 0)
        r = reader->open(pass, NULL, 0, &pass->state);
    if (r < 0) {
        import_free(pass);
        return r;
    }
    pass->is_open = true;
    *ret_pass = pass;
    return 0;
}

struct import_pass *import_free(struct import_pass *pass)
{
    if (!pass)
        return NULL;
    if (pass->reader)
        pass->reader->close(pass->state);
    import_charset_close(pass->charset);
    buf_free(&pass->window);
    buf_free(&pass->text);
    buf_free(&pass->payee);
    import_entry_free(&pass->entry);
    mem_free(pass);
    return NULL;
}

static int keep_text(void *user, const char *text, size_t length)
{
    struct import_pass *pass = user;
    return buf_append(&pass->text, text, length);
}

static int open_charset(struct import_pass *pass)
{
    const char *name = pass->profile.mapping.encoding;
    enum import_charset_mode mode = IMPORT_CHARSET_STRICT;
    if (!name[0]) {
        name = import_charset_guess(buf_text(&pass->window), pass->window.length,
                                    &pass->charset_is_sure);
        mode = pass->charset_is_sure ? IMPORT_CHARSET_STRICT : IMPORT_CHARSET_MIXED;
    }
    pass->charset_name = name;
    int r = import_charset_open(name, mode, &pass->charset);
    if (r == 0)
        r = import_charset_feed(pass->charset, buf_text(&pass->window), pass->window.length,
                                keep_text, pass);
    return r;
}

/* The window is full, or the file is over: decides what the rest is read with. */
static int open_survey(struct import_pass *pass)
{
    int r = open_charset(pass);
    if (r < 0)
        return r;
    const char *refusal = "";
    struct import_profile *profile = &pass->profile;
    profile->format = import_sniff(buf_text(&pass->window), pass->window.length,
                                   buf_text(&pass->text), pass->text.length, &refusal);
    if (profile->mapping.format != IMPORT_FORMAT_UNKNOWN)
        profile->format = profile->mapping.format;
    pass->reader = reader_of(profile->format);
    if (!pass->reader)
        return import_fail(pass, IMPORT_BAD_FILE, 0, "%s", refusal);
    r = pass->reader->open(pass, buf_text(&pass->text), pass->text.length, &pass->state);
    if (r < 0)
        return r;
    pass->is_open = true;
    r = feed_reader(pass, buf_text(&pass->text), pass->text.length);
    buf_free(&pass->window);
    buf_free(&pass->text);
    return r;
}

static int feed(struct import_pass *pass, const char *bytes, size_t length)
{
    if (length > pass->max_bytes - pass->bytes)
        return import_fail(pass, IMPORT_TOO_LARGE, 0,
                           "The file is larger than %llu bytes. Download a shorter period.",
                           (unsigned long long)pass->max_bytes);
    pass->bytes += length;
    pass->fingerprint = fingerprint(pass->fingerprint, bytes, length);
    if (!pass->is_open) {
        size_t room = IMPORT_WINDOW_MAX - pass->window.length;
        size_t taken = length < room ? length : room;
        int r = buf_append(&pass->window, bytes, taken);
        if (r < 0 || pass->window.length < IMPORT_WINDOW_MAX)
            return r;
        r = open_survey(pass);
        if (r != 0)
            return r;
        bytes += taken;
        length -= taken;
    }
    return import_charset_feed(pass->charset, bytes, length, feed_reader, pass);
}

int import_feed(struct import_pass *pass, const void *bytes, size_t length)
{
    if (pass->error == 0)
        pass->error = feed(pass, bytes, length);
    return pass->error;
}

/* The bytes of the whole file have the last word about its character set. */
static void decide_charset(struct import_pass *pass)
{
    uint64_t valid = import_charset_valid(pass->charset);
    uint64_t damaged = import_charset_damaged(pass->charset);
    const char *name = pass->charset_name;
    bool is_open = !pass->profile.mapping.encoding[0] && !pass->charset_is_sure;
    if (is_open && damaged == 0)
        name = valid > 0 ? "UTF-8" : "US-ASCII";
    else if (is_open && valid > damaged)
        name = "UTF-8";
    bool replaces = !is_open || strcmp(name, "UTF-8") == 0;
    pass->profile.encoding_is_damaged = replaces && damaged > 0;
    import_copy(pass->profile.encoding, sizeof(pass->profile.encoding), name, strlen(name));
}

static int finish(struct import_pass *pass)
{
    if (pass->error != 0)
        return pass->error;
    int r = pass->is_open ? 0 : open_survey(pass);
    if (r == 0)
        r = import_charset_end(pass->charset, feed_reader, pass);
    if (r == 0)
        r = pass->reader->end(pass->state);
    return r;
}

int import_survey_end(struct import_pass *pass, struct import_profile *ret_profile)
{
    if (!pass->is_survey)
        return -EINVAL;
    pass->error = finish(pass);
    if (pass->error != 0)
        return pass->error;
    decide_charset(pass);
    pass->profile.bytes = pass->bytes;
    pass->profile.fingerprint = pass->fingerprint;
    memcpy(pass->profile.mapping.encoding, pass->profile.encoding, sizeof(pass->profile.encoding));
    pass->profile.mapping.format = pass->profile.format;
    *ret_profile = pass->profile;
    return 0;
}

static int finish_reading(struct import_pass *pass)
{
    int r = finish(pass);
    if (r == 0)
        r = import_emit_statements(pass);
    if (r == 0 &&
        (pass->bytes != pass->profile.bytes || pass->fingerprint != pass->profile.fingerprint))
        r = import_fail(pass, IMPORT_CHANGED, 0,
                        "The file changed while it was being read. Wait until it is complete and "
                        "import it again.");
    return r;
}

int import_read_end(struct import_pass *pass, struct import_summary *ret_summary)
{
    if (pass->is_survey)
        return -EINVAL;
    pass->error = finish_reading(pass);
    if (pass->error != 0)
        return pass->error;
    *ret_summary = (struct import_summary){
        .skipped = pass->skipped, .errors = pass->errors, .warnings = pass->warnings};
    import_totals_summary(&pass->totals, ret_summary);
    return 0;
}

const struct import_problem *import_problem(const struct import_pass *pass)
{
    return pass->has_fatal ? &pass->fatal : NULL;
}

static int keep_problem(int r, const struct import_pass *pass, struct import_result *result)
{
    if (r != 0 && import_problem(pass))
        result->problem = *import_problem(pass);
    return r;
}

static int survey_bytes(const void *bytes, size_t length, const struct import_options *options,
                        struct import_result *result)
{
    struct import_pass *pass = NULL;
    int r = import_survey_start(options, &pass);
    if (r < 0)
        return r;
    r = import_feed(pass, bytes, length);
    if (r == 0)
        r = import_survey_end(pass, &result->profile);
    r = keep_problem(r, pass, result);
    import_free(pass);
    return r;
}

static int read_bytes(const void *bytes, size_t length, const struct import_options *options,
                      const struct import_handler *handler, struct import_result *result)
{
    struct import_pass *pass = NULL;
    int r = import_read_start(&result->profile, options, handler, &pass);
    if (r < 0)
        return r;
    r = import_feed(pass, bytes, length);
    if (r == 0)
        r = import_read_end(pass, &result->summary);
    r = keep_problem(r, pass, result);
    import_free(pass);
    return r;
}

int import_bytes(const void *bytes, size_t length, const struct import_options *options,
                 const struct import_handler *handler, struct import_result *ret_result)
{
    memset(ret_result, 0, sizeof(*ret_result));
    int r = survey_bytes(bytes, length, options, ret_result);
    if (r != 0)
        return r;
    if (ret_result->profile.question_count > 0)
        return -EDESTADDRREQ;
    return read_bytes(bytes, length, options, handler, ret_result);
}
