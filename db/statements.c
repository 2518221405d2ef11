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
        statements->slots = mem_calloc(TABLE_SIZE, sizeof(*statements->slots));
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

static int measure(const struct db_step *steps, size_t count, size_t *ret_pointers,
                   size_t *ret_bytes)
{
    size_t pointers = 0;
    size_t bytes = 0;
    if (count > DB_STEPS_MAX)
        return -E2BIG;
    for (size_t i = 0; i < count; i++) {
        int params = steps[i].statement->params;
        if (params > DB_PARAMS_MAX)
            return -E2BIG;
        for (int p = 0; p < params; p++) {
            const char *value = steps[i].values[p];
            bytes += value ? strlen(value) + 1 : 0;
        }
        pointers += (size_t)params;
        if (bytes > DB_VALUES_MAX)
            return -E2BIG;
    }
    *ret_pointers = pointers;
    *ret_bytes = bytes;
    return 0;
}

int steps_copy(struct statements *statements, const struct db_step *steps, size_t count,
               struct step **ret_copy)
{
    size_t pointers = 0;
    size_t bytes = 0;
    int r = measure(steps, count, &pointers, &bytes);
    if (r < 0)
        return r;
    struct step *copy = mem_alloc(count * sizeof(*copy) + pointers * sizeof(char *) + bytes);
    if (!copy)
        return -ENOMEM;
    char **values = (char **)(void *)(copy + count);
    char *text = (char *)(values + pointers);
    for (size_t i = 0; i < count; i++) {
        copy[i] = (struct step){.statement = *steps[i].statement,
                                .entry = statements_find(statements, steps[i].statement),
                                .values = values};
        for (int p = 0; p < steps[i].statement->params; p++) {
            const char *value = steps[i].values[p];
            size_t length = value ? strlen(value) + 1 : 0;
            *values++ = value ? memcpy(text, value, length) : NULL;
            text += length;
        }
    }
    *ret_copy = copy;
    return 0;
}
