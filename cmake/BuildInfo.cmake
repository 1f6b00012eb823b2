# Makes tessera::build_info, a header <build_info.h> with what --version prints (BuildInfoHeader.cmake).
#
# The header is written anew when a commit moves HEAD and replaced only if its text differs, so only
# the few sources that include it are compiled again.
set(_header "${CMAKE_BINARY_DIR}/generated/build_info.h")
set(_moved_by "")
foreach(_file "${PROJECT_SOURCE_DIR}/.git/logs/HEAD" "${PROJECT_SOURCE_DIR}/.git/HEAD")
  if(EXISTS "${_file}")
    list(APPEND _moved_by "${_file}")
  endif()
endforeach()
add_custom_command(
  OUTPUT "${_header}.stamp" BYPRODUCTS "${_header}"
  COMMAND ${CMAKE_COMMAND}
    "-Dheader=${_header}" "-Dsource_dir=${PROJECT_SOURCE_DIR}" "-Dversion=${PROJECT_VERSION}"
    "-Dbuild_type=${CMAKE_BUILD_TYPE}" "-Dcompiler=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    "-Dtorch=${TESSERA_TORCH_VERSION}" -P "${PROJECT_SOURCE_DIR}/cmake/BuildInfoHeader.cmake"
  COMMAND ${CMAKE_COMMAND} -E touch "${_header}.stamp"
  DEPENDS "${PROJECT_SOURCE_DIR}/cmake/BuildInfoHeader.cmake" ${_moved_by}
  COMMENT "Writing build_info.h" VERBATIM)
add_custom_target(tessera_build_info_header DEPENDS "${_header}.stamp")

add_library(tessera_build_info INTERFACE)
add_library(tessera::build_info ALIAS tessera_build_info)
target_include_directories(tessera_build_info INTERFACE "${CMAKE_BINARY_DIR}/generated")
add_dependencies(tessera_build_info tessera_build_info_header)
