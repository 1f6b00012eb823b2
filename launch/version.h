#pragma once

#include <string>

namespace tessera::launch {

enum class VersionDetail { Brief, Full };

/// "tessera 0.1.0"; Full adds lines with commit, build type, compiler, LibTorch and MPI.
std::string version_text(VersionDetail detail);

}  // namespace tessera::launch
