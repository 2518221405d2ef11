/* Ownership of locals: a pointer declared with OWNED(type) is given back when it leaves its
 * scope, on every path; TAKE() hands it over. Destructors take NULL. Order of declaration is the
 * reverse order of destruction (GCC manual, "Common Variable Attributes", cleanup). */
#ifndef BASE_OWN_H
#define BASE_OWN_H

#include <stddef.h>

/* Runs `function(&variable)` when the variable leaves its scope. */
#define CLEANUP(function) __attribute__((__cleanup__(function)))

/* The result of a function that must be looked at. */
#define MUST_CHECK __attribute__((__warn_unused_result__))

/* printf-like functions: `fmt` is the position of the format, `args` of the first argument. */
#define PRINTF_LIKE(fmt, args) __attribute__((__format__(__printf__, fmt, args)))

/* Moves a pointer out of an owned variable: the variable is NULL afterwards. */
#define TAKE(pointer)                                \
    __extension__({                                  \
        __typeof__(pointer) take_value_ = (pointer); \
        (pointer) = NULL;                            \
        take_value_;                                 \
    })

/* A buffer on the stack that is written before it is read, and too large to be cleared each time as
 * the hardening of the build has it. */
#if defined(__has_attribute) && __has_attribute(uninitialized)
#define UNSET __attribute__((uninitialized))
#else
#define UNSET
#endif

/* The object that contains `member` at address `pointer`. */
#define CONTAINER_OF(pointer, type, member) \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
