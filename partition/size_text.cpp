#include "partition/size_text.h"

namespace tessera::partition {

std::string size_text(Extent size) {
  return std::to_string(size.rows) + "x" + std::to_string(size.cols);
}

}  // namespace tessera::partition
