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

/// The map enlarged by 2 (nearest), then a 3x3 convolution with zero padding of one enlarged row
/// and column; the sums of taps that meet the same pixel make it a 2x2 convolution of the small map
/// with 4 x out channels, 4/9 of the multiplications:
///
/// y(2i + a, 2j + b) = sum of w(p, q) x(floor((2i + a + p) / 2), floor((2j + b + q) / 2)), p, q =
/// -1..1.
///
/// \param halo_rows  0: the canvas is held whole; 1: x begins and ends with a row of the
/// neighbours,
///                   or of zeros at the canvas. Bits of a row do not depend on it.
/// \return [B, out, 2 (H - 2 halo_rows), 2 W], channels-last.
at::Tensor upsampled_conv_map(const at::Tensor& x_BCHW, const ConvWeights& weights, int halo_rows);

}  // namespace tessera::model
