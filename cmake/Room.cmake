# room(<name> USES <rooms...> [TORCH] SOURCES <files...> [LIBS <targets...>])
#
# Makes the static library tessera_<name> (alias tessera::<name>), with warnings, the link edges of
# docs/architecture.md and, for torch rooms, the shared precompiled ATen header.
set(TESSERA_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Winvalid-pch)
if(TESSERA_WERROR)
  list(APPEND TESSERA_WARNINGS -Werror)
endif()

add_library(torch_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/torch_pch.cpp")
target_link_libraries(torch_pch PUBLIC tessera::torch)
target_compile_options(torch_pch PRIVATE -fpch-preprocess ${TESSERA_WARNINGS})
target_precompile_headers(torch_pch PRIVATE <ATen/ATen.h>)

function(tessera_torch_target target)
  target_link_libraries(${target} PUBLIC tessera::torch)
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  target_precompile_headers(${target} REUSE_FROM torch_pch)
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

# room_tests(<name> [TORCH] SOURCES <files...> [LIBS <targets...>]): one executable test_<name> per room,
# its cases registered with CTest under the label "fast".
function(room_tests name)
  cmake_parse_arguments(TESTS "TORCH" "" "SOURCES;LIBS" ${ARGN})
  if(NOT TESTS_SOURCES)
    return()
  endif()
  add_executable(test_${name} ${TESTS_SOURCES})
  target_include_directories(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_options(test_${name} PRIVATE ${TESSERA_WARNINGS})
  target_compile_definitions(test_${name} PRIVATE TESSERA_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(test_${name} PRIVATE tessera::${name} ${TESTS_LIBS} GTest::gmock GTest::gtest_main)
  if(TESTS_TORCH)
    tessera_torch_target(test_${name})
  endif()
  include(GoogleTest)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS fast ENVIRONMENT "OMP_NUM_THREADS=1")
endfunction()
