#include "model/video/video_unet.h"

#include <ATen/ATen.h>

#include "model/layers/linear.h"
#include "model/unet/time_embedding.h"

namespace tessera::model {
namespace {

/// Groups of every GroupNorm, and eps of those of residual blocks and the output (VideoCrafter).
constexpr int kNormGroups = 32;
constexpr double kNormEps = 1e-5;
constexpr NormGeometry kResnetNorm{kNormGroups, kNormEps};

at::Tensor embed(double value, int width, const LinearWeights& first, const LinearWeights& second) {
  const at::Tensor wave = sinusoid(value, width);
  return embed_rows(wave.unsqueeze(0).to(first.weight.options()), first, second);
}

/// One frame's values for all frames, as views.
at::Tensor for_frames(const at::Tensor& value, std::int64_t frames) {
  if (value.size(0) == frames) return value;
  std::vector<std::int64_t> shape = value.sizes().vec();
  shape.front() = frames;
  return value.expand(shape);
}

/// The parts of a residual block beside the network: its own operations stay fused.
void show_resnet(const at::Tensor& x, const ResnetWeights& weights, const at::Tensor& out,
                 const StepContext& step, SpatialOps& spatial) {
  if (!step.shows_every_layer()) return;
  NormGeometry activated = kResnetNorm;
  activated.activation = Activation::Silu;
  const bool restrained = weights.dilation == DilationPolicy::Restrained;
  const partition::Extent dilation = restrained ? step.dilation : partition::Extent{1, 1};
  const bool projected = weights.shortcut.weight.defined();
  const at::Tensor skip = projected ? pointwise(x, weights.shortcut) : x;
  step.show(weights.path + ".in", x);
  step.show(weights.path + ".in_layers.out",
            spatial.normed_conv2d(x, {weights.norm1, activated, weights.conv1, dilation}));
  step.show(weights.path + ".emb_layers.out",
            (*step.time_shifts)[static_cast<std::size_t>(weights.index)], TapLayout::Whole);
  step.show(weights.path + ".out_layers.out", out - skip);
  if (projected) step.show(weights.path + ".skip_connection.out", skip);
}

at::Tensor video_resnet(const at::Tensor& x_TCHW, const VideoResnetWeights& weights,
                        const StepContext& step, SpatialOps& spatial) {
  const at::Tensor frames = resnet_block(x_TCHW, weights.spatial, kResnetNorm, step, spatial);
  show_resnet(x_TCHW, weights.spatial, frames, step, spatial);
  at::Tensor y = temporal_convs(frames, weights.temporal, kResnetNorm, step, spatial);
  if (step.shows_every_layer()) step.show(weights.spatial.path + ".out", y);
  return y;
}

}  // namespace

at::Tensor VideoUnet::embed_time(double timestep) const {
  return embed(timestep, config_.widths.front(), time1_, time2_);
}

at::Tensor VideoUnet::embed_fps(double frames_per_second) const {
  return embed(frames_per_second, config_.widths.front(), fps1_, fps2_);
}

std::vector<const VideoBlock*> VideoUnet::blocks_in_order() const {
  std::vector<const VideoBlock*> blocks;
  for (const VideoBlock& block : input_) blocks.push_back(&block);
  blocks.push_back(&middle_);
  for (const VideoBlock& block : output_) blocks.push_back(&block);
  return blocks;
}

std::vector<at::Tensor> VideoUnet::project_time(const at::Tensor& embedding_1E) const {
  const at::Tensor activated = at::silu(embedding_1E);
  std::vector<at::Tensor> shifts;
  for (const VideoBlock* block : blocks_in_order()) {
    for (const VideoResnetWeights& resnet : block->resnets) {
      shifts.push_back(linear(activated, resnet.spatial.time_projection));
    }
  }
  return shifts;
}

std::vector<KeyValue> VideoUnet::project_text(const at::Tensor& context_BNC) const {
  std::vector<KeyValue> cache;
  for (const VideoBlock* block : blocks_in_order()) {
    if (!block->spatial) continue;
    for (const TransformerBlockWeights& layer : block->spatial->blocks) {
      cache.push_back(project_context(context_BNC, layer));
    }
  }
  return cache;
}

std::vector<AttentionSite> VideoUnet::self_attentions(partition::Extent latent) const {
  std::vector<AttentionSite> sites;
  partition::Extent map = latent;
  for (const VideoBlock* block : blocks_in_order()) {
    if (block->spatial) {
      for (const TransformerBlockWeights& layer : block->spatial->blocks) {
        sites.push_back(layer.site);
        sites.back().map = map;
      }
    }
    if (block->downsample.weight.defined()) map = {map.rows / 2, map.cols / 2};
    if (block->upsample.weight.defined()) map = {map.rows * 2, map.cols * 2};
  }
  return sites;
}

std::size_t VideoUnet::attentions_before_up() const {
  std::size_t count = middle_.spatial ? middle_.spatial->blocks.size() : 0;
  for (const VideoBlock& block : input_) {
    if (block.spatial) count += block.spatial->blocks.size();
  }
  return count;
}

at::Tensor VideoUnet::run_block(at::Tensor x, const VideoBlock& block, const StepContext& step,
                                SpatialOps& spatial) const {
  for (std::size_t j = 0; j < block.resnets.size(); ++j) {
    x = video_resnet(x, block.resnets[j], step, spatial);
    if (j > 0) continue;
    if (block.spatial) x = transformer(x, *block.spatial, kNormGroups, step, spatial);
    if (block.temporal) x = temporal_transformer(x, *block.temporal, kNormGroups, step, spatial);
  }
  const bool resamples = !block.resample_path.empty();
  // The file's upsampler holds its convolution; both take the map as it comes.
  if (resamples && step.shows_every_layer()) step.show(block.resample_path + ".in", x);
  if (block.downsample.weight.defined()) {
    const bool restrained = block.resample_dilation == DilationPolicy::Restrained;
    const ConvGeometry geometry{.stride = 2,
                                .dilation = restrained ? step.dilation : partition::Extent{1, 1}};
    x = spatial.conv2d(x, block.downsample, geometry, {});
  }
  if (block.upsample.weight.defined()) x = spatial.upsampled_conv2d(x, block.upsample);
  if (resamples && step.shows_every_layer()) step.show(block.resample_path + ".out", x);
  step.show("block." + block.path + ".out", x);
  if (step.shows_every_layer()) step.show(block.path + ".out", x);
  return x;
}

at::Tensor VideoUnet::run_output(const at::Tensor& x_TCHW, const StepContext& step,
                                 SpatialOps& spatial) const {
  NormGeometry norm = kResnetNorm;
  if (step.shows_every_layer()) {
    step.show("out.in", x_TCHW);
    step.show("out.0.out", spatial.group_norm(x_TCHW, norm_out_, norm));
  }
  norm.activation = Activation::Silu;
  at::Tensor out = spatial.normed_conv2d(x_TCHW, {norm_out_, norm, conv_out_});
  if (step.shows_every_layer()) step.show("out.out", out);
  return out;
}

at::Tensor VideoUnet::forward(const at::Tensor& x_TCHW, const StepContext& step,
                              SpatialOps& spatial) const {
  const std::int64_t frames = x_TCHW.size(0);
  std::vector<at::Tensor> shifts;
  for (const at::Tensor& shift : *step.time_shifts) shifts.push_back(for_frames(shift, frames));
  std::vector<KeyValue> cross;
  for (const KeyValue& text : *step.cross) {
    cross.push_back({for_frames(text.k_BKND, frames), for_frames(text.v_BKND, frames)});
  }
  StepContext of_frames = step;
  of_frames.time_shifts = &shifts;
  of_frames.cross = &cross;

  at::Tensor x = spatial.conv2d(x_TCHW, conv_in_, {}, {});
  step.show("block.input_blocks.0.out", x);
  x = temporal_transformer(x, initial_, kNormGroups, of_frames, spatial);
  step.show("block.init_attn.out", x);
  std::vector<at::Tensor> skips{x};
  for (const VideoBlock& block : input_) {
    x = run_block(std::move(x), block, of_frames, spatial);
    skips.push_back(x);
  }
  x = run_block(std::move(x), middle_, of_frames, spatial);
  for (const VideoBlock& block : output_) {
    x = at::cat({x, skips.back()}, 1);
    skips.pop_back();
    x = run_block(std::move(x), block, of_frames, spatial);
  }
  return run_output(x, of_frames, spatial);
}

}  // namespace tessera::model
