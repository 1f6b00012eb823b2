#include "coordinator/unet_layers.h"

#include <algorithm>

namespace tessera::coordinator {
namespace {

constexpr int kLatentChannels = 4;

/// Appends layers while it follows the channels through the network.
class LayerList {
 public:
  explicit LayerList(const worker::ModelOutline& model) : model_(model) {}

  UnetLayers build() {
    conv(kLatentChannels, width(0), 0, Dilation::Fixed, Input::Plain);
    if (temporal()) initial_frames();
    push_skip(width(0), 0);
    for (int level = 0; level < levels(); ++level) {
      down_block(level);
    }
    resnet(width(deepest()), width(deepest()), deepest(), Dilation::Restrained);
    transformer(deepest(), model_.middle_depth >= 0 ? model_.middle_depth : depth(deepest()));
    resnet(width(deepest()), width(deepest()), deepest(), Dilation::Restrained);
    int channels = width(deepest());
    for (int level = deepest(); level >= 0; --level) {
      channels = up_block(level, channels);
    }
    conv(width(0), kLatentChannels, 0, Dilation::Fixed, Input::Normed);
    return std::move(result_);
  }

 private:
  using Input = UnetLayer::Input;
  enum class Dilation { Fixed, Restrained };

  int levels() const { return static_cast<int>(model_.unet_widths.size()); }
  int deepest() const { return levels() - 1; }
  bool temporal() const { return model_.temporal_length > 0; }
  int depth(int level) const { return model_.transformer_depths[static_cast<std::size_t>(level)]; }
  int width(int level) const { return model_.unet_widths[static_cast<std::size_t>(level)]; }

  void conv(int in, int out, int level, Dilation dilation, Input input) {
    const bool dilated = dilation == Dilation::Restrained;
    result_.layers.push_back({UnetLayer::Kind::Conv3x3, level, in, out, 0, dilated, input});
  }

  void resnet(int in, int out, int level, Dilation dilation) {
    conv(in, out, level, dilation, Input::Normed);
    conv(out, out, level, dilation, Input::Normed);
    if (in != out) {
      result_.layers.push_back({UnetLayer::Kind::Conv1x1, level, in, out, 0, false, Input::Plain});
    }
    // Four convolutions over three frames.
    if (temporal()) linear(level, 4 * 3 * out, out);
  }

  /// A product per pixel of a frame, which costs and weighs as a 1x1 convolution does.
  void linear(int level, int in, int out) {
    result_.layers.push_back({UnetLayer::Kind::Conv1x1, level, in, out, 0, false, Input::Plain});
  }

  /// proj_in and proj_out; per block two attentions over frames and a feed-forward.
  void frame_transformer(int level, int channels, int inner, int depth) {
    const int products = 2 * channels * inner + depth * (2 * 4 + 12) * inner * inner;
    linear(level, products / channels, channels);
  }

  void initial_frames() {
    constexpr int kHeads = 8;
    frame_transformer(0, width(0), kHeads * width(0) / model_.head_counts.front(), 1);
  }

  void transformer(int level, int depth) {
    if (depth == 0) return;
    const int channels = width(level);
    result_.layers.push_back(
        {UnetLayer::Kind::Transformer, level, channels, channels, depth, false, Input::Normed});
    if (temporal()) frame_transformer(level, channels, channels, depth);
  }

  void push_skip(int channels, int level) {
    skips_.push_back(channels);
    result_.skip_channels += static_cast<double>(channels) / (1 << (2 * level));
  }

  void down_block(int level) {
    const bool last = level == deepest();
    int channels = width(std::max(0, level - 1));
    for (int i = 0; i < model_.resnets_per_level; ++i) {
      resnet(channels, width(level), level,
             last && level > 0 ? Dilation::Restrained : Dilation::Fixed);
      transformer(level, depth(level));
      channels = width(level);
      push_skip(channels, level);
    }
    if (!last) {
      conv(channels, channels, level + 1,
           level + 1 == deepest() ? Dilation::Restrained : Dilation::Fixed, Input::Strided);
      push_skip(channels, level + 1);
    }
  }

  /// FreeU acts where the map from below is as wide as the deepest or the next level.
  void filter_skip(int hidden_channels, int level) {
    const int next = width(std::max(0, deepest() - 1));
    if (hidden_channels == width(deepest()) || hidden_channels == next) {
      result_.filtered_skips.push_back({level, skips_.back()});
    }
  }

  int up_block(int level, int channels) {
    for (int i = 0; i <= model_.resnets_per_level; ++i) {
      const int in = channels + skips_.back();
      filter_skip(channels, level);
      skips_.pop_back();
      result_.concat_channels =
          std::max(result_.concat_channels, static_cast<double>(in) / (1 << (2 * level)));
      resnet(in, width(level), level, Dilation::Fixed);
      transformer(level, depth(level));
      channels = width(level);
    }
    if (level > 0) {
      conv(channels, channels, level - 1, Dilation::Fixed, Input::Upsampled);
    }
    return channels;
  }

  const worker::ModelOutline& model_;
  UnetLayers result_;
  std::vector<int> skips_;
};

}  // namespace

UnetLayers unet_layers(const worker::ModelOutline& model) { return LayerList(model).build(); }

}  // namespace tessera::coordinator
