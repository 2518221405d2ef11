# The warning set of the project, as an interface target; each flag only where the compiler knows it.
# Overlength strings are allowed: ISO C promises 4,095 characters only, both compilers take any length,
# and a statement of SQL is one string. GNU C lets a macro have no variable argument.
include(CheckCCompilerFlag)

add_library(ninepence_warnings INTERFACE)

set(NINEPENCE_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wmissing-declarations -Wold-style-definition -Wpointer-arith -Wcast-qual
    -Wcast-align -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wdouble-promotion -Wfloat-equal
    -Wimplicit-fallthrough -Wswitch-enum -Wnull-dereference -Wunused-macros -Wredundant-decls
    -Wdate-time -Wno-overlength-strings)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND NINEPENCE_WARNINGS -Wformat-signedness -Wlogical-op -Wduplicated-cond
         -Wduplicated-branches -Wjump-misses-init -Warith-conversion -Walloc-zero)
else()
    list(APPEND NINEPENCE_WARNINGS -Wcomma -Wconditional-uninitialized -Wassign-enum
         -Wmissing-variable-declarations -Wshorten-64-to-32 -Wextra-semi-stmt
         -Wunreachable-code-aggressive -Wno-gnu-zero-variadic-macro-arguments)
endif()

foreach(flag ${NINEPENCE_WARNINGS})
    string(MAKE_C_IDENTIFIER "HAVE${flag}" known)
    check_c_compiler_flag(${flag} ${known})
    if(${known})
        target_compile_options(ninepence_warnings INTERFACE ${flag})
    endif()
endforeach()
if(NINEPENCE_WERROR)
    target_compile_options(ninepence_warnings INTERFACE -Werror)
endif()
