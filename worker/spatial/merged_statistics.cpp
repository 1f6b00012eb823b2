#include "worker/spatial/merged_statistics.h"

#include <ATen/ATen.h>

#include "fusion/free_u.h"
#include "model/layers/group_norm.h"
#include "model/layers/row_chunks.h"

namespace tessera::worker {
namespace {

using partition::RowRange;

/// The strip's canonical blocks as rows of the map that x is.
std::vector<RowRange> own_blocks_on_map(const StripGroup& group, int cols) {
  std::vector<RowRange> rows;
  for (const int block : blocks_in(group.blocks, group.own())) {
    rows.push_back(rows_on_map(group.blocks[static_cast<std::size_t>(block)], cols, group.latent));
  }
  return rows;
}

/// One partial per own block, computed on the threads of this rank.
template <typename Partial>
std::vector<at::Tensor> partials_of(const std::vector<RowRange>& blocks, const Partial& partial) {
  std::vector<at::Tensor> partials(blocks.size());
  model::for_row_chunks(static_cast<std::int64_t>(blocks.size()), 1,
                        [&](std::int64_t begin, std::int64_t end) {
                          for (std::int64_t k = begin; k < end; ++k) {
                            const auto index = static_cast<std::size_t>(k);
                            partials[index] = partial(blocks[index]);
                          }
                        });
  return partials;
}

}  // namespace

at::Tensor merged_group_moments(const StripGroup& group, const at::Tensor& x_BCHW, int groups,
                                int frames) {
  const auto cols = static_cast<int>(x_BCHW.size(3));
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const int first = rows_on_map(group.own(), cols, group.latent).begin;
  const auto partials = partials_of(own_blocks_on_map(group, cols), [&](RowRange rows) {
    return model::group_moments(x, {rows.begin - first, rows.end - first}, groups);
  });
  std::vector<std::int64_t> elements;
  for (const RowRange block : group.blocks) {
    elements.push_back(x.size(1) / groups * rows_on_map(block, cols, group.latent).rows() * cols);
  }
  return model::merge_moments(gather_blocks(group, partials), elements, frames);
}

at::Tensor merged_low_modes(const StripGroup& group, const at::Tensor& x_BCHW) {
  const auto cols = static_cast<int>(x_BCHW.size(3));
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const int first = rows_on_map(group.own(), cols, group.latent).begin;
  const partition::Extent map{rows_on_map({0, group.latent.rows}, cols, group.latent).end, cols};
  const auto partials = partials_of(own_blocks_on_map(group, cols), [&](RowRange rows) {
    return fusion::free_u_partials(x, rows, first, map);
  });
  const at::Tensor blocks = gather_blocks(group, partials).to(at::kDouble);
  at::Tensor sums = blocks[0].clone();
  for (std::int64_t block = 1; block < blocks.size(0); ++block) sums.add_(blocks[block]);
  return sums;
}

}  // namespace tessera::worker
