#include "tests/model/golden_tensors.h"

namespace tessera::model {

std::filesystem::path golden_folder() {
  return std::filesystem::path(TESSERA_SOURCE_DIR) / "tests" / "goldens";
}

std::filesystem::path golden_model() { return golden_folder() / "parity_model"; }

}  // namespace tessera::model
