/* Declared fields: one table of `struct field` gives a tool's arguments their JSON Schema, their
 * validation and their binding into a struct, or a result its output schema. The table is const
 * data that ends with a row whose `type` is NULL (ARG_END, OUT_END).
 *
 *     struct greet_args { const char *name; int64_t times; };
 *     static const struct field greet_args[] = {
 *         ARG_TEXT(struct greet_args, name, .flags = FIELD_REQUIRED, .max = 80, .doc = "Whom."),
 *         ARG_INT(struct greet_args, times, .min = 1, .max = 9, .def = "1", .doc = "How often."),
 *         ARG_END,
 *     };
 *
 * A row that does not fit its struct member does not compile. Types are open: a program adds its
 * own `struct field_type` (a date, an amount) beside those of the library.
 * JSON Schema 2020-12; numbers in the parsed tree are kept as their source text (mcp/json.h). */
#ifndef MCP_FIELD_H
#define MCP_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "mcp/json.h"
#include "mcp/json_out.h"

struct field;
struct field_names;
struct bind;

enum field_flags {
    FIELD_REQUIRED = 1 << 0, /* argument: must be given; result: always present */
    FIELD_NULLABLE = 1 << 1, /* null is a value of its own (argument: see the type; result: may be
                                null) */
    FIELD_HIDDEN = 1 << 2,   /* accepted, not in the schema */
    FIELD_PLAIN = 1 << 3,    /* name and type say it all: brief schemas leave the doc out */
};

/* How a schema is written. */
enum field_schema {
    FIELD_SCHEMA_RESULT = 1 << 0, /* of what a tool answers, not of its arguments */
    FIELD_SCHEMA_BRIEF = 1 << 1,  /* without what a refusal says as well (limits, unknown fields),
                                     without defaults that are the first choice or false, and
                                     without the columns of rows */
};

struct field_type {
    const char *name; /* "integer", for messages, docs and command lines */

    /* Writes the members of the property's schema object except description and default:
     * "type":"integer","minimum":1. The object is already open. */
    void (*schema)(const struct field *field, struct json_out *out);

    /* Binds a JSON value (never NULL; JSON null only with FIELD_NULLABLE) into the struct member at
     * `target`. On bad input says why with bind_fail() and returns its value. Numbers are strict;
     * accepting a number or boolean sent as text is up to the type, and expected of it. */
    int (*bind)(struct bind *bind, const struct field *field, const cJSON *value, void *target);

    /* For a group (a row whose members stand flat beside the other arguments): runs after all
     * members were bound; checks across them, applies the default. `given` says whether any member
     * was there. NULL for other types. */
    int (*finish)(struct bind *bind, const struct field *field, bool given, void *target);

    bool is_group;        /* the row has `fields`, flat; `name` is not a property */
    bool default_is_json; /* `def` is JSON text (5, true, []); otherwise plain text of a string */
};

struct field {
    const char *name;
    const struct field_type *type;
    size_t offset;  /* of the member in the struct */
    unsigned flags; /* enum field_flags */
    const char *doc;
    const char *def;               /* default, as text; NULL: absent means zero or NULL */
    int64_t min, max;              /* integer: range; text: code points; list: items. Both 0: the
                                       type's own limits */
    const char *const *choices;    /* choice: NULL-terminated */
    const struct field *fields;    /* object, group, list of objects */
    const struct field_type *item; /* list: type of the items (&field_object for objects) */
    size_t size;                   /* list, object: size of one item's struct */
    const void *extra;             /* whatever the type of another program needs */
};

/* A bound list: `count` items of the declared size, in the call's arena. */
struct field_list {
    void *items;
    size_t count;
};

/* An integer that may be absent. */
struct field_opt_int {
    bool given;
    int64_t value;
};

/* Types of the library, with the C type of their member:
 * text     const char *         UTF-8, NULL when absent; limits in code points, 4,000 by default
 * integer  int64_t              accepts "12" as well as 12
 * opt_int  struct field_opt_int
 * boolean  bool                 accepts "true" and "false"
 * choice   const char *         one of `choices`, any letter case; points into `choices`
 * list     struct field_list    one value alone counts as a list of one
 * object   an embedded struct   bound by `fields`
 * group    an embedded struct   bound by `fields`, flat
 * any      const cJSON *        any JSON, borrowed from the request */
extern const struct field_type field_text, field_int, field_opt_int, field_bool, field_choice,
    field_list, field_object, field_group, field_any;

/* For result tables only: number is any JSON number, rows of objects are lists. */
extern const struct field_type field_number;

