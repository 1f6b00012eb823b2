#include "partition/canonical_blocks.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace tessera::partition {

std::vector<RowRange> canonical_blocks(int latent_rows, int grain_rows) {
  if (grain_rows <= 0 || latent_rows <= 0 || latent_rows % grain_rows != 0) {
    throw std::invalid_argument("canonical blocks: " + std::to_string(latent_rows) +
                                " latent rows are not a positive multiple of the grain of " +
                                std::to_string(grain_rows) + " rows");
  }
  const std::int64_t grains = latent_rows / grain_rows;
  const std::int64_t count = std::min<std::int64_t>(kMaxCanonicalBlocks, grains);
  std::vector<RowRange> blocks;
  blocks.reserve(static_cast<std::size_t>(count));
  for (std::int64_t j = 0; j < count; ++j) {
    blocks.push_back({static_cast<int>(j * grains / count) * grain_rows,
                      static_cast<int>((j + 1) * grains / count) * grain_rows});
  }
  return blocks;
}

}  // namespace tessera::partition
