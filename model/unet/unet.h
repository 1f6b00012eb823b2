#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "model/spatial_ops.h"
#include "model/unet/resnet_block.h"
#include "model/unet/transformer_block.h"
#include "model/unet/unet_config.h"

namespace tessera::model {

/// One level of the network, down or up: resnets, each followed by a transformer where the level
/// has them, and a resampling convolution (undefined at the ends).
struct UnetBlock {
  std::vector<ResnetWeights> resnets;
  std::vector<TransformerWeights> transformers;  ///< empty or one per resnet
  ConvWeights resample;                          ///< downsampler (stride 2) or upsampler
  std::string resample_path;
  DilationPolicy resample_dilation = DilationPolicy::Fixed;
};

/// The SDXL-format U-Net. Immutable after loading; forward is const and may run on any thread.
class Unet {
 public:
  /// \throws storage::DataError for a missing or mis-shaped tensor.
  Unet(UnetConfig config, WeightSource& source);

  const UnetConfig& config() const { return config_; }

  /// MLP of pooled text and size ids, [B, embedding]: the part of the embedding that does not
  /// depend on the timestep. One batch element at a time, so the bits do not depend on B.
  at::Tensor embed_added(const at::Tensor& pooled_BP, const std::vector<float>& time_ids) const;
  /// MLP of the timestep, [1, embedding].
  at::Tensor embed_time(double timestep) const;
  /// Shift of every resnet for embedding_BE = embed_time + embed_added, in execution order.
  std::vector<at::Tensor> project_time(const at::Tensor& embedding_BE) const;
  /// Keys and values of every cross-attention, in execution order.
  std::vector<KeyValue> project_text(const at::Tensor& context_BNC) const;

  /// Every self-attention in execution order, with the map of the whole canvas.
  std::vector<AttentionSite> self_attentions(partition::Extent latent) const;

  /// Predicted noise for x_BCHW (already divided by sqrt(sigma^2 + 1)), [B, 4, rows, cols].
  at::Tensor forward(const at::Tensor& x_BCHW, const StepContext& step, SpatialOps& spatial) const;

 private:
  struct Skips;
  UnetBlock load_down(WeightSource& source, int level);
  UnetBlock load_up(WeightSource& source, int position);
  void load_middle(WeightSource& source);
  at::Tensor run_down(at::Tensor x, std::size_t level, std::vector<at::Tensor>& skips,
                      const StepContext& step, SpatialOps& spatial) const;
  at::Tensor run_up(at::Tensor x, std::size_t position, std::vector<at::Tensor>& skips,
                    const StepContext& step, SpatialOps& spatial) const;
  at::Tensor join_skip(const at::Tensor& hidden, const at::Tensor& skip, const std::string& resnet,
                       const StepContext& step, SpatialOps& spatial) const;
  NormGeometry resnet_norm() const { return {config_.norm_groups, config_.norm_eps}; }
  std::vector<const TransformerBlockWeights*> blocks_in_order() const;
  std::vector<const ResnetWeights*> resnets_in_order() const;

  UnetConfig config_;
  int next_resnet_ = 0;
  int next_layer_ = 0;
  ConvWeights conv_in_;
  LinearWeights time1_, time2_, added1_, added2_;
  std::vector<UnetBlock> down_;
  UnetBlock middle_;
  std::vector<UnetBlock> up_;
  NormWeights norm_out_;
  ConvWeights conv_out_;
};

}  // namespace tessera::model
