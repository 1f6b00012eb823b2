#pragma once

#include <string>
#include <vector>

#include "model/whole_image_ops.h"
#include "tests/model/synthetic_weights.h"

namespace tessera::model {

/// The operations on a whole map, and a record of what the network asked for.
class RecordingOps final : public SpatialOps {
 public:
  struct Conv {
    std::string layer;
    ConvGeometry geometry;
    std::vector<std::int64_t> shape;  ///< of the input
    at::Tensor bias_BC;
    bool upsampled = false;
  };
  struct Norm {
    std::string layer;
    NormGeometry geometry;
  };
  struct Attention {
    AttentionSite site;
    int step = 0;
  };
  struct Damping {
    at::Tensor skip;
    double gain = 0;
  };

  explicit RecordingOps(const SyntheticWeights& weights) : weights_(weights) {}

  at::Tensor conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights,
                    const ConvGeometry& geometry, const at::Tensor& bias_BC) override {
    convs.push_back({weights_.layer_of(weights.bias), geometry, x_BCHW.sizes().vec(), bias_BC});
    return whole_.conv2d(x_BCHW, weights, geometry, bias_BC);
  }
  at::Tensor upsampled_conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights) override {
    convs.push_back({weights_.layer_of(weights.bias), {}, x_BCHW.sizes().vec(), {}, true});
    return whole_.upsampled_conv2d(x_BCHW, weights);
  }
  at::Tensor group_norm(const at::Tensor& x_BCHW, const NormWeights& weights,
                        const NormGeometry& geometry) override {
    norms.push_back({weights_.layer_of(weights.bias), geometry});
    return whole_.group_norm(x_BCHW, weights, geometry);
  }
  at::Tensor normed_conv2d(const at::Tensor& x_BCHW, const NormedConvolution& layer) override {
    norms.push_back({weights_.layer_of(layer.norm.bias), layer.norm_geometry});
    convs.push_back({weights_.layer_of(layer.conv.bias),
                     {.dilation = layer.dilation},
                     x_BCHW.sizes().vec(),
                     layer.bias_BC});
    return whole_.normed_conv2d(x_BCHW, layer);
  }
  at::Tensor self_attention(const at::Tensor& x_BNC, const AttentionWeights& weights,
                            const AttentionSite& site, const StepContext& step) override {
    attentions.push_back({site, step.step});
    return whole_.self_attention(x_BNC, weights, site, step);
  }
  at::Tensor damp_low_modes(const at::Tensor& x_BCHW, double gain) override {
    dampings.push_back({x_BCHW, gain});
    return whole_.damp_low_modes(x_BCHW, gain);
  }

  std::vector<Conv> convs;
  std::vector<Norm> norms;
  std::vector<Attention> attentions;
  std::vector<Damping> dampings;

 private:
  const SyntheticWeights& weights_;
  WholeImageOps whole_;
};

}  // namespace tessera::model
