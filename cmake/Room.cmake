# room(<name> USES <rooms...> [TORCH] SOURCES <files...> [LIBS <targets...>])
#
# Makes the static library tessera_<name> (alias tessera::<name>), with warnings, the link edges of
# docs/architecture.md and, for torch rooms, the shared precompiled ATen header.
set(TESSERA_WARNINGS
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Winvalid-pch)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in `"literal" + std::string` (its bug 105651).
  list(APPEND TESSERA_WARNINGS -Wno-restrict)
endif()
if(TESSERA_WERROR)
  list(APPEND TESSERA_WARNINGS -Werror)
endif()

if(TESSERA_TORCH_ROOMS)
  add_library(torch_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/torch_pch.cpp")
  target_link_libraries(torch_pch PUBLIC tessera::torch)
  target_compile_options(torch_pch PRIVATE -fpch-preprocess ${TESSERA_WARNINGS})
  target_precompile_headers(torch_pch PRIVATE <ATen/ATen.h>)
endif()

# Most of the time of a torch-free test goes into the headers of GoogleTest and into optimising its macros:
# an average one falls from 12.8 s to 4.6 s (one core, busy machine).
if(TESSERA_TESTS AND TESSERA_TEST_PCH)
  add_library(test_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/test_pch.cpp")
  target_link_libraries(test_pch PUBLIC GTest::gmock GTest::gtest)
  target_compile_options(test_pch PRIVATE -fpch-preprocess -O1 ${TESSERA_WARNINGS})
  target_precompile_headers(test_pch PRIVATE <gtest/gtest.h> <gmock/gmock.h>)
endif()

function(tessera_torch_target target)
  # Private: the headers of torch carry their own fmt, which must not reach the rooms above.
  target_link_libraries(${target} PRIVATE tessera::torch)
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  target_precompile_headers(${target} REUSE_FROM torch_pch)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    # The header is compiled with -fPIC; an executable would get -fPIE, which g++ refuses to mix.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  if(TESSERA_UNITY_BATCH GREATER 1)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${TESSERA_UNITY_BATCH})
  endif()
endfunction()

function(room name)
  cmake_parse_arguments(ROOM "TORCH" "" "USES;SOURCES;LIBS" ${ARGN})
  add_library(tessera_${name} STATIC ${ROOM_SOURCES})
  add_library(tessera::${name} ALIAS tessera_${name})
  target_include_directories(tessera_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_options(tessera_${name} PRIVATE ${TESSERA_WARNINGS})
  foreach(used IN LISTS ROOM_USES)
    target_link_libraries(tessera_${name} PUBLIC tessera::${used})
  endforeach()
  target_link_libraries(tessera_${name} PRIVATE ${ROOM_LIBS})
  if(ROOM_TORCH)
    tessera_torch_target(tessera_${name})
  endif()
endfunction()

# The path of the source tree is defined only for the sources that name it: on every command line it
# would part the compiler cache of two clones.
function(tessera_define_source_dir)
  foreach(source IN LISTS ARGN)
    file(STRINGS "${CMAKE_CURRENT_SOURCE_DIR}/${source}" uses REGEX "TESSERA_SOURCE_DIR" LIMIT_COUNT 1)
    if(uses)
      set_property(SOURCE "${source}" APPEND PROPERTY
        COMPILE_DEFINITIONS "TESSERA_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
    endif()
  endforeach()
endfunction()

# room_tests(<name> [TORCH] [LABEL <label>] SOURCES <files...> [LIBS <targets...>]): one executable
# test_<name>, its suites registered with CTest under the label, by default "fast". A source that names
# TESSERA_SOURCE_DIR gets it defined (seen when CMake runs).
function(room_tests name)
  cmake_parse_arguments(TESTS "TORCH" "LABEL" "SOURCES;LIBS" ${ARGN})
  if(NOT TESTS_SOURCES)
    return()
  endif()
  if(NOT TESTS_LABEL)
    set(TESTS_LABEL fast)
  endif()
  tessera_define_source_dir(${TESTS_SOURCES})
  add_executable(test_${name} ${TESTS_SOURCES})
  target_include_directories(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_options(test_${name} PRIVATE ${TESSERA_WARNINGS})
  target_link_libraries(test_${name} PRIVATE ${TESTS_LIBS} GTest::gmock GTest::gtest_main)
  if(TARGET tessera::${name})
    target_link_libraries(test_${name} PRIVATE tessera::${name})
  endif()
  if(TESTS_TORCH)
    tessera_torch_target(test_${name})
  elseif(TESSERA_TEST_PCH)
    target_compile_options(test_${name} PRIVATE -fpch-preprocess -fPIC -O1) # as the header was compiled
    target_precompile_headers(test_${name} REUSE_FROM test_pch)
  endif()
  suite_tests(test_${name} PREFIX "${name}."
    PROPERTIES LABELS ${TESTS_LABEL} TIMEOUT 600 ENVIRONMENT "OMP_NUM_THREADS=1")
endfunction()
