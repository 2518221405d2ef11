/* The table of statements and the copies of steps: memory only, nothing is sent here. */
#include "db/statements.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
    TABLE_SIZE = 2 * DB_STATEMENTS_MAX
};

/* FNV-1a, 64 bits. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

void statements_free(struct statements *statements)
{
    for (unsigned i = 0; statements->slots && i < TABLE_SIZE; i++)
        mem_free(statements->slots[i]);
    mem_free(statements->slots);
    *statements = (struct statements){0};
}

static unsigned number_of(const struct statements *statements, const char *sql, uint64_t hash)
{
    for (unsigned i = 0; i < TABLE_SIZE; i++) {
        const struct statement_entry *other = statements->slots[i];
        if (other && other->hash == hash && strcmp(other->sql, sql) == 0)
            return other->number;
    }
    return statements->numbers;
}

static struct statement_entry *add(struct statements *statements,
                                   const struct db_statement *statement)
{
    struct statement_entry *entry = mem_alloc(sizeof(*entry));
    if (!entry)
        return NULL;
    uint64_t hash = hash_text(statement->sql);
    unsigned number = number_of(statements, statement->sql, hash);
    if (number == statements->numbers)
        statements->numbers++;
    statements->count++;
    *entry = (struct statement_entry){
        .statement = statement, .sql = statement->sql, .hash = hash, .number = number};
    (void)snprintf(entry->name, sizeof(entry->name), "np_%016llx_%zu", (unsigned long long)hash,
                   strlen(statement->sql));
    return entry;
}

const struct statement_entry *statements_find(struct statements *statements,
                                              const struct db_statement *statement)
{
    if (!statement->name)
        return NULL;
    if (!statements->slots) {
        statements->slots = mem_calloc(TABLE_SIZE, sizeof(void *));
        if (!statements->slots)
            return NULL;
    }
    size_t at = ((uintptr_t)statement >> 4) * UINT64_C(0x9e3779b97f4a7c15) % TABLE_SIZE;
    for (;; at = (at + 1) % TABLE_SIZE) {
        struct statement_entry *entry = statements->slots[at];
        if (entry && entry->statement == statement && entry->sql == statement->sql)
            return entry;
        if (entry)
            continue;
        if (statements->count < DB_STATEMENTS_MAX)
            statements->slots[at] = add(statements, statement);
        return statements->slots[at];
    }
}

/* --- copies ---------------------------------------------------------------------------------- */

/* Bytes of a copy; a text has its zero behind it, and a binary value does no harm with one. */
static size_t room(const char *value, size_t length)
{
    return value ? (length > 0 ? length : strlen(value)) + 1 : 0;
}

static int measure(const struct db_step *steps, size_t count, const size_t *lengths,
                   size_t *ret_pointers, size_t *ret_bytes)
{
    size_t pointers = 0;
    size_t bytes = 0;
    if (count > DB_STEPS_MAX)
        return -E2BIG;
    for (size_t i = 0; i < count; i++) {
        int params = steps[i].statement->params;
        if (params > DB_PARAMS_MAX)
            return -E2BIG;
        for (int p = 0; p < params; p++)
            bytes += room(steps[i].values[p], lengths ? lengths[p] : 0);
        pointers += (size_t)params;
        if (bytes > DB_VALUES_MAX)
            return -E2BIG;
    }
    *ret_pointers = pointers;
    *ret_bytes = bytes;
    return 0;
}

/* The values of one step; returns where the next ones go. */
static char *copy_values(const struct db_step *step, const size_t *lengths, struct step *copy,
                         char *text)
{
    for (int p = 0; p < step->statement->params; p++) {
        const char *value = step->values[p];
        size_t length = lengths ? lengths[p] : 0;
        size_t bytes = room(value, length);
        copy->values[p] = value ? memcpy(text, value, length > 0 ? length : bytes) : NULL;
        if (lengths) {
            copy->lengths[p] = (int)length;
            copy->formats[p] = length > 0;
        }
        text += bytes;
    }
    return text;
}

int steps_copy(struct statements *statements, const struct db_step *steps, size_t count,
               const size_t *lengths, struct step **ret_copy)
{
    size_t pointers = 0;
    size_t bytes = 0;
    int r = measure(steps, count, lengths, &pointers, &bytes);
    if (r < 0)
        return r;
    size_t numbers = lengths ? 2 * pointers : 0;
    struct step *copy = mem_alloc(count * sizeof(*copy) + pointers * sizeof(char *) +
                                  numbers * sizeof(int) + bytes);
    if (!copy)
        return -ENOMEM;
    char **values = (char **)(void *)(copy + count);
    int *ints = (int *)(void *)(values + pointers);
    char *text = (char *)(ints + numbers);
    for (size_t i = 0; i < count; i++) {
        copy[i] = (struct step){.statement = *steps[i].statement,
                                .entry = statements_find(statements, steps[i].statement),
                                .values = values,
                                .lengths = lengths ? ints : NULL,
                                .formats = lengths ? ints + pointers : NULL};
        values += steps[i].statement->params;
        text = copy_values(&steps[i], lengths, &copy[i], text);
    }
    *ret_copy = copy;
    return 0;
}
