#include "model/vae/vae_decoder.h"

#include <ATen/ATen.h>

#include <string>

#include "model/layers/linear.h"

namespace tessera::model {

VaeDecoder::VaeDecoder(VaeConfig config, WeightSource& source) : config_(std::move(config)) {
  const auto& widths = config_.widths;
  const int latent = config_.latent_channels;
  post_quant_ = load_pointwise(source, "post_quant_conv", latent, latent);
  conv_in_ = load_conv(source, "decoder.conv_in", latent, widths.back(), 3);
  middle_ = load_vae_middle(source, "decoder.mid_block", widths.back());
  int in = widths.back();
  for (std::size_t position = 0; position < widths.size(); ++position) {
    const int width = widths[widths.size() - 1 - position];
    const std::string path = "decoder.up_blocks." + std::to_string(position);
    VaeLevel level;
    for (int j = 0; j <= config_.resnets_per_level; ++j) {
      level.resnets.push_back(
          load_vae_resnet(source, path + ".resnets." + std::to_string(j), in, width));
      in = width;
    }
    if (position + 1 < widths.size()) {
      level.resample = load_conv(source, path + ".upsamplers.0.conv", width, width, 3);
    }
    levels_.push_back(std::move(level));
  }
  norm_out_ = load_norm(source, "decoder.conv_norm_out", widths.front());
  conv_out_ = load_conv(source, "decoder.conv_out", widths.front(), 3, 3);
}

at::Tensor VaeDecoder::decode(const at::Tensor& latents_B4HW, SpatialOps& spatial) const {
  at::Tensor x = latents_B4HW.contiguous(at::MemoryFormat::ChannelsLast);
  x = spatial.conv2d(pointwise(x, post_quant_), conv_in_, {}, {});
  x = run_vae_middle(x, middle_, config_.norm_groups, spatial);
  for (const VaeLevel& level : levels_) {
    for (const ResnetWeights& resnet : level.resnets) {
      x = run_vae_resnet(x, resnet, config_.norm_groups, spatial);
    }
    if (level.resample.weight.defined()) x = spatial.upsampled_conv2d(x, level.resample);
  }
  const NormGeometry norm{config_.norm_groups, kVaeNormEps, Activation::Silu};
  return spatial.normed_conv2d(x, {norm_out_, norm, conv_out_});
}

}  // namespace tessera::model
