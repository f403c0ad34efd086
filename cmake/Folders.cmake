# A folder is a library; its sources are listed, never globbed.

# ledger_library(<name> SOURCES <file>... [ALONE <file>...] [LINK <target>...])
# Headers include each other from the root of the project: #include "ledger/result.h".
# A source that says ALONE compiles by itself where others are compiled together (presets that
# ./check uses): one whose headers clash with those of the others, or with options of its own.
function(ledger_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ALONE;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES} ${ARG_ALONE})
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# checks_every_pointer(<target>...): of those that read raw memory.
function(checks_every_pointer)
  if("undefined" IN_LIST LEDGER_SANITIZE)
    foreach(name IN LISTS ARGN)
      target_compile_options(${name} PRIVATE -fsanitize=null,alignment,pointer-overflow)
    endforeach()
  endif()
endfunction()

# ledger_program(<name> SOURCES <file>... [LINK <target>...]): lands in build/<preset>/bin.
function(ledger_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  add_dependencies(checked_as_shipped ${name})
endfunction()

# What ./check builds: under each sanitizer the unit and property tests, and without one the others,
# with the programs that they start.
add_custom_target(checked_by_sanitizers)
add_custom_target(checked_as_shipped)

# ledger_test(<name> KIND unit|property|golden|e2e|crash|tidy SOURCES <file>... [LINK <target>...])
# One GoogleTest program for each folder and kind, and one CTest entry, labelled with its kind.
function(ledger_test name)
  cmake_parse_arguments(ARG "" "KIND" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} tests_main)
  if(ARG_KIND MATCHES "^(unit|property)$")
    add_dependencies(checked_by_sanitizers ${name})
  else()
    add_dependencies(checked_as_shipped ${name})
  endif()
  if(ARG_KIND STREQUAL "property")
    target_link_libraries(${name} PRIVATE rapidcheck rapidcheck_gtest)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name}
           COMMAND ${name} --gtest_output=xml:${CMAKE_BINARY_DIR}/results/${name}.xml)
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_KIND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
