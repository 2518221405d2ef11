# What every object is compiled and linked with beside warnings: hardening, or the sanitizers.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

add_library(ninepence_hardening INTERFACE)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NINEPENCE_SANITIZE OR NINEPENCE_FUZZ)
    target_compile_options(ninepence_hardening INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(ninepence_hardening INTERFACE -fsanitize=address,undefined)
    if(NINEPENCE_FUZZ)
        target_compile_options(ninepence_hardening INTERFACE -fsanitize=fuzzer-no-link)
    endif()
else()
    target_compile_options(ninepence_hardening INTERFACE
        -fstack-protector-strong -fstack-clash-protection -fcf-protection -fno-common
        $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
    target_link_options(ninepence_hardening INTERFACE -pie -Wl,-z,relro,-z,now)
    # Tables full of pointers take a bit for each, not 24 bytes that are read at every start.
    check_linker_flag(C -Wl,-z,pack-relative-relocs HAVE_PACKED_RELOCATIONS)
    if(HAVE_PACKED_RELOCATIONS)
        target_link_options(ninepence_hardening INTERFACE -Wl,-z,pack-relative-relocs)
    endif()
    check_c_compiler_flag(-ftrivial-auto-var-init=zero HAVE_AUTO_VAR_INIT)
    if(HAVE_AUTO_VAR_INIT)
        target_compile_options(ninepence_hardening INTERFACE -ftrivial-auto-var-init=zero)
    endif()
endif()
