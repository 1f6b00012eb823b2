#pragma once

#include <vector>

#include "partition/row_range.h"

namespace tessera::partition {

/// The most canonical blocks a canvas is cut into (docs/distribution, section "blocks").
inline constexpr int kMaxCanonicalBlocks = 64;

/// Fixed row blocks of a latent of `latent_rows` rows, over which partial sums are taken.
///
/// With G = latent_rows / grain_rows grains and K = min(64, G), block j holds the grains
/// [floor(j G / K), floor((j + 1) G / K)). Blocks do not depend on the number of strips, so neither
/// do statistics merged from them in index order.
/// \param grain_rows  2^(levels - 1) latent rows, so that a block boundary is a row boundary at
///                    every level of the network.
/// \throws std::invalid_argument unless latent_rows is a positive multiple of grain_rows.
std::vector<RowRange> canonical_blocks(int latent_rows, int grain_rows);

}  // namespace tessera::partition
