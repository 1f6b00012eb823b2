# Compiler floor, compiler cache and linker.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR
    "tessera needs g++ 12 or later, found ${CMAKE_CXX_COMPILER_VERSION} (${CMAKE_CXX_COMPILER}). "
    "Install g++-12 and configure with -DCMAKE_CXX_COMPILER=g++-12.")
endif()

find_program(TESSERA_CCACHE ccache)
if(TESSERA_CCACHE)
  # The precompiled header is only cacheable with these relaxations (ccache manual, section PCH).
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${TESSERA_CCACHE})
endif()

find_program(TESSERA_LLD ld.lld)
if(TESSERA_LLD)
  add_link_options(-fuse-ld=lld)
endif()
