#include "coordinator/vae_flop.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "partition/extent.h"
#include "partition/tile_grid.h"

namespace tessera::coordinator {
namespace {

using partition::Extent;
using worker::ModelOutline;

/// A convolution of k x k taps on a map of 4^scale latent positions.
struct Conv {
  int in = 0;
  int out = 0;
  int taps = 9;
  int scale = 0;
};

/// One half of the autoencoder (KL-f8, docs/models.md).
class Half {
 public:
  void conv(int in, int out, int scale) { convs_.push_back({in, out, 9, scale}); }
  void conv1x1(int in, int out, int scale) { convs_.push_back({in, out, 1, scale}); }
  void resnet(int in, int out, int scale) {
    conv(in, out, scale);
    conv(out, out, scale);
    if (in != out) {
      conv1x1(in, out, scale);
    }
  }
  /// Two resnets, and one head that attends over all latent positions: q, k, v and output.
  void middle(int channels) {
    resnet(channels, channels, 0);
    for (int projection = 0; projection < 4; ++projection) {
      conv1x1(channels, channels, 0);
    }
    resnet(channels, channels, 0);
    attention_channels_ = channels;
  }

  VaeFlop flop(Extent latent) const {
    const double positions = static_cast<double>(latent.area());
    VaeFlop flop;
    flop.attention = 4 * positions * positions * attention_channels_;
    flop.attention_calls = 1;
    for (const Conv& conv : convs_) {
      VaeFlop::Conv& sum = flop.convs[std::min(conv.in, conv.out)];
      sum.flop += 2.0 * conv.taps * conv.in * conv.out * positions * (1 << (2 * conv.scale));
      ++sum.calls;
    }
    return flop;
  }
  double weights() const {
    double sum = 0;
    for (const Conv& conv : convs_) {
      sum += static_cast<double>(conv.taps) * conv.in * conv.out;
    }
    return sum;
  }

 private:
  std::vector<Conv> convs_;
  double attention_channels_ = 0;
};

constexpr int kLatentChannels = 4;
constexpr int kMomentChannels = 8;
constexpr int kImageChannels = 3;

Half decoder(const ModelOutline& model) {
  Half half;
  int channels = model.vae_widths.back();
  int scale = 0;
  half.conv1x1(kLatentChannels, kLatentChannels, 0);
  half.conv(kLatentChannels, channels, 0);
  half.middle(channels);
  for (std::size_t level = model.vae_widths.size(); level-- > 0;) {
    for (int i = 0; i <= model.vae_resnets_per_level; ++i) {
      half.resnet(channels, model.vae_widths[level], scale);
      channels = model.vae_widths[level];
    }
    if (level > 0) {
      half.conv(channels, channels, ++scale);
    }
  }
  half.conv(channels, kImageChannels, scale);
  return half;
}

Half encoder(const ModelOutline& model) {
  Half half;
  int channels = model.vae_widths.front();
  int scale = static_cast<int>(model.vae_widths.size()) - 1;
  half.conv(kImageChannels, channels, scale);
  for (std::size_t level = 0; level < model.vae_widths.size(); ++level) {
    for (int i = 0; i < model.vae_resnets_per_level; ++i) {
      half.resnet(channels, model.vae_widths[level], scale);
      channels = model.vae_widths[level];
    }
    if (scale > 0) {
      half.conv(channels, channels, --scale);
    }
  }
  half.middle(channels);
  half.conv(channels, kMomentChannels, 0);
  half.conv1x1(kMomentChannels, kMomentChannels, 0);
  return half;
}

VaeFlop over_canvas(const Half& half, const worker::StagePlan& stage) {
  if (stage.vae_mode == worker::VaeMode::Full) {
    return half.flop(stage.latent);
  }
  const partition::TileGrid grid(stage.latent, stage.vae_tile / 8);
  VaeFlop sum;
  for (int row = 0; row < grid.tile_rows(); ++row) {
    for (int col = 0; col < grid.tile_cols(); ++col) {
      const partition::Rect input = grid.tile(row, col).input;
      sum += half.flop({input.rows(), input.cols()});
    }
  }
  return sum;
}

}  // namespace

double VaeFlop::conv() const {
  double sum = 0;
  for (const auto& [channels, conv] : convs) sum += conv.flop;
  return sum;
}

VaeFlop& VaeFlop::operator+=(const VaeFlop& other) {
  for (const auto& [channels, conv] : other.convs) {
    convs[channels].flop += conv.flop;
    convs[channels].calls += conv.calls;
  }
  attention += other.attention;
  attention_calls += other.attention_calls;
  return *this;
}

VaeFlop vae_decode_flop(const ModelOutline& model, const worker::StagePlan& stage) {
  return over_canvas(decoder(model), stage);
}

VaeFlop vae_encode_flop(const ModelOutline& model, const worker::StagePlan& stage) {
  return over_canvas(encoder(model), stage);
}

double vae_weights(const ModelOutline& model) {
  return decoder(model).weights() + encoder(model).weights();
}

}  // namespace tessera::coordinator
