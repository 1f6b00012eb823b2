#include <string>

#include "model/video/video_unet.h"

namespace tessera::model {
namespace {

VideoBlock block_at(const char* list, std::size_t index) {
  VideoBlock block;
  block.path = std::string(list) + "." + std::to_string(index);
  return block;
}

}  // namespace

VideoUnet::VideoUnet(VideoUnetConfig config, WeightSource& source) : config_(std::move(config)) {
  const int width = config_.widths.front();
  const int embedding = config_.embedding_width();
  time1_ = load_linear(source, "time_embed.0", width, embedding, Bias::Present);
  time2_ = load_linear(source, "time_embed.2", embedding, embedding, Bias::Present);
  fps1_ = load_linear(source, "fps_embedding.0", width, embedding, Bias::Present);
  fps2_ = load_linear(source, "fps_embedding.2", embedding, embedding, Bias::Present);
  conv_in_ = load_conv(source, "input_blocks.0.0", config_.in_channels, width, 3);
  const int heads = VideoUnetConfig::kInitialHeads;
  initial_ = load_temporal_transformer(
      source, "init_attn.0", {width, heads * config_.head_width, heads, 1, ProjectionForm::Conv1d});
  load_input(source);
  load_middle(source);
  load_output(source);
  norm_out_ = load_norm(source, "out.0", width);
  conv_out_ = load_conv(source, "out.2", width, config_.out_channels, 3);
}

void VideoUnet::add_resnet(VideoBlock& block, WeightSource& source, int in, int out,
                           DilationPolicy dilation) {
  // Behind the transformers in the middle block, first in the others.
  const bool second = !block.resnets.empty();
  const std::string path = block.path + (second ? ".3" : ".0");
  block.resnets.push_back(
      {load_resnet(source, path, {in, out, config_.embedding_width()}, dilation, next_resnet_++),
       load_temporal_convs(source, path + ".temopral_conv", out)});
}

void VideoUnet::add_transformers(VideoBlock& block, WeightSource& source, int width, int depth) {
  if (depth == 0) return;
  const int heads = width / config_.head_width;
  block.spatial = load_transformer(source, block.path + ".1",
                                   {width, heads, depth, config_.context_width}, next_layer_);
  block.temporal =
      load_temporal_transformer(source, block.path + ".2", {width, width, heads, depth});
}

void VideoUnet::load_input(WeightSource& source) {
  int width = config_.widths.front();
  skip_widths_.push_back(width);
  const auto next = [&] { return block_at("input_blocks", input_.size() + 1); };
  for (int level = 0; level < config_.levels(); ++level) {
    const auto index = static_cast<std::size_t>(level);
    const bool deepest = level == config_.levels() - 1;
    for (int j = 0; j < config_.resnets_per_level; ++j) {
      VideoBlock block = next();
      add_resnet(block, source, width, config_.widths[index],
                 deepest ? DilationPolicy::Restrained : DilationPolicy::Fixed);
      width = config_.widths[index];
      add_transformers(block, source, width, config_.transformer_depths[index]);
      input_.push_back(std::move(block));
      skip_widths_.push_back(width);
    }
    if (deepest) continue;
    VideoBlock block = next();
    block.resample_path = block.path + ".0.op";
    block.downsample = load_conv(source, block.resample_path, width, width, 3);
    const bool into_deepest = level == config_.levels() - 2;
    block.resample_dilation = into_deepest ? DilationPolicy::Restrained : DilationPolicy::Fixed;
    input_.push_back(std::move(block));
    skip_widths_.push_back(width);
  }
}

void VideoUnet::load_middle(WeightSource& source) {
  const int width = config_.widths.back();
  middle_.path = "middle_block";
  add_resnet(middle_, source, width, width, DilationPolicy::Restrained);
  add_transformers(middle_, source, width, config_.middle_depth);
  add_resnet(middle_, source, width, width, DilationPolicy::Restrained);
}

void VideoUnet::load_output(WeightSource& source) {
  int width = config_.widths.back();
  for (int level = config_.levels() - 1; level >= 0; --level) {
    const auto index = static_cast<std::size_t>(level);
    for (int j = 0; j <= config_.resnets_per_level; ++j) {
      VideoBlock block = block_at("output_blocks", output_.size());
      add_resnet(block, source, width + skip_widths_.back(), config_.widths[index],
                 DilationPolicy::Fixed);
      skip_widths_.pop_back();
      width = config_.widths[index];
      add_transformers(block, source, width, config_.transformer_depths[index]);
      if (j == config_.resnets_per_level && level > 0) {
        block.resample_path = block.path + (block.spatial ? ".3" : ".1");
        block.upsample = load_conv(source, block.resample_path + ".conv", width, width, 3);
      }
      output_.push_back(std::move(block));
    }
  }
}

}  // namespace tessera::model
