#pragma once

#include <optional>
#include <span>

#include "partition/row_range.h"

namespace tessera::coordinator {

/// How many strips a stage is cut into. The tallest strip sets the pace, so this is the smallest
/// number whose tallest strip is not taller than with every rank of a half that can hold rows.
/// \param blocks  canonical blocks of the stage, at least one.
/// \param limit   `distributed.strips`: taken as it is, up to the number of blocks.
int choose_strips(std::span<const partition::RowRange> blocks, int ranks_per_half,
                  std::optional<int> limit);

}  // namespace tessera::coordinator
