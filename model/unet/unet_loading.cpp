#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "model/unet/unet.h"

namespace tessera::model {

Unet::Unet(UnetConfig config, WeightSource& source) : config_(std::move(config)) {
  const int width = config_.widths.front();
  const int embedding = config_.embedding_width();
  conv_in_ = load_conv(source, "conv_in", config_.in_channels, width, 3);
  time1_ = load_linear(source, "time_embedding.linear_1", width, embedding, Bias::Present);
  time2_ = load_linear(source, "time_embedding.linear_2", embedding, embedding, Bias::Present);
  added1_ =
      load_linear(source, "add_embedding.linear_1", config_.added_width, embedding, Bias::Present);
  added2_ = load_linear(source, "add_embedding.linear_2", embedding, embedding, Bias::Present);
  for (int level = 0; level < config_.levels(); ++level) down_.push_back(load_down(source, level));
  load_middle(source);
  for (int position = 0; position < config_.levels(); ++position) {
    up_.push_back(load_up(source, position));
  }
  norm_out_ = load_norm(source, "conv_norm_out", width);
  conv_out_ = load_conv(source, "conv_out", width, config_.out_channels, 3);
}

namespace {

TransformerShape transformer_shape(const UnetConfig& config, int level) {
  const auto index = static_cast<std::size_t>(level);
  return {config.widths[index], config.heads[index], config.transformer_depths[index],
          config.context_width, config.linear_projection};
}

}  // namespace

UnetBlock Unet::load_down(WeightSource& source, int level) {
  const auto index = static_cast<std::size_t>(level);
  const std::string path = "down_blocks." + std::to_string(level);
  const int width = config_.widths[index];
  const bool deepest = level == config_.levels() - 1;
  UnetBlock block;
  for (int j = 0; j < config_.resnets_per_level; ++j) {
    const std::string suffix = std::to_string(j);
    const int in = j > 0 || level == 0 ? width : config_.widths[index - 1];
    block.resnets.push_back(
        load_resnet(source, path + ".resnets." + suffix, {in, width, config_.embedding_width()},
                    deepest ? DilationPolicy::Restrained : DilationPolicy::Fixed, next_resnet_++));
    if (config_.transformer_depths[index] > 0) {
      block.transformers.push_back(load_transformer(
          source, path + ".attentions." + suffix, transformer_shape(config_, level), next_layer_));
    }
  }
  if (!deepest) {
    block.resample_path = path + ".downsamplers.0.conv";
    block.resample = load_conv(source, block.resample_path, width, width, 3);
    const bool into_deepest = level == config_.levels() - 2;
    block.resample_dilation = into_deepest ? DilationPolicy::Restrained : DilationPolicy::Fixed;
  }
  return block;
}

void Unet::load_middle(WeightSource& source) {
  const int deepest = config_.levels() - 1;
  const int width = config_.widths.back();
  for (int j = 0; j < 2; ++j) {
    middle_.resnets.push_back(load_resnet(source, "mid_block.resnets." + std::to_string(j),
                                          {width, width, config_.embedding_width()},
                                          DilationPolicy::Restrained, next_resnet_++));
  }
  middle_.transformers.push_back(load_transformer(
      source, "mid_block.attentions.0", transformer_shape(config_, deepest), next_layer_));
}

UnetBlock Unet::load_up(WeightSource& source, int position) {
  const int level = config_.levels() - 1 - position;
  const auto index = static_cast<std::size_t>(level);
  const std::string path = "up_blocks." + std::to_string(position);
  const int width = config_.widths[index];
  const int below = config_.widths[std::min(index + 1, config_.widths.size() - 1)];
  const int above = config_.widths[index == 0 ? 0 : index - 1];
  UnetBlock block;
  for (int j = 0; j <= config_.resnets_per_level; ++j) {
    const std::string suffix = std::to_string(j);
    const int hidden = j == 0 ? below : width;
    const int skip = j == config_.resnets_per_level ? above : width;
    block.resnets.push_back(load_resnet(source, path + ".resnets." + suffix,
                                        {hidden + skip, width, config_.embedding_width()},
                                        DilationPolicy::Fixed, next_resnet_++));
    if (config_.transformer_depths[index] > 0) {
      block.transformers.push_back(load_transformer(
          source, path + ".attentions." + suffix, transformer_shape(config_, level), next_layer_));
    }
  }
  if (level > 0) {
    block.resample_path = path + ".upsamplers.0.conv";
    block.resample = load_conv(source, block.resample_path, width, width, 3);
  }
  return block;
}

}  // namespace tessera::model
