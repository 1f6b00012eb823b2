# suite_tests(<target> PREFIX <text> PROPERTIES <name value...>): registers every suite of a GoogleTest
# executable with CTest as <text><suite>.
#
# One process per suite, since loading LibTorch takes longer than most cases. `launch/count_tests` counts
# the cases all the same: from the reports in <build>/test_reports and, where a suite left none, from the
# number of cases listed in <build>/test_cases when the executable was linked.
function(suite_tests target)
  cmake_parse_arguments(SUITES "" "PREFIX" "PROPERTIES" ${ARGN})
  set(output "${CMAKE_BINARY_DIR}/test_cases/${target}")
  string(REPLACE ";" " " properties "${SUITES_PROPERTIES}")
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS "${output}.cmake" "${output}.cases"
    COMMAND ${CMAKE_COMMAND} "-Dexecutable=$<TARGET_FILE:${target}>" "-Dprefix=${SUITES_PREFIX}"
      "-Dreports=${CMAKE_BINARY_DIR}/test_reports" "-Dproperties=${properties}" "-Doutput=${output}"
      -P "${PROJECT_SOURCE_DIR}/cmake/ListSuites.cmake"
    VERBATIM)
  # An executable that is not built is an entry that CTest cannot run, and so fails.
  set(include_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake")
  file(WRITE "${include_file}"
    "if(EXISTS \"${output}.cmake\")\n  include(\"${output}.cmake\")\nelse()\n"
    "  add_test(${SUITES_PREFIX}not_built ${target}_not_built)\n"
    "  set_tests_properties(${SUITES_PREFIX}not_built PROPERTIES ${properties})\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include_file}")
endfunction()
