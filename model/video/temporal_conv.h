#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/spatial_ops.h"
#include "model/weights.h"

namespace tessera::model {

/// GroupNorm over the clip, SiLU, convolution (3, 1, 1) over frames.
struct TemporalConvWeights {
  NormWeights norm;
  LinearWeights taps;  ///< [out, 3 in]: of the frame before, the frame itself, the one after
};

/// The temporal convolutions of one residual block, which follow its spatial ones.
struct TemporalConvs {
  std::string path;
  std::vector<TemporalConvWeights> layers;
};

TemporalConvs load_temporal_convs(WeightSource& source, const std::string& path, int width);

/// y_t = b + W_before x_(t-1) + W_same x_t + W_after x_(t+1), zeros beyond the clip. Row-local; the
/// bits of a pixel do not depend on how many the call holds. \param x_TCHW  channels-last.
at::Tensor convolve_frames(const at::Tensor& x_TCHW, const LinearWeights& taps);

/// x + conv4(conv3(conv2(conv1(x)))) (VideoCrafter). \param norm  of one frame.
at::Tensor temporal_convs(const at::Tensor& x_TCHW, const TemporalConvs& weights,
                          const NormGeometry& norm, const StepContext& step, SpatialOps& spatial);

}  // namespace tessera::model
