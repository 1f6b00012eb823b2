#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "comm/communicator.h"
#include "partition/extent.h"
#include "partition/row_range.h"

namespace tessera::worker {

/// The ranks that share one canvas, and the latent rows that each holds. Rows of other maps follow
/// from the map's width, since columns are never split: a map of W columns is W / latent.cols times
/// as tall as the latent.
///
/// Communicators are not owned. Collectives (statistics, keys and values) and halos use separate
/// ones, so that they can never interleave.
struct StripGroup {
  comm::Communicator* gathers = nullptr;
  comm::Communicator* halos = nullptr;
  partition::Extent latent;                 ///< whole canvas
  std::vector<partition::RowRange> owned;   ///< latent rows per member
  std::vector<partition::RowRange> blocks;  ///< canonical blocks, latent rows
  int member = 0;

  int size() const { return static_cast<int>(owned.size()); }
  partition::RowRange own() const { return owned[static_cast<std::size_t>(member)]; }
  bool alone() const { return size() == 1; }
};

/// `latent_rows` on a map of `map_cols` columns.
partition::RowRange rows_on_map(partition::RowRange latent_rows, int map_cols,
                                partition::Extent latent);
/// Every member's rows on a map of `map_cols` columns.
std::vector<partition::RowRange> rows_on_map(const std::vector<partition::RowRange>& latent_rows,
                                             int map_cols, partition::Extent latent);

/// Collective over group.gathers. Every member contributes one fp32 tensor of equal shape per own
/// block, in block order; all get the stack of all blocks, [K, ...], in block order.
at::Tensor gather_blocks(const StripGroup& group, const std::vector<at::Tensor>& own_blocks);

/// Indices of the canonical blocks that lie in `rows`.
std::vector<int> blocks_in(const std::vector<partition::RowRange>& blocks,
                           partition::RowRange rows);

}  // namespace tessera::worker
