#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "comm/communicator.h"
#include "partition/extent.h"
#include "partition/row_range.h"

namespace tessera::worker {

/// How the rows of a map are spread over the members of a group.
struct SpreadRows {
  std::vector<partition::RowRange> of_member;  ///< empty ranges where a member holds none
  partition::Extent map;                       ///< the whole map
};

/// Bicubic resize of a map whose rows are spread over the members of `comm`, all of which call it:
/// the source rows that a target's taps touch come from their owners in one group of point-to-point
/// transfers, then every member resizes its own target rows. No row of the source has two owners;
/// targets may overlap. Bits depend neither on the layouts nor on the number of members.
/// \param map_BCHW  the caller's rows of the source; zero rows where it holds none.
/// \return the caller's rows of the target, contiguous.
at::Tensor upscale_rows(comm::Communicator& comm, const at::Tensor& map_BCHW,
                        const SpreadRows& source, const SpreadRows& target);

}  // namespace tessera::worker
