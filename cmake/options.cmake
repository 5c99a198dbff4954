# One interface target that everything of ours links: language level, warnings, hardening, sanitizers.
option(COUNTERSIGN_HARDEN "Stack protector, fortified libc calls, control-flow protection, full RELRO" OFF)
set(COUNTERSIGN_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")

add_library(countersign_options INTERFACE)
target_compile_features(countersign_options INTERFACE cxx_std_23)
target_include_directories(countersign_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(countersign_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough -Wunused -Wnull-dereference -Wformat=2 -Werror
  -fno-omit-frame-pointer)
# Reading the error of a result that holds a value ends the program in every build: never undefined, in tests least of all.
target_compile_definitions(countersign_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(countersign_options INTERFACE -Wl,--as-needed)

if(COUNTERSIGN_HARDEN)
  target_compile_options(countersign_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2)
  target_link_options(countersign_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
if(COUNTERSIGN_SANITIZE)
  target_compile_options(countersign_options INTERFACE -fsanitize=${COUNTERSIGN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(countersign_options INTERFACE -fsanitize=${COUNTERSIGN_SANITIZE})
endif()

# countersign_room(NAME SOURCES ... LINKS ...): one of the libraries of docs/architecture.md.
function(countersign_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;LINKS")
  add_library(countersign_${name} STATIC ${room_SOURCES})
  target_link_libraries(countersign_${name} PUBLIC countersign_options ${room_LINKS})
endfunction()

# countersign_test(NAME SOURCES ... LINKS ...): one Catch2 program, one ctest entry.
function(countersign_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "SOURCES;LINKS")
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE countersign_options ${test_LINKS} countersign_test_main)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
