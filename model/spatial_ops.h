#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "model/unet/step_context.h"
#include "model/weights.h"
#include "partition/extent.h"

namespace tessera::model {

/// Rows and columns added around a map before a convolution.
enum class Padding {
  Same,       ///< dilation * (kernel - 1) / 2 on every side
  AfterOnly,  ///< below and right only (encoder downsampler: 0, 1)
};

struct ConvGeometry {
  int stride = 1;
  partition::Extent dilation{1, 1};
  Padding padding = Padding::Same;
};

/// Rows and columns that a convolution looks beyond an output position: dilation * (kernel - 1)
/// / 2.
partition::Extent kernel_reach(const ConvWeights& weights, const ConvGeometry& geometry);

enum class Activation { None, Silu };

struct NormGeometry {
  int groups = 32;
  double eps = 1e-5;
  Activation activation = Activation::None;
  int frames = 1;  ///< consecutive batch elements that share their statistics: those of a clip
};

/// conv(activation(group_norm(x))) + shortcut(residual): stride 1, zero padded to the size of x.
struct NormedConvolution {
  const NormWeights& norm;
  NormGeometry norm_geometry;
  const ConvWeights& conv;
  partition::Extent dilation{1, 1};
  at::Tensor bias_BC = {};                  ///< instead of conv.bias where defined
  at::Tensor residual_BCHW = {};            ///< added where defined
  const LinearWeights* shortcut = nullptr;  ///< 1x1 convolution of the residual
};

struct AttentionWeights {
  LinearWeights q;   ///< C -> C
  LinearWeights kv;  ///< context -> 2 C: keys, then values
  LinearWeights out;
};

/// Which self-attention of the network this is.
struct AttentionSite {
  int layer = 0;  ///< index in execution order; keys the crop jitter
  int heads = 1;
  std::string path;  ///< canonical module path, e.g. "mid_block.attentions.0.transformer_blocks.0"
  partition::Extent
      map;  ///< rows and columns of the map whose tokens these are (this strip's rows)
};

/// The operations of a network that look beyond their own row; everything else is row-local.
/// Implemented by WholeImageOps and worker::StripSpatialOps. Maps are channels-last; all ranks of
/// the strip group call the same operations in the same order.
class SpatialOps {
 public:
  virtual ~SpatialOps() = default;

  /// 2-D convolution, zero padded at the canvas. `bias_BC` (per batch element) is used instead of
  /// weights.bias when defined, so that a time shift costs no pass over the map.
  virtual at::Tensor conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights,
                            const ConvGeometry& geometry, const at::Tensor& bias_BC) = 0;
  /// The map enlarged by 2 (nearest), then a 3x3 convolution, zero padded at the canvas.
  virtual at::Tensor upsampled_conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights) = 0;
  /// Group normalisation over the whole canvas (of all frames of a clip), then the activation.
  virtual at::Tensor group_norm(const at::Tensor& x_BCHW, const NormWeights& weights,
                                const NormGeometry& geometry) = 0;
  /// The bits of group_norm, conv2d and an addition, without their maps in memory.
  virtual at::Tensor normed_conv2d(const at::Tensor& x_BCHW, const NormedConvolution& layer) = 0;
  /// Self-attention of tokens x_BNC (normalised), output projection included, residual not.
  virtual at::Tensor self_attention(const at::Tensor& x_BNC, const AttentionWeights& weights,
                                    const AttentionSite& site, const StepContext& step) = 0;
  /// FreeU's skip filter: scales the four lowest modes of the canvas by `gain`
  /// (docs/algorithms.md, "FreeU").
  virtual at::Tensor damp_low_modes(const at::Tensor& x_BCHW, double gain) = 0;
};

}  // namespace tessera::model
