# One place for how code is compiled: the standard, warnings as errors, and what makes builds fast.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(LEDGER_SANITIZE "" CACHE STRING "address;undefined or thread")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD)
  add_link_options(-fuse-ld=mold)
elseif(LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch-enum
                    -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
add_compile_options(-fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Nobody puts another function in the place of one of ours, so they may be inlined, as clang does.
  add_compile_options(-fno-semantic-interposition)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A type of a .cc that has a member of its anonymous namespace is all right where it stands.
  add_compile_options(-Wno-subobject-linkage)
endif()

foreach(sanitizer IN LISTS LEDGER_SANITIZE)
  add_compile_options(-fsanitize=${sanitizer} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizer})
endforeach()
if("undefined" IN_LIST LEDGER_SANITIZE)
  add_compile_options(-fno-sanitize-recover=all)
  # The packaged libraries come without type information for vptr checks. The others are made at every
  # use of a pointer, a third of the time to compile; folders that read raw memory have them all the
  # same (checks_every_pointer), and a null pointer ends the program anyway.
  add_compile_options(-fno-sanitize=vptr,null,alignment,pointer-overflow)
endif()
