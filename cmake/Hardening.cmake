# What every object is compiled and linked with beside warnings: hardening, or the sanitizers.
include(CheckCCompilerFlag)

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
    check_c_compiler_flag(-ftrivial-auto-var-init=zero HAVE_AUTO_VAR_INIT)
    if(HAVE_AUTO_VAR_INIT)
        target_compile_options(ninepence_hardening INTERFACE -ftrivial-auto-var-init=zero)
    endif()
endif()
