#pragma once

#include <ATen/core/Tensor.h>

#include "model/weights.h"

namespace tessera::model {

/// y = x W^T + b over the last dimension of x.
///
/// On the CPU in fp32 it runs as a 1x1 convolution of oneDNN, whose bits per row do not depend on
/// the number of rows (at::linear takes other kernels for few rows and with several threads).
at::Tensor linear(const at::Tensor& x, const LinearWeights& weights);

/// A 1x1 convolution of a channels-last map.
at::Tensor pointwise(const at::Tensor& x_BCHW, const LinearWeights& weights);

}  // namespace tessera::model
