#include "model/unet/unet.h"

#include <ATen/ATen.h>

#include <string>

#include "model/layers/linear.h"
#include "model/unet/time_embedding.h"

namespace tessera::model {

at::Tensor Unet::embed_added(const at::Tensor& pooled_BP,
                             const std::vector<float>& time_ids) const {
  std::vector<at::Tensor> ids;
  for (const float id : time_ids) ids.push_back(sinusoid(id, config_.time_ids_width));
  const at::Tensor sizes = at::cat(ids, 0).to(pooled_BP.options());
  const at::Tensor sizes_BS = sizes.unsqueeze(0).expand({pooled_BP.size(0), sizes.size(0)});
  return embed_rows(at::cat({pooled_BP, sizes_BS}, 1), added1_, added2_);
}

at::Tensor Unet::embed_time(double timestep) const {
  const at::Tensor wave = sinusoid(timestep, config_.widths.front());
  return embed_rows(wave.unsqueeze(0).to(time1_.weight.options()), time1_, time2_);
}

std::vector<const ResnetWeights*> Unet::resnets_in_order() const {
  std::vector<const ResnetWeights*> resnets;
  const auto append = [&](const UnetBlock& block) {
    for (const ResnetWeights& resnet : block.resnets) resnets.push_back(&resnet);
  };
  for (const UnetBlock& block : down_) append(block);
  append(middle_);
  for (const UnetBlock& block : up_) append(block);
  return resnets;
}

std::vector<const TransformerBlockWeights*> Unet::blocks_in_order() const {
  std::vector<const TransformerBlockWeights*> blocks;
  const auto append = [&](const UnetBlock& block) {
    for (const TransformerWeights& transformer : block.transformers) {
      for (const TransformerBlockWeights& entry : transformer.blocks) blocks.push_back(&entry);
    }
  };
  for (const UnetBlock& block : down_) append(block);
  append(middle_);
  for (const UnetBlock& block : up_) append(block);
  return blocks;
}

std::vector<AttentionSite> Unet::self_attentions(partition::Extent latent) const {
  std::vector<AttentionSite> sites;
  const auto append = [&](const UnetBlock& block, std::size_t level) {
    for (const TransformerWeights& transformer : block.transformers) {
      for (const TransformerBlockWeights& entry : transformer.blocks) {
        sites.push_back(entry.site);
        sites.back().map = {latent.rows >> level, latent.cols >> level};
      }
    }
  };
  const std::size_t deepest = down_.size() - 1;
  for (std::size_t level = 0; level <= deepest; ++level) append(down_[level], level);
  append(middle_, deepest);
  for (std::size_t position = 0; position <= deepest; ++position) {
    append(up_[position], deepest - position);
  }
  return sites;
}

std::vector<at::Tensor> Unet::project_time(const at::Tensor& embedding_BE) const {
  const at::Tensor activated = at::silu(embedding_BE);
  std::vector<at::Tensor> shifts;
  for (const ResnetWeights* resnet : resnets_in_order()) {
    std::vector<at::Tensor> rows;
    for (std::int64_t b = 0; b < activated.size(0); ++b) {
      rows.push_back(linear(activated.narrow(0, b, 1), resnet->time_projection));
    }
    shifts.push_back(at::cat(rows, 0));
  }
  return shifts;
}

std::vector<KeyValue> Unet::project_text(const at::Tensor& context_BNC) const {
  std::vector<KeyValue> cache;
  for (const TransformerBlockWeights* block : blocks_in_order()) {
    cache.push_back(project_context(context_BNC, *block));
  }
  return cache;
}

at::Tensor Unet::run_down(at::Tensor x, std::size_t level, std::vector<at::Tensor>& skips,
                          const StepContext& step, SpatialOps& spatial) const {
  const UnetBlock& block = down_[level];
  for (std::size_t j = 0; j < block.resnets.size(); ++j) {
    x = resnet_block(x, block.resnets[j], resnet_norm(), step, spatial);
    if (!block.transformers.empty()) {
      x = transformer(x, block.transformers[j], config_.norm_groups, step, spatial);
    }
    skips.push_back(x);
  }
  if (block.resample.weight.defined()) {
    const bool restrained = block.resample_dilation == DilationPolicy::Restrained;
    const ConvGeometry geometry{.stride = 2,
                                .dilation = restrained ? step.dilation : partition::Extent{1, 1}};
    if (restrained) step.show("dilated." + block.resample_path + ".in", x);
    x = spatial.conv2d(x, block.resample, geometry, {});
    if (restrained) step.show("dilated." + block.resample_path + ".out", x);
    skips.push_back(x);
  }
  step.show("block.down_blocks." + std::to_string(level) + ".out", x);
  return x;
}

/// FreeU on the widest and the next width (docs/algorithms.md, "FreeU"), then [hidden, skip].
at::Tensor Unet::join_skip(const at::Tensor& hidden, const at::Tensor& skip,
                           const std::string& resnet, const StepContext& step,
                           SpatialOps& spatial) const {
  const auto levels = static_cast<std::size_t>(config_.levels());
  const std::int64_t channels = hidden.size(1);
  const bool widest = channels == config_.widths[levels - 1];
  const bool next = channels == config_.widths[levels - 2];
  if (!step.free_u || !(widest || next)) return at::cat({hidden, skip}, 1);
  const double backbone = widest ? step.free_u->b1 : step.free_u->b2;
  const double gain = widest ? step.free_u->s1 : step.free_u->s2;
  step.show("freeu." + resnet + ".hidden_in", hidden);
  step.show("freeu." + resnet + ".skip_in", skip);
  const at::Tensor damped = spatial.damp_low_modes(skip, gain);
  at::Tensor joined = at::cat({hidden, damped}, 1);
  joined.narrow(1, 0, channels / 2).mul_(backbone);
  step.show("freeu." + resnet + ".hidden_out", joined.narrow(1, 0, channels));
  step.show("freeu." + resnet + ".skip_out", damped);
  return joined;
}

at::Tensor Unet::run_up(at::Tensor x, std::size_t position, std::vector<at::Tensor>& skips,
                        const StepContext& step, SpatialOps& spatial) const {
  const UnetBlock& block = up_[position];
  for (std::size_t j = 0; j < block.resnets.size(); ++j) {
    x = join_skip(x, skips.back(), block.resnets[j].path, step, spatial);
    skips.pop_back();
    x = resnet_block(x, block.resnets[j], resnet_norm(), step, spatial);
    if (!block.transformers.empty()) {
      x = transformer(x, block.transformers[j], config_.norm_groups, step, spatial);
    }
  }
  if (block.resample.weight.defined()) {
    x = spatial.upsampled_conv2d(x, block.resample);
  }
  step.show("block.up_blocks." + std::to_string(position) + ".out", x);
  return x;
}

at::Tensor Unet::forward(const at::Tensor& x_BCHW, const StepContext& step,
                         SpatialOps& spatial) const {
  std::vector<at::Tensor> skips;
  at::Tensor x = spatial.conv2d(x_BCHW, conv_in_, {}, {});
  step.show("block.conv_in.out", x);
  skips.push_back(x);
  for (std::size_t level = 0; level < down_.size(); ++level) {
    x = run_down(std::move(x), level, skips, step, spatial);
  }
  x = resnet_block(x, middle_.resnets[0], resnet_norm(), step, spatial);
  x = transformer(x, middle_.transformers[0], config_.norm_groups, step, spatial);
  x = resnet_block(x, middle_.resnets[1], resnet_norm(), step, spatial);
  step.show("block.mid_block.out", x);
  for (std::size_t position = 0; position < up_.size(); ++position) {
    x = run_up(std::move(x), position, skips, step, spatial);
  }
  NormGeometry norm = resnet_norm();
  norm.activation = Activation::Silu;
  return spatial.normed_conv2d(x, {norm_out_, norm, conv_out_});
}

}  // namespace tessera::model
