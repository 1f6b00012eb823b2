#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "model/spatial_ops.h"
#include "model/weights.h"

namespace tessera::model {

/// Whether restrained dilation (docs/algorithms.md, "Dilated convolutions") reaches a layer: the
/// downsampler into the deepest level and every resnet of the deepest and middle blocks.
enum class DilationPolicy { Fixed, Restrained };

struct ResnetWeights {
  std::string path;  ///< e.g. "up_blocks.0.resnets.1"
  int index = 0;     ///< in execution order
  DilationPolicy dilation = DilationPolicy::Fixed;
  NormWeights norm1;
  ConvWeights conv1;
  LinearWeights time_projection;
  NormWeights norm2;
  ConvWeights conv2;
  LinearWeights shortcut;  ///< 1x1 convolution as a linear layer; undefined where widths agree
};

struct ResnetShape {
  int in = 0;
  int out = 0;
  int embedding = 0;
};

ResnetWeights load_resnet(WeightSource& source, const std::string& path, const ResnetShape& shape,
                          DilationPolicy dilation, int index);

/// h = conv1(silu(gn(x))) + time shift; h = conv2(silu(gn(h))); shortcut(x) + h. x is
/// channels-last.
at::Tensor resnet_block(const at::Tensor& x_BCHW, const ResnetWeights& weights,
                        const NormGeometry& norm, const StepContext& step, SpatialOps& spatial);

}  // namespace tessera::model
