#include "storage/raster.h"

#include <string>

#include "partition/size_text.h"
#include "storage/storage_error.h"

namespace tessera::storage {

void check_picture_extent(const std::filesystem::path& file, partition::Extent extent) {
  constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;
  if (extent.rows > 0 && extent.cols > 0 && extent.area() <= kMaxPixels) return;
  throw DataError(file.string() + ": a picture of " + partition::size_text(extent) +
                  " (height x width); expected 1 to " + std::to_string(kMaxPixels) + " pixels");
}

}  // namespace tessera::storage
