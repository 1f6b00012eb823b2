#include "worker/spatial/strip_group.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "worker/spatial/tensor_bytes.h"

namespace tessera::worker {

using partition::RowRange;

RowRange rows_on_map(RowRange latent_rows, int map_cols, partition::Extent latent) {
  return map_cols >= latent.cols ? scale_up(latent_rows, map_cols / latent.cols)
                                 : scale_down(latent_rows, latent.cols / map_cols);
}

std::vector<RowRange> rows_on_map(const std::vector<RowRange>& latent_rows, int map_cols,
                                  partition::Extent latent) {
  std::vector<RowRange> rows;
  rows.reserve(latent_rows.size());
  for (const RowRange range : latent_rows) rows.push_back(rows_on_map(range, map_cols, latent));
  return rows;
}

std::vector<int> blocks_in(const std::vector<RowRange>& blocks, RowRange rows) {
  std::vector<int> indices;
  for (std::size_t index = 0; index < blocks.size(); ++index) {
    if (rows.contains(blocks[index])) indices.push_back(static_cast<int>(index));
  }
  return indices;
}

at::Tensor gather_blocks(const StripGroup& group, const std::vector<at::Tensor>& own_blocks) {
  if (group.alone()) return at::stack(own_blocks, 0);
  std::size_t most = 0;
  for (const RowRange rows : group.owned) {
    most = std::max(most, blocks_in(group.blocks, rows).size());
  }
  // Contributions are padded to the member with most blocks; the padding is never read.
  std::vector<at::Tensor> padded = own_blocks;
  while (padded.size() < most) padded.push_back(own_blocks.front());
  const at::Tensor mine = at::stack(padded, 0).contiguous();
  std::vector<std::int64_t> shape = mine.sizes().vec();
  shape.insert(shape.begin(), group.size());
  at::Tensor all = at::empty(shape, mine.options());
  group.gathers->all_gather(bytes_of(mine), mutable_bytes_of(all));

  std::vector<at::Tensor> ordered(group.blocks.size());
  for (int member = 0; member < group.size(); ++member) {
    const auto held = blocks_in(group.blocks, group.owned[static_cast<std::size_t>(member)]);
    for (std::size_t k = 0; k < held.size(); ++k) {
      ordered[static_cast<std::size_t>(held[k])] = all[member][static_cast<std::int64_t>(k)];
    }
  }
  return at::stack(ordered, 0);
}

}  // namespace tessera::worker
