#include "launch/version.h"

#include <build_info.h>

namespace tessera::launch {

std::string version_text(VersionDetail detail) {
  std::string text = std::string("tessera ") + build_info::kVersion;
  if (detail == VersionDetail::Brief) return text;
  text += std::string("\ncommit     ") + build_info::kRevision;
  text += std::string("\nbuild      ") + build_info::kBuildType + ", " + build_info::kCompiler;
  text += std::string("\nLibTorch   ") + build_info::kTorchVersion;
  text += std::string("\nMPI        ") + TESSERA_MPI_VERSION;
  return text;
}

}  // namespace tessera::launch
