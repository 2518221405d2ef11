/* Large changes are confirmed: by the person, when the client can ask, or by the token of a dry run,
 * which is bound to the tool, its arguments and the number of rows, and good once. It does not
 * decide who reads what the dry run showed: that is up to the client. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "mcp/ask.h"
#include "tools/support/canonical.h"
#include "tools/support/change.sql.h"
#include "tools/support/change_impl.h"
#include "tools/support/sentence.h"

enum {
    TOKEN_BYTES = 16,
    QUESTION_MAX = 1000
};

struct sure {
    bool sure;
};

static const struct field sure_fields[] = {
    ARG_BOOL(struct sure, sure, .flags = FIELD_REQUIRED, .doc = "Yes, do it."),
    ARG_END,
};

/* What a token stands for: the same for a dry run and what follows it. */
static const char *meaning(struct change *change)
{
    static const char *const apart[] = {"idempotency_key", "dry_run", "confirm", "expected_count",
                                        NULL};
    return canonical_text(call_arena(change->call), call_json(change->call), apart);
}

/* --- the token ------------------------------------------------------------------------------- */

static int make_token(struct change *change)
{
    unsigned char random[TOKEN_BYTES];
    char text[2 * TOKEN_BYTES + 1];
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return -EIO;
    for (size_t i = 0; i < sizeof(random); i++)
        (void)snprintf(text + 2 * i, 3, "%02x", random[i]);
    change->token = arena_strdup(call_arena(change->call), text);
    return change->token ? 0 : -ENOMEM;
}

static int given(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                 size_t steps)
{
    (void)tx;
    (void)rows;
    (void)steps;
    change_of(call)->tx = NULL;
    return call_reply(call);
}

/* In a transaction of its own: the one of the dry run was rolled back. */
int change_give_token(struct change *change)
{
    struct call *call = change->call;
    const char *count = arena_printf(call_arena(call), "%lld", (long long)change->rows_to_confirm);
    const char *values[] = {call_ledger(call)->id_text,
                            change->token,
                            call_tool(call)->name,
                            meaning(change),
                            count,
                            call_now(call),
                            CONFIRM_LIFE};
    const struct db_step step = {&sql_give_token, values};
    change->tx = values[3] && count ? tool_tx_begin(call, NULL) : NULL;
    return change->tx ? tool_tx_run(change->tx, &step, 1, true, given) : -ENOMEM;
}

const char *const *change_token_values(struct change *change)
{
    struct call *call = change->call;
    const char *what = meaning(change);
    if (!what) {
        change->error = -ENOMEM;
        return NULL;
    }
    return change_values(change,
                         (const char *const[]){call_ledger(call)->id_text,
                                               change_args(change)->confirm, call_tool(call)->name,
                                               what, call_now(call)},
                         5);
}

static int check_token(struct change *change, size_t rows)
{
    if (change->confirmed_rows == (int64_t)rows)
        return 0;
    OWNED_BUF happened = BUF_INIT(QUESTION_MAX);
    if (change->confirmed_rows < 0) {
        (void)change_refuse(change, "bad_confirmation", "confirm",
                            "this token is not one of this request, was used, or is older than "
                            "five minutes.",
                            "Repeat the dry run and take its token.");
        return 1;
    }
    (void)buf_printf(&happened, "it stands for %lld rows, and now there are %zu.",
                     (long long)change->confirmed_rows, rows);
    (void)change_refuse(change, "bad_confirmation", "confirm", buf_text(&happened),
                        "Repeat the dry run and take its token.");
    return 1;
}

/* --- the person ------------------------------------------------------------------------------ */

/* 0 when the person has agreed; 1 when the call was refused, or asks and begins again; negative
 * errno. The question carries the number of rows in its name: other rows are another question. */
static int ask_person(struct change *change, const char *act, size_t rows)
{
    struct call *call = change->call;
    OWNED_BUF text = BUF_INIT(QUESTION_MAX);
    struct sure sure = {false};
    const char *key = arena_printf(call_arena(call), "sure_%zu", rows);
    if (!key)
        return -ENOMEM;
    (void)buf_printf(&text, "%s ", act);
    sentence_count(&text, (long long)rows, "row of the books", "rows of the books");
    (void)buf_append_text(&text, "? It can be undone as a whole.");
    const struct ask question = {.key = key, .message = buf_text(&text), .fields = sure_fields};
    const struct ask_answer *answer = ask_answer(call, &question);
    if (!answer) {
        change_roll_back(change);
        return call_ask(call) < 0 ? -ENOMEM : 1;
    }
    int r = answer->action == ASK_ACCEPTED ? ask_bind(call, sure_fields, answer, &sure) : 0;
    if (r == -ENOMEM || (r == 0 && sure.sure))
        return r;
    (void)change_refuse(change, "declined", NULL, "The person was asked and did not agree.",
                        "Do not repeat it without being told to.");
    return 1;
}

static int refuse_unconfirmed(struct change *change, const char *act, size_t rows)
{
    OWNED_BUF happened = BUF_INIT(QUESTION_MAX);
    (void)buf_printf(&happened, "%s ", act);
    sentence_count(&happened, (long long)rows, "row", "rows");
    (void)buf_append_text(&happened, ": that has to be confirmed.");
    (void)change_refuse(change, "confirmation_needed", NULL, buf_text(&happened),
                        "Repeat with dry_run, show the person what it says, then repeat without "
                        "dry_run and with its confirm token.");
    return 1;
}

int change_confirm(struct change *change, const char *act, size_t rows, bool always)
{
    bool is_dry_run = change_is_dry_run(change);
    /* A token is looked at even where none is needed: it may stand for other rows. */
    if (!is_dry_run && change_args(change)->confirm)
        return check_token(change, rows);
    if (!always && rows <= BLAST_RADIUS_ROWS)
        return 0;
    change->rows_to_confirm = (int64_t)rows;
    if (is_dry_run)
        return make_token(change);
    if (call_can_ask(change->call, ASK_FORM))
        return ask_person(change, act, rows);
    return refuse_unconfirmed(change, act, rows);
}
