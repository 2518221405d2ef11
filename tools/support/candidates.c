/* The second look at names. It reads vocabulary only when a statement could not place a name, and
 * keeps none of it. */
#include "tools/support/candidates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tools/support/candidates.sql.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"

enum {
    COLUMN_KIND,
    COLUMN_ID,
    COLUMN_LABEL,
    COLUMN_KEY,
    COLUMN_LEAF
};

enum {
    MESSAGE_MAX_BYTES = 2000,
    NEAR_DISTANCE = 4
};

/* The names that could be meant by one that was asked: the best ones only, by row of the
 * vocabulary. */
struct shortlist {
    enum name_match match;
    int distance;
    size_t rows[CANDIDATES_MAX];
    size_t count; /* may exceed what `rows` holds */
};

/* A lookup under way, in the arena of the call. */
struct lookup {
    struct name_question *question;
    bool *is_unknown; /* for each name of the question */
};

/* --- comparing ------------------------------------------------------------------------------- */

/* Whether `key` is `asked` or ends with it after ": "; blanks around colons do not count. */
static bool is_path_end(const char *asked, const char *key)
{
    const char *a = asked + strlen(asked);
    const char *k = key + strlen(key);
    while (a > asked && k > key) {
        bool is_skippable_a = a[-1] == ' ' && (a - 1 == asked || a[-2] == ':' || *a == ':');
        bool is_skippable_k = k[-1] == ' ' && (k - 1 == key || k[-2] == ':' || *k == ':');
        if (is_skippable_a) {
            a--;
        } else if (is_skippable_k) {
            k--;
        } else if (a[-1] != k[-1]) {
            return false;
        } else {
            a--;
            k--;
        }
    }
    return a == asked && (k == key || (k - key >= 2 && strncmp(k - 2, ": ", 2) == 0));
}

enum name_match name_compare(const char *asked, const char *key, const char *leaf,
                             int *ret_distance)
{
    *ret_distance = 0;
    if (strcmp(asked, leaf) == 0 || is_path_end(asked, key))
        return NAME_SAME;
    int to_key = fold_distance(asked, key, NEAR_DISTANCE);
    int to_leaf = fold_distance(asked, leaf, NEAR_DISTANCE);
    *ret_distance = to_key < to_leaf ? to_key : to_leaf;
    if (*ret_distance <= fold_typos_allowed(asked))
        return NAME_TYPO;
    if (fold_has_words(leaf, asked))
        return NAME_WORDS;
    if (fold_has_words(key, asked))
        return NAME_PATH;
    size_t points = strlen(asked);
    return *ret_distance <= NEAR_DISTANCE && (size_t)*ret_distance * 2 <= points ? NAME_NEAR
                                                                                 : NAME_OTHER;
}

static void consider(struct shortlist *list, enum name_match match, int distance, size_t row)
{
    /* Words are alike, however much longer the name is. */
    int rank = match == NAME_WORDS || match == NAME_PATH ? 0 : distance;
    bool is_better = match < list->match ||
                     (match == list->match && match != NAME_NEAR && rank < list->distance);
    if (is_better) {
        list->match = match;
        list->distance = rank;
        list->count = 0;
    } else if (match != list->match || (match != NAME_NEAR && rank > list->distance)) {
        return;
    }
    if (list->count < CANDIDATES_MAX)
        list->rows[list->count] = row;
    list->count++;
}

static struct shortlist search(const struct name_ref *name, const struct db_rows *rows)
{
    struct shortlist list = {.match = NAME_OTHER};
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        int distance = 0;
        if (strcmp(db_rows_text(rows, i, COLUMN_KIND), name->kind->code) != 0)
            continue;
        enum name_match match = name_compare(name->folded, db_rows_text(rows, i, COLUMN_KEY),
                                             db_rows_text(rows, i, COLUMN_LEAF), &distance);
        if (match != NAME_OTHER)
            consider(&list, match, distance, i);
    }
    return list;
}

/* --- the error ------------------------------------------------------------------------------- */

static void say_candidates(struct buf *text, const struct shortlist *list,
                           const struct db_rows *rows)
{
    size_t shown = list->count < CANDIDATES_MAX ? list->count : CANDIDATES_MAX;
    for (size_t i = 0; i < shown; i++) {
        (void)buf_append_text(text, i == 0 ? "" : i + 1 == shown ? " or " : ", ");
        sentence_name(text, db_rows_text(rows, list->rows[i], COLUMN_LABEL));
    }
}

/* That there is no such name, or can be none. */
static void say_unknown(struct buf *text, const struct name_question *question,
                        const struct name_ref *name)
{
    const char *word = question->is_write ? name_reserved_part(name->kind, name->folded) : NULL;
    (void)buf_printf(text, "no %s %s called ", name->kind->noun, word ? "can be" : "is");
    sentence_name(text, name->text);
    if (word && strcmp(word, name->folded) != 0)
        (void)buf_printf(text, ": the word \"%s\" is no name", word);
    (void)buf_append_char(text, '.');
}

/* What to write instead, where several could not be meant. */
static void say_instead(struct buf *text, const struct name_question *question,
                        const struct name_ref *name, const struct shortlist *list,
                        const struct db_rows *rows)
{
    if (name_means_none(name->kind, name->folded)) {
        (void)buf_printf(text, " Write %s for what has none.", name->kind->none);
    } else if (list->count > 0) {
        (void)buf_append_text(text, " Did you mean ");
        say_candidates(text, list, rows);
        (void)buf_append_char(text, '?');
    } else if (!question->is_write && strcmp(name->folded, "all") == 0) {
        (void)buf_printf(text, " Leave it out for all; get_context lists the %s there are.",
                         name->kind->nouns);
    } else {
        (void)buf_printf(text, " get_context lists the %s there are.", name->kind->nouns);
    }
}