/* The offset of a member that has exactly type T. */
#define FIELD_OFFSET(S, member, T)                                                     \
    (offsetof(S, member) +                                                             \
     0 * sizeof(struct {                                                               \
         _Static_assert(__builtin_types_compatible_p(__typeof__(((S *)0)->member), T), \
                        "member " #member " does not have the type of its field");     \
         int unused_;                                                                  \
     }))

// clang-format off
#define FIELD_ROW(S, member, T, field_type_, ...)                                                  \
    {.name = #member, .type = &(field_type_), .offset = FIELD_OFFSET(S, member, T), __VA_ARGS__}

#define ARG_TEXT(S, member, ...) FIELD_ROW(S, member, const char *, field_text, __VA_ARGS__)
#define ARG_INT(S, member, ...) FIELD_ROW(S, member, int64_t, field_int, __VA_ARGS__)
#define ARG_OPT_INT(S, member, ...) FIELD_ROW(S, member, struct field_opt_int, field_opt_int, __VA_ARGS__)
#define ARG_BOOL(S, member, ...) FIELD_ROW(S, member, bool, field_bool, __VA_ARGS__)
#define ARG_CHOICE(S, member, ...) FIELD_ROW(S, member, const char *, field_choice, __VA_ARGS__)
#define ARG_LIST(S, member, ...) FIELD_ROW(S, member, struct field_list, field_list, __VA_ARGS__)
#define ARG_OBJECT(S, member, T, ...) FIELD_ROW(S, member, T, field_object, __VA_ARGS__)
#define ARG_ANY(S, member, ...) FIELD_ROW(S, member, const cJSON *, field_any, __VA_ARGS__)
#define ARG_END {.type = NULL}

#define OUT_TEXT(...) {.type = &field_text, .name = __VA_ARGS__}
#define OUT_INT(...) {.type = &field_int, .name = __VA_ARGS__}
#define OUT_NUMBER(...) {.type = &field_number, .name = __VA_ARGS__}
#define OUT_BOOL(...) {.type = &field_bool, .name = __VA_ARGS__}
#define OUT_OBJECT(name_, ...) {.name = (name_), .type = &field_object, .fields = __VA_ARGS__}
#define OUT_ROWS(name_, ...) {.name = (name_), .type = &field_list, .item = &field_object, .fields = __VA_ARGS__}
#define OUT_LIST(name_, ...) {.name = (name_), .type = &field_list, .item = &__VA_ARGS__}
#define OUT_END {.type = NULL}

// clang-format on

/* --- for those who write field types --------------------------------------------------------- */

/* One binding under way. The path names the value in messages ("items[3].amount"). */
struct bind {
    struct arena *arena; /* bound values live here */
    const char *path;    /* of the value being bound */
    char *error;         /* first failure, in the arena, NULL while all is well */
    const char *error_field;
    void *user;  /* the server's `user` */
    cJSON *kept; /* trees parsed on the way (lists and objects that came as text, defaults); who
                    began the binding gives them back with bind_clear() after the bound values */
};

/* Refuses the value with "PATH: MESSAGE"; keeps the first refusal. Returns -EINVAL. The message
 * names what is allowed and what came. */
int bind_fail(struct bind *bind, const char *format, ...) PRINTF_LIKE(2, 3);

/* A short, safe rendering of a value for messages: at most 60 characters, arena memory. */
const char *bind_show(struct bind *bind, const cJSON *value);

/* Binds `object` (NULL counts as {}) by `fields` into `target` (zeroed by the caller). Unknown
 * fields are refused with the nearest known name. 0, -EINVAL (bind->error says why), -ENOMEM. */
int bind_object(struct bind *bind, const struct field *fields, const cJSON *object, void *target);

/* One of several tables that together describe one object, and where its values go. */
struct field_part {
    const struct field *fields; /* NULL: an empty table */
    void *target;
    const struct field_names *names; /* of all parts, in the first one; NULL: made when needed */
};

/* The same for an object that `count` tables describe together. */
int bind_parts(struct bind *bind, const struct field_part *parts, size_t count,
               const cJSON *object);

void bind_clear(struct bind *bind);

/* Writes the object schema of a table: {"type":"object","properties":…,"required":…,
 * "additionalProperties":false}; results leave additionalProperties out. `how` is of enum
 * field_schema. */
void field_write_schema(const struct field *fields, unsigned how, struct json_out *out);
void field_write_schema_of(const struct field_part *parts, size_t count, unsigned how,
                           struct json_out *out);

/* 0, or -EINVAL and one line in `why` for the first contradiction of a table: no name, no doc, the
 * same name twice, a default that does not bind or stands beside FIELD_REQUIRED … */
int field_check(const struct field *fields, bool is_result, struct buf *why);

#endif
