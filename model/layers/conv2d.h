#pragma once

#include <ATen/core/Tensor.h>

#include "model/weights.h"
#include "partition/extent.h"

namespace tessera::model {

/// Convolution with zero padding of `padding` rows and columns on both sides. A strip passes its
/// halo rows as part of the map and pads no rows; the bits are the same.
///
/// On the CPU in fp32 the bits of an output row do not depend on how many rows or batch elements
/// the call holds: at::conv2d picks its algorithm by input size, so oneDNN is called directly, one
/// batch element at a time. \param bias_BC  per batch element; weights.bias is used when undefined.
/// \return [B, out, (H + 2 p - d (k - 1) - 1) / stride + 1, ...], channels-last.
at::Tensor conv_map(const at::Tensor& x_BCHW, const ConvWeights& weights, int stride,
                    partition::Extent dilation, partition::Extent padding,
                    const at::Tensor& bias_BC);

}  // namespace tessera::model
