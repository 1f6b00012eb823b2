# Compiler floor, compiler cache, linker and the flags that every target shares.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12.2)
  message(FATAL_ERROR
    "tessera needs g++ 12.2 or later, found ${CMAKE_CXX_COMPILER_VERSION} (${CMAKE_CXX_COMPILER}). "
    "Install g++-12 and configure again with -DCMAKE_CXX_COMPILER=g++-12.")
endif()

find_program(TESSERA_CCACHE ccache)
if(TESSERA_CCACHE)
  # Sloppiness: a precompiled header is cacheable only with it (ccache manual, "Precompiled headers").
  # Base directory: paths below the source tree are hashed as relative ones, so a second clone in another
  # folder finds the results of the first.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}"
    ${TESSERA_CCACHE})
endif()

# Objects do not name the folder they were built in.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")

# A fused multiply-add where the processor has one would give other bits than on its neighbour.
add_compile_options(-ffp-contract=off)

if(TESSERA_SANITIZE)
  add_compile_options(-fsanitize=${TESSERA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TESSERA_SANITIZE})
endif()

find_program(TESSERA_LLD ld.lld)
if(TESSERA_LLD)
  add_link_options(-fuse-ld=lld)
endif()
