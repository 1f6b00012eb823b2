#include "coordinator/layer_flop.h"

#include <algorithm>
#include <vector>

#include "partition/crop_grid.h"
#include "partition/crop_ownership.h"
#include "partition/interleave.h"

namespace tessera::coordinator {
namespace {

using partition::Extent;
using partition::RowRange;
using worker::StagePlan;

constexpr double kTextTokens = 77;

/// Rows of a strip on the token grid of a layer.
struct StripGrid {
  Extent map;
  RowRange own;

  double own_tokens() const { return static_cast<double>(own.rows()) * map.cols; }
};

StripGrid grid_of(const StagePlan& stage, int level, RowRange own) {
  return {{stage.latent.rows >> level, stage.latent.cols >> level},
          {own.begin >> level, own.end >> level}};
}

/// Query tokens of the strip times the tokens of their phase, summed over the phases.
double global_pairs(const StripGrid& grid, Extent phases) {
  double pairs = 0;
  for (int p = 0; p < phases.rows; ++p) {
    const double own_rows = partition::phase_rows(grid.own, p, phases.rows).count;
    const double rows = partition::phase_length(grid.map.rows, p, phases.rows);
    for (int q = 0; q < phases.cols; ++q) {
      const double cols = partition::phase_length(grid.map.cols, q, phases.cols);
      pairs += own_rows * cols * rows * cols;
    }
  }
  return pairs;
}

/// Query tokens of the strip times the tokens of their crop, summed over the crops.
double local_pairs(const StagePlan& stage, const StripGrid& grid, Extent base, int level) {
  const partition::CropGrid crops =
      stage.crop_rule == worker::CropRule::Official
          ? partition::official_crops(stage.image, grid.map, base.cols)
          : partition::paper_crops(grid.map, base, level, stage.crop_jitter);
  const std::vector<partition::CropShift> unshifted(static_cast<std::size_t>(crops.count()));
  double pairs = 0;
  for (const auto& share : partition::crops_of_strip(crops, unshifted, grid.own)) {
    const double queries = static_cast<double>(share.query_rows.rows()) * share.window.cols();
    pairs += queries * share.window.rows() * share.window.cols();
  }
  return pairs;
}

UnetFlop conv_flop(const UnetLayer& layer, double tokens) {
  const double taps = layer.kind == UnetLayer::Kind::Conv3x3 ? 9 : 1;
  UnetFlop flop;
  flop.conv = 2 * taps * layer.in_channels * layer.out_channels * tokens;
  flop.dilated_conv = layer.dilated ? flop.conv : 0;
  return flop;
}

UnetFlop transformer_flop(const UnetLayer& layer, const StagePlan& stage, Extent base,
                          const StripGrid& grid) {
  const double tokens = grid.own_tokens();
  const double channels = layer.out_channels;
  const double per_token = layer.depth * channels * tokens;
  UnetFlop flop;
  flop.linear = 36 * channels * per_token + 4 * channels * channels * tokens;
  flop.cross_scores = 4 * kTextTokens * per_token;
  if (stage.self_attention == worker::SelfAttention::Plain) {
    flop.global_attention = 4 * layer.depth * channels * global_pairs(grid, {1, 1});
    return flop;
  }
  flop.global_attention = 4 * layer.depth * channels * global_pairs(grid, stage.phases);
  flop.local_attention = 4 * layer.depth * channels * local_pairs(stage, grid, base, layer.level);
  flop.blur = 4 * (2 * stage.blur_radius + 1) * per_token;
  if (stage.blur_axes == worker::BlurAxes::HeightWidthChannel) {
    flop.channel_blur = 2 * channels * per_token;
  }
  return flop;
}

}  // namespace

UnetFlop& UnetFlop::operator+=(const UnetFlop& other) {
  conv += other.conv;
  dilated_conv += other.dilated_conv;
  linear += other.linear;
  cross_scores += other.cross_scores;
  local_attention += other.local_attention;
  global_attention += other.global_attention;
  blur += other.blur;
  channel_blur += other.channel_blur;
  return *this;
}

UnetFlop operator*(double factor, const UnetFlop& flop) {
  return {factor * flop.conv,         factor * flop.dilated_conv,    factor * flop.linear,
          factor * flop.cross_scores, factor * flop.local_attention, factor * flop.global_attention,
          factor * flop.blur,         factor * flop.channel_blur};
}

UnetFlop layer_flop(const UnetLayer& layer, const StagePlan& stage, Extent base, RowRange own) {
  const StripGrid grid = grid_of(stage, layer.level, own);
  return layer.kind == UnetLayer::Kind::Transformer ? transformer_flop(layer, stage, base, grid)
                                                    : conv_flop(layer, grid.own_tokens());
}

}  // namespace tessera::coordinator
