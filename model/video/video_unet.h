#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "model/spatial_ops.h"
#include "model/unet/resnet_block.h"
#include "model/unet/transformer_block.h"
#include "model/video/temporal_block.h"
#include "model/video/temporal_conv.h"
#include "model/video/video_model_config.h"

namespace tessera::model {

/// A residual block of every frame, then its convolutions over frames.
struct VideoResnetWeights {
  ResnetWeights spatial;
  TemporalConvs temporal;
};

/// One entry of input_blocks or output_blocks, or the middle block: a residual block, transformers
/// over the pixels of a frame and over the frames of a pixel, another residual block (middle), a
/// resampling convolution; each where the file has it.
struct VideoBlock {
  std::string path;
  std::vector<VideoResnetWeights> resnets;
  std::optional<TransformerWeights> spatial;
  std::optional<TemporalTransformerWeights> temporal;
  ConvWeights downsample;
  ConvWeights upsample;
  std::string resample_path;
  DilationPolicy resample_dilation = DilationPolicy::Fixed;
};

/// VideoCrafter2's U-Net. Frames are the batch of the spatial layers; temporal layers are row-local
/// but for their GroupNorms, which see the whole clip. Immutable after loading; forward is const
/// and may run on any thread.
class VideoUnet {
 public:
  /// \param source  in the names of original_unet_names().
  /// \throws storage::DataError for a missing or mis-shaped tensor.
  VideoUnet(VideoUnetConfig config, WeightSource& source);

  const VideoUnetConfig& config() const { return config_; }

  /// MLPs of the timestep and of the frames per second, [1, embedding]; the network takes their
  /// sum.
  at::Tensor embed_time(double timestep) const;
  at::Tensor embed_fps(double frames_per_second) const;
  /// Shift of every residual block for the embedding, in execution order, [1, C].
  std::vector<at::Tensor> project_time(const at::Tensor& embedding_1E) const;
  /// Keys and values of every cross-attention in execution order.
  /// \param context_BNC  one context for all frames, or one per frame.
  std::vector<KeyValue> project_text(const at::Tensor& context_BNC) const;

  /// Every spatial self-attention in execution order, with the map of the whole canvas.
  std::vector<AttentionSite> self_attentions(partition::Extent latent) const;
  /// How many of them come before the up path.
  std::size_t attentions_before_up() const;

  /// Predicted noise for the frames of one clip. \param step  shifts and keys of one frame stand
  /// for all frames. \return [T, 4, rows, cols].
  at::Tensor forward(const at::Tensor& x_TCHW, const StepContext& step, SpatialOps& spatial) const;

 private:
  void load_input(WeightSource& source);
  void load_middle(WeightSource& source);
  void load_output(WeightSource& source);
  void add_resnet(VideoBlock& block, WeightSource& source, int in, int out,
                  DilationPolicy dilation);
  void add_transformers(VideoBlock& block, WeightSource& source, int width, int depth);
  at::Tensor run_block(at::Tensor x, const VideoBlock& block, const StepContext& step,
                       SpatialOps& spatial) const;
  at::Tensor run_output(const at::Tensor& x_TCHW, const StepContext& step,
                        SpatialOps& spatial) const;
  std::vector<const VideoBlock*> blocks_in_order() const;

  VideoUnetConfig config_;
  int next_resnet_ = 0;
  int next_layer_ = 0;
  std::vector<int> skip_widths_;  ///< while loading, the last on top
  LinearWeights time1_, time2_, fps1_, fps2_;
  ConvWeights conv_in_;
  TemporalTransformerWeights initial_;
  std::vector<VideoBlock> input_;  ///< input_blocks from 1 on
  VideoBlock middle_;
  std::vector<VideoBlock> output_;
  NormWeights norm_out_;
  ConvWeights conv_out_;
};

}  // namespace tessera::model
