# Script of Tests.cmake: lists the suites of a GoogleTest executable as CTest entries.
#
# Takes executable, prefix, reports (folder for the XML reports), properties and output. Writes
# ${output}.cmake, for CTest, and ${output}.cases: a line "entry<TAB>number of cases<TAB>report" each.
execute_process(COMMAND "${executable}" --gtest_list_tests
  OUTPUT_VARIABLE listing ERROR_VARIABLE complaint RESULT_VARIABLE status TIMEOUT 60)
if(NOT status EQUAL 0)
  file(REMOVE "${output}.cmake" "${output}.cases")
  message(FATAL_ERROR "${executable} --gtest_list_tests ended with ${status}: ${complaint}")
endif()
# A suite is a line "Name.", a case below it an indented line; both may end in a comment.
string(REGEX REPLACE " +# [^\n]*" "" listing "${listing}")
string(REGEX MATCHALL "[^\n]+" lines "${listing}")
list(FILTER lines EXCLUDE REGEX "^Running main\\(\\)")

set(entries "")
set(cases "")
macro(close_suite)
  if(suite)
    set(entry "${prefix}${suite}")
    string(REPLACE "/" "_" report "${entry}.xml")
    set(report "${reports}/${report}")
    string(APPEND entries "add_test([=[${entry}]=] [=[${executable}]=] --gtest_brief=1 "
      "[=[--gtest_filter=${suite}.*]=] [=[--gtest_output=xml:${report}]=])\n"
      "set_tests_properties([=[${entry}]=] PROPERTIES ${properties})\n")
    string(APPEND cases "${entry}\t${count}\t${report}\n")
  endif()
endmacro()
set(suite "")
foreach(line IN LISTS lines)
  if(line MATCHES "^ ")
    math(EXPR count "${count} + 1")
  else()
    close_suite()
    string(REGEX REPLACE "\\.$" "" suite "${line}")
    set(count 0)
  endif()
endforeach()
close_suite()
file(WRITE "${output}.cmake" "${entries}")
file(WRITE "${output}.cases" "${cases}")
