#include "coordinator/strip_choice.h"

#include <algorithm>

#include "partition/strip_layout.h"

namespace tessera::coordinator {

int choose_strips(std::span<const partition::RowRange> blocks, int ranks_per_half,
                  std::optional<int> limit) {
  const int block_count = static_cast<int>(blocks.size());
  const int most = std::min(ranks_per_half, block_count);
  if (limit) {
    return std::min(*limit, most);
  }
  const int tallest = partition::make_strips(blocks, most).tallest_rows();
  int strips = 1;
  while (partition::make_strips(blocks, strips).tallest_rows() > tallest) {
    ++strips;
  }
  return strips;
}

}  // namespace tessera::coordinator
