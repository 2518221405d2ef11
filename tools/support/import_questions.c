/* What a file leaves open: 03/04/2026 throughout, a sign that could mean either, columns without a
 * header. The person is asked where the client can ask, or sits at a shell; otherwise the call is
 * refused with the answers to choose from, each a value of the argument `mapping`. */
#include <errno.h>
#include <string.h>

#include "mcp/ask.h"
#include "tools/support/import_job.h"

enum {
    TEXT_MAX = 4000,
    SCHEMA_MAX = 16000
};

static void write_options(struct json_out *out, const struct import_question *question)
{
    json_put_text(out, "type", "string");
    json_put_text(out, "description", question->text);
    if (question->option_count == 0)
        return;
    json_put_array(out, "oneOf");
    for (size_t i = 0; i < question->option_count; i++) {
        json_object(out);
        json_put_text(out, "const", question->options[i].value);
        json_put_text(out, "title", question->options[i].meaning);
        json_end_object(out);
    }
    json_end_array(out);
}

/* The form: one text for each question. */
static const char *form(struct import_job *job)
{
    OWNED_BUF text = BUF_INIT(SCHEMA_MAX);
    struct json_out out;
    json_out_init(&out, &text);
    json_object(&out);
    json_put_text(&out, "type", "object");
    json_put_object(&out, "properties");
    for (size_t i = 0; i < job->profile.question_count; i++) {
        json_put_object(&out, job->profile.questions[i].name);
        write_options(&out, &job->profile.questions[i]);
        json_end_object(&out);
    }
    json_end_object(&out);
    json_put_array(&out, "required");
    for (size_t i = 0; i < job->profile.question_count; i++)
        json_text(&out, job->profile.questions[i].name);
    json_end_array(&out);
    json_end_object(&out);
    return json_out_error(&out) == 0 ? arena_strdup(call_arena(job->call), buf_text(&text)) : NULL;
}

static void describe(const struct import_question *question, struct buf *text)
{
    (void)buf_append_text(text, question->text);
    for (size_t i = 0; i < question->option_count; i++)
        (void)buf_printf(text, "%s%s=%s (%s)", i == 0 ? " Say " : ", or ", question->name,
                         question->options[i].value, question->options[i].meaning);
    (void)buf_append_char(text, question->option_count > 0 ? '.' : ' ');
}

/* Bytes of the first sentence, without its mark. */
static size_t first_sentence(const char *text)
{
    size_t at = 0;
    while (text[at] && !(strchr(".?", text[at]) && (text[at + 1] == ' ' || text[at + 1] == '\0')))
        at++;
    return at;
}

/* One question at a time: the answer to one may settle the next. */
static int refuse(struct import_job *job)
{
    const struct import_question *question = &job->profile.questions[0];
    OWNED_BUF text = BUF_INIT(TEXT_MAX);
    const char *candidates[IMPORT_OPTIONS_MAX + 1] = {NULL};
    const char *quote = import_say(job->call, "\"", "");
    (void)buf_printf(&text, "%s%.*s. Nothing was saved. %s ",
                     import_say(job->call, "mapping: ", ""), (int)first_sentence(question->text),
                     question->text,
                     import_say(job->call, "Repeat the call with mapping", "Say --mapping"));
    for (size_t i = 0; i < question->option_count; i++) {
        candidates[i] = arena_printf(call_arena(job->call), "%s=%s", question->name,
                                     question->options[i].value);
        (void)buf_printf(&text, "%s%s%s%s (%s)", i == 0 ? "" : " or ", quote,
                         candidates[i] ? candidates[i] : "", quote, question->options[i].meaning);
    }
    if (question->option_count == 0)
        (void)buf_printf(&text, "%s%s=…%s", quote, question->name, quote);
    (void)buf_append_char(&text, '.');
    return call_fail(job->call, &(struct call_error){.code = "ambiguous_file",
                                                     .field = "mapping",
                                                     .message = buf_text(&text),
                                                     .saved = "no",
                                                     .candidates = candidates});
}

static int take_answers(struct import_job *job, const cJSON *content)
{
    for (size_t i = 0; i < job->profile.question_count; i++) {
        const char *name = job->profile.questions[i].name;
        const char *value = json_get_text(content, name);
        if (!value || import_mapping_set(&job->answers, name, value) < 0)
            return -EINVAL;
    }
    return 0;
}

/* The person at the shell chooses: 1, or refuses. The file is looked at again after each answer, so one
 * question at a time here too. */
static int ask_at_shell(struct import_job *job, const struct import_shell *shell)
{
    const struct import_question *question = &job->profile.questions[0];
    int choice = question->option_count > 0 ? shell->choose(shell->data, question) : -1;
    if (choice < 0 || (size_t)choice >= question->option_count)
        return refuse(job);
    int r = import_mapping_set(&job->answers, question->name, question->options[choice].value);
    return r < 0 ? r : 1;
}

int import_ask_open(struct import_job *job)
{
    OWNED_BUF message = BUF_INIT(TEXT_MAX);
    const struct import_shell *shell = import_shell(job->call);
    if (shell)
        return ask_at_shell(job, shell);
    if (job->has_asked || !call_can_ask(job->call, ASK_FORM))
        return refuse(job);
    (void)buf_append_text(&message, "The file does not say everything.");
    for (size_t i = 0; i < job->profile.question_count; i++) {
        (void)buf_append_char(&message, ' ');
        describe(&job->profile.questions[i], &message);
    }
    const struct ask question = {
        .key = "mapping", .kind = ASK_FORM, .message = buf_text(&message), .schema = form(job)};
    if (!question.schema)
        return -ENOMEM;
    const struct ask_answer *answer = ask_answer(job->call, &question);
    if (!answer)
        return call_ask(job->call);
    job->has_asked = true;
    if (answer->action != ASK_ACCEPTED || take_answers(job, answer->content) < 0)
        return refuse(job);
    return 1;
}
