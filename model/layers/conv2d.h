#pragma once

#include <ATen/core/Tensor.h>

#include "model/weights.h"
#include "partition/extent.h"

namespace tessera::model {

/// Convolution of a map whose padding rows are already part of it: rows are not padded, columns are
/// zero padded by `pad_cols` on both sides.
///
/// On the CPU in fp32 the bits of an output row do not depend on how many rows or batch elements the
/// call holds: at::conv2d picks its algorithm by input size, so oneDNN is called directly, one batch
/// element at a time.
/// \param bias_BC  per batch element; weights.bias is used when undefined.
/// \return [B, out, (H - d (k - 1) - 1) / stride + 1, W_out], channels-last.
at::Tensor conv_padded_rows(const at::Tensor& x_BCHW, const ConvWeights& weights, int stride,
                            partition::Extent dilation, int pad_cols, const at::Tensor& bias_BC);

}  // namespace tessera::model
