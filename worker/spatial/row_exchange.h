#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "comm/communicator.h"
#include "partition/row_range.h"

namespace tessera::worker {

/// Moves rows of a channels-last map between the members of `comm`: member m owns owned[m] and gets
/// wanted[m]. All members call it; one group of point-to-point transfers.
///
/// Sends, per member, the rows that others want of its own: bytes = rows x cols x C x element size.
/// \param x_BCHW  the caller's owned rows; may have zero rows.
/// \return [B, C, wanted rows, W] channels-last.
at::Tensor redistribute_rows(comm::Communicator& comm, const at::Tensor& x_BCHW,
                             const std::vector<partition::RowRange>& owned,
                             const std::vector<partition::RowRange>& wanted);

/// The caller's rows with `above` and `below` rows of its neighbours; rows beyond the canvas are
/// zero. All members call it with the same halo.
/// \param owned  rows per member on this map; \param total_rows  of the canvas on this map.
/// \return [B, C, above + own + below, W] channels-last.
at::Tensor add_halo_rows(comm::Communicator& comm, const at::Tensor& x_BCHW,
                         const std::vector<partition::RowRange>& owned, int above, int below,
                         int total_rows);

/// Rows of the canvas next to a strip, [B, C, 0 .. reach, W] channels-last.
struct HaloRows {
  at::Tensor above_BCHW;
  at::Tensor below_BCHW;
};

/// The caller's neighbouring rows alone: its own are not copied. Where the canvas ends, fewer than
/// `reach` rows come. All members call it with the same reach.
HaloRows halo_rows(comm::Communicator& comm, const at::Tensor& x_BCHW,
                   const std::vector<partition::RowRange>& owned, int reach, int total_rows);

}  // namespace tessera::worker
