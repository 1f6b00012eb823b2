#include "model/vae/vae_encoder.h"

#include <ATen/ATen.h>

#include <string>

#include "model/layers/linear.h"

namespace tessera::model {

VaeEncoder::VaeEncoder(VaeConfig config, WeightSource& source) : config_(std::move(config)) {
  const auto& widths = config_.widths;
  const int moments = 2 * config_.latent_channels;
  conv_in_ = load_conv(source, "encoder.conv_in", 3, widths.front(), 3);
  int in = widths.front();
  for (std::size_t position = 0; position < widths.size(); ++position) {
    const int width = widths[position];
    const std::string path = "encoder.down_blocks." + std::to_string(position);
    VaeLevel level;
    for (int j = 0; j < config_.resnets_per_level; ++j) {
      level.resnets.push_back(
          load_vae_resnet(source, path + ".resnets." + std::to_string(j), in, width));
      in = width;
    }
    if (position + 1 < widths.size()) {
      level.resample = load_conv(source, path + ".downsamplers.0.conv", width, width, 3);
    }
    levels_.push_back(std::move(level));
  }
  middle_ = load_vae_middle(source, "encoder.mid_block", widths.back());
  norm_out_ = load_norm(source, "encoder.conv_norm_out", widths.back());
  conv_out_ = load_conv(source, "encoder.conv_out", widths.back(), moments, 3);
  quant_ = load_pointwise(source, "quant_conv", moments, moments);
}

at::Tensor VaeEncoder::encode(const at::Tensor& image_B3HW, SpatialOps& spatial) const {
  const ConvGeometry downsample{.stride = 2, .padding = Padding::AfterOnly};
  at::Tensor x = image_B3HW.contiguous(at::MemoryFormat::ChannelsLast);
  x = spatial.conv2d(x, conv_in_, {}, {});
  for (const VaeLevel& level : levels_) {
    for (const ResnetWeights& resnet : level.resnets) {
      x = run_vae_resnet(x, resnet, config_.norm_groups, spatial);
    }
    if (level.resample.weight.defined()) x = spatial.conv2d(x, level.resample, downsample, {});
  }
  x = run_vae_middle(x, middle_, config_.norm_groups, spatial);
  const NormGeometry norm{config_.norm_groups, kVaeNormEps, Activation::Silu};
  return pointwise(spatial.normed_conv2d(x, {norm_out_, norm, conv_out_}), quant_);
}

}  // namespace tessera::model
