/* An import under way: surveyed, asked about, read into import_rows (import_job.c), compared with the
 * books, shown (import_show.c) and saved (import_apply.c). A transaction of its own holds what was
 * read; the books change in another one, by the frame of changes, all or nothing.
 *
 * The file is read a piece at a time, and the loop gets its turn in between: a large file delays
 * nobody, and a cancelled call stops where it is. */
#ifndef TOOLS_SUPPORT_IMPORT_JOB_H
#define TOOLS_SUPPORT_IMPORT_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "import/import.h"
#include "mcp/call.h"
#include "tools/support/import_columns.h"
#include "tools/support/import_shell.h"
#include "tools/support/names.h"
#include "tools/support/query.h"
#include "tools/support/statement_file.h"

struct import_job;

/* The arguments of import_transactions. */
struct import_args {
    const char *content, *path;
    const char *format;
    struct name_ref account;
    const char *mapping;
    const char *mode;
    int64_t import_id;
    struct field_list as_new; /* of int64_t */
    bool create_missing;
    bool skip_bad_rows;
    int64_t limit;

    struct import_job *job; /* no argument */
};

/* The rows wait in the database, under job->import_id. 0 or a negative errno. */
typedef int import_staged(struct import_job *job);

struct import_job {
    struct call *call;
    const struct import_args *wish;
    import_staged *staged;
    bool compares; /* with the books, at once */

    struct statement_file file;
    struct import_options options;
    struct import_mapping answers; /* what was said about the file, now or before */
    struct import_profile profile;
    struct import_summary summary;
    struct import_pass *pass;
    uint64_t offset;
    bool knows_answers; /* of former files */
    bool has_asked;
    const char *account_id; /* of the account that was named, NULL when there is none yet */
    char account_currency[4];
    bool is_read;
    bool is_storing; /* a chunk is on its way into the database */

    struct import_columns columns;
    struct buf problems; /* JSON texts with commas between */
    uint64_t problem_count;
    uint64_t refused; /* rows that the books cannot hold */
    struct tool_tx *tx;
    const char *import_id;
};

/* Begins; ends with staged(), or with an answer of its own. 0 or a negative errno. */
MUST_CHECK int import_job_start(struct call *call, bool compares, import_staged *staged);

/* import_questions.c: the file leaves something open that nobody has answered yet. Asks the person,
 * takes the answers, or refuses. 1: answered, survey again; 0: the call goes on by itself. */
MUST_CHECK int import_ask_open(struct import_job *job);

/* Parameters of `prepare` (import_stage.sql): milliseconds, as IMPORT_MS. */
#define IMPORT_PREPARE          \
    {                           \
        "600000", "off", "64MB" \
    }

/* import_compare.c: what there is to compare with (import_compare.sql, around). */
struct import_around {
    bool has_keys, has_neighbours, has_legs;
    bool was_compared;  /* with the books as they were once */
    bool is_current;    /* … as they still are */
    bool touches;       /* … and then some rows replaced, joined or paired with expenses */
    bool has_past;      /* something has a category */
    bool has_purchases; /* something was paid not long before the rows */
    bool has_returns;   /* refunds may be found; the rows may say otherwise */
};

enum import_around_column {
    AROUND_HAS_KEYS,
    AROUND_HAS_NEIGHBOURS,
    AROUND_HAS_LEGS,
    AROUND_COMPARED,
    AROUND_BOOKS,
    AROUND_TOUCHES,
    AROUND_HAS_PAST,
    AROUND_HAS_PURCHASES
};

enum {
    IMPORT_COMPARE_STEPS = 8
};

void import_look_around(const struct db_rows *rows, struct import_around *ret_around);

/* The steps that compare `import` {ledger, import}, borrowed, with the books; returns how many. */
size_t import_compare_steps(const struct import_around *around, const char *const *import,
                            struct db_step steps[IMPORT_COMPARE_STEPS]);

/* import_facts.c: JSON about the file, and the parameters of `place` (import_stage.sql): NULL when out of
 * memory. */
const char *import_facts(struct import_job *job);
const char **import_place_values(struct import_job *job);

/* import_show.c: answers with what import `id` is (`change` the number of its change, or NULL). */
struct import_shown {
    const char *id;
    const char *change;
    int64_t limit;
    bool is_saved;
    bool is_replayed;
    int64_t stored; /* new rows, when saved */
};

MUST_CHECK int import_show(struct call *call, const struct import_shown *shown);
extern const struct field import_result[];

/* import_apply.c: saves import `id` by a change. `as_new`: rows that are new although they look like
 * something in the books. */
struct import_saving {
    const char *id;
    struct field_list as_new; /* of int64_t */
    bool skip_bad_rows;
    int64_t limit;
};

MUST_CHECK int import_save(struct call *call, const struct import_saving *saving);

#endif
