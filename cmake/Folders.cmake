# A folder is a library; its sources are listed, never globbed.

# ledger_library(<name> SOURCES <file>... [ALONE <file>...] [LINK <target>...])
# Headers include each other from the root of the project: #include "ledger/result.h".
# A source that says ALONE compiles by itself where others are compiled together (presets that
# ./check uses): files of one library that reuse short names, such as routes_*.cc.
function(ledger_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ALONE;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES} ${ARG_ALONE})
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# ledger_program(<name> SOURCES <file>... [LINK <target>...]): lands in build/<preset>/bin.
function(ledger_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()

# What ./check builds and runs again under each sanitizer, within its twenty minutes: where memory is
# handled by hand, and where threads meet. ./check full takes all unit and property tests.
set(LEDGER_SANITIZED_ALWAYS
    codec_property codec_unit domain_property domain_unit ledger_unit store_unit updates_unit)
if("thread" IN_LIST LEDGER_SANITIZE)
  set(LEDGER_SANITIZED_ALWAYS ledger_unit projections_unit store_unit)
endif()
add_custom_target(checked_by_sanitizers)
add_custom_target(checked_by_sanitizers_fully)

# ledger_test(<name> KIND unit|property|golden|e2e|crash|tidy SOURCES <file>... [LINK <target>...])
# One GoogleTest program for each folder and kind, and one CTest entry, labelled with its kind.
function(ledger_test name)
  cmake_parse_arguments(ARG "" "KIND" "SOURCES;ALONE;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${ARG_ALONE})
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  set(labels ${ARG_KIND})
  if(ARG_KIND MATCHES "^(unit|property)$")
    add_dependencies(checked_by_sanitizers_fully ${name})
  endif()
  if(name IN_LIST LEDGER_SANITIZED_ALWAYS)
    add_dependencies(checked_by_sanitizers ${name})
    list(APPEND labels sanitized)
  endif()
  if(ARG_KIND STREQUAL "property")
    target_link_libraries(${name} PRIVATE rapidcheck rapidcheck_gtest)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name}
           COMMAND ${name} --gtest_brief=1 --gtest_output=xml:${CMAKE_BINARY_DIR}/results/${name}.xml)
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