static int refuse(struct call *call, const struct name_question *question, size_t item,
                  const struct shortlist *list, const struct db_rows *rows)
{
    OWNED_BUF text = BUF_INIT(MESSAGE_MAX_BYTES);
    const struct name_ref *name = question->asked[item];
    const char *candidates[CANDIDATES_MAX + 1] = {NULL};
    for (size_t i = 0; i < list->count && i < CANDIDATES_MAX; i++)
        candidates[i] = db_rows_text(rows, list->rows[i], COLUMN_LABEL);
    bool is_ambiguous = list->count > 1 && list->match < NAME_NEAR;
    (void)buf_printf(&text, "%s: ", question->fields[item]);
    if (is_ambiguous) {
        sentence_name(&text, name->text);
        (void)buf_append_text(&text, " could be ");
        say_candidates(&text, list, rows);
        (void)buf_append_text(&text, list->count > CANDIDATES_MAX ? " and others." : ".");
    } else {
        say_unknown(&text, question, name);
    }
    if (question->is_write)
        (void)buf_append_text(&text, " Nothing was saved.");
    if (is_ambiguous)
        (void)buf_append_text(&text, " Say which one, or give its id.");
    else
        say_instead(&text, question, name, list, rows);
    return call_fail(call, &(struct call_error){
                               .code = is_ambiguous ? "ambiguous_name" : "not_found",
                               .field = question->fields[item],
                               .message = buf_text(&text),
                               .saved = call_is_read_only(call) ? NULL : "no",
                               .candidates = candidates,
                           });
}

/* --- the lookup ------------------------------------------------------------------------------ */

/* Puts the one candidate in the place of what was asked. */
static int accept(struct call *call, struct name_question *question, struct name_ref *name,
                  const struct db_rows *rows, size_t row)
{
    struct arena *arena = call_arena(call);
    OWNED_BUF note = BUF_INIT(MESSAGE_MAX_BYTES);
    (void)buf_append_text(&note, question->notes ? question->notes : "");
    (void)buf_append_text(&note, " Read ");
    sentence_name(&note, name->text);
    (void)buf_append_text(&note, " as ");
    sentence_name(&note, db_rows_text(rows, row, COLUMN_LABEL));
    (void)buf_append_char(&note, '.');
    question->notes = arena_strdup(arena, buf_text(&note));
    name->folded = arena_strdup(arena, db_rows_text(rows, row, COLUMN_KEY));
    name->id = 0;
    return question->notes && name->folded ? 0 : -ENOMEM;
}

static int settle_item(struct call *call, const struct lookup *lookup, size_t item,
                       const struct db_rows *rows, bool *ret_ended)
{
    struct name_question *question = lookup->question;
    struct name_ref *name = question->asked[item];
    struct shortlist list = search(name, rows);
    bool is_exact = question->is_write || name_is_reserved(name->kind, name->folded);
    bool is_clear = list.count == 1 && list.match <= (is_exact ? NAME_SAME : NAME_PATH);
    if (is_clear)
        return accept(call, question, name, rows, list.rows[0]);
    *ret_ended = true;
    return refuse(call, question, item, &list, rows);
}

static int vocabulary_read(struct call *call, const struct db_rows *rows, void *data)
{
    const struct lookup *lookup = data;
    bool has_ended = false;
    int r = 0;
    for (size_t i = 0; r == 0 && !has_ended && i < lookup->question->count; i++) {
        if (lookup->is_unknown[i])
            r = settle_item(call, lookup, i, rows, &has_ended);
    }
    return r == 0 && !has_ended ? lookup->question->again(call) : r;
}

/* Marks the names whose numbers stand in "2,5". -EINVAL when they make no sense. */
static int read_unknown(const struct lookup *lookup, const char *unknown)
{
    for (const char *at = unknown; *at != '\0';) {
        char *end = NULL;
        unsigned long number = strtoul(at, &end, 10);
        if (end == at || number < 1 || number > lookup->question->count)
            return -EINVAL;
        lookup->is_unknown[number - 1] = true;
        at = *end == ',' ? end + 1 : end;
    }
    return 0;
}

static int look_up(struct call *call, const struct lookup *wanted)
{
    OWNED_BUF kinds = BUF_INIT(1024);
    char most[16];
    struct lookup *lookup = arena_alloc(call_arena(call), sizeof(*lookup));
    if (!lookup)
        return -ENOMEM;
    *lookup = *wanted;
    for (size_t i = 0; i < lookup->question->count; i++) {
        if (lookup->is_unknown[i])
            (void)db_array_append(&kinds, lookup->question->asked[i]->kind->code);
    }
    if (db_array_end(&kinds) != 0)
        return -ENOMEM;
    (void)snprintf(most, sizeof(most), "%d", VOCABULARY_MAX);
    const char *values[] = {call_ledger(call)->id_text, buf_text(&kinds), most};
    return tool_read_with(call, &sql_vocabulary, values, vocabulary_read, lookup);
}

int names_settle(struct call *call, struct name_question *question, const char *unknown)
{
    if (unknown[0] == '\0')
        return 1;
    /* A name that was found a moment ago and is gone now has been renamed meanwhile. */
    if (question->was_asked_again)
        return call_refuse(call, NULL, "a name was changed by somebody else meanwhile; repeat");
    question->was_asked_again = true;
    struct lookup lookup = {.question = question};
    lookup.is_unknown = arena_array(call_arena(call), question->count, sizeof(bool));
    if (!lookup.is_unknown)
        return -ENOMEM;
    int r = read_unknown(&lookup, unknown);
    return r == 0 ? look_up(call, &lookup) : r;
}
