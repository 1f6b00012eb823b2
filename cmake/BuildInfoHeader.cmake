# Script of BuildInfo.cmake: writes ${header} from version, build_type, compiler, torch and the revision
# of ${source_dir}.
find_program(git git)
set(revision "")
if(git)
  execute_process(COMMAND ${git} -C "${source_dir}" describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT revision)
  set(revision "unknown")
endif()
set(text "#pragma once

/// What this executable was built from, as printed by `tessera --version`. Written by CMake.
namespace tessera::build_info {

inline constexpr char kVersion[] = \"${version}\";
inline constexpr char kRevision[] = \"${revision}\";
inline constexpr char kBuildType[] = \"${build_type}\";
inline constexpr char kCompiler[] = \"${compiler}\";
inline constexpr char kTorchVersion[] = \"${torch}\";

}  // namespace tessera::build_info
")
set(previous "")
if(EXISTS "${header}")
  file(READ "${header}" previous)
endif()
if(NOT previous STREQUAL text)
  file(WRITE "${header}" "${text}")
endif()
