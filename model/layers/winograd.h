#pragma once

#include <ATen/core/Tensor.h>

#include "model/layers/winograd_kernel.h"
#include "model/weights.h"
#include "partition/extent.h"

namespace tessera::model {

/// Whether a convolution of stride 1 runs by winograd_band: 3x3, not dilated, fp32 on the CPU, and
/// channels in whole vectors and not too many. It depends on the layer alone, never on the map or
/// the strip.
bool winograd_applies(const ConvWeights& weights, partition::Extent dilation);

/// G g G^T of every kernel as the panels of WinogradBand, [16, panels, in, 16].
at::Tensor winograd_weights(const at::Tensor& weight_OIHW);

/// Tiles per block for these channels: few, so that a block stays in the second-level cache; many,
/// where the weights do not and have to be read once per block.
std::int64_t winograd_block_tiles(std::int64_t in, std::int64_t out);

/// All outputs of `target` on the calling thread.
void winograd_band(const WinogradBand& band, const WinogradTarget& target);

}  // namespace tessera::model
