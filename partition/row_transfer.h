#pragma once

#include <span>
#include <vector>

#include "partition/row_range.h"

namespace tessera::partition {

/// Rows that go to, or come from, one peer. Rows are global.
struct RowTransfer {
  int peer = 0;
  RowRange rows;

  auto operator<=>(const RowTransfer&) const = default;
};

/// What one member of a group sends, receives and copies from itself.
struct TransferPlan {
  std::vector<RowTransfer> sends;     ///< ascending by peer, then row
  std::vector<RowTransfer> receives;  ///< ascending by peer, then row
  std::vector<RowRange> local;        ///< wanted rows that the member owns itself

  bool operator==(const TransferPlan&) const = default;
};

/// `own` grown by `above` and `below` rows, cut at the canvas [0, total_rows). Empty stays empty.
RowRange with_halo(RowRange own, int above, int below, int total_rows);

/// Plans a redistribution of rows: member m owns owned[m] and wants wanted[m].
///
/// Pure: every member computes the plan of every other from the same layouts, so counts always
/// match. Serves halos (wanted = own rows with halo; it may reach over several thin strips), the
/// bicubic upscale, and moves between two layouts. Owned ranges must be disjoint; a member may own
/// or want nothing.
/// \param me  the member whose plan is returned.
/// \throws std::invalid_argument if the sizes differ, `me` is out of range, or wanted rows have no
///         owner.
TransferPlan plan_transfer(std::span<const RowRange> owned, std::span<const RowRange> wanted,
                           int me);

}  // namespace tessera::partition
