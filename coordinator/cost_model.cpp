#include "coordinator/cost_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "coordinator/unet_layers.h"
#include "coordinator/vae_flop.h"
#include "partition/crop_grid.h"
#include "partition/interleave.h"
#include "partition/strip_layout.h"

namespace tessera::coordinator {
namespace {

using partition::Extent;
using worker::ModelOutline;
using worker::StagePlan;

constexpr double kTextTokens = 77;
constexpr double kBytesPerValue = 4;  // fp32
constexpr double kLiveMaps = 2.5;     // input, normalised copy and output of a wide layer

Extent grid_of(const StagePlan& stage, int level) {
  return {stage.latent.rows >> level, stage.latent.cols >> level};
}

/// Tokens squared, summed over the groups that attend among themselves.
double phase_pairs(Extent grid, Extent phases) {
  double pairs = 0;
  for (int p = 0; p < phases.rows; ++p) {
    for (int q = 0; q < phases.cols; ++q) {
      const double tokens =
          static_cast<double>(partition::phase_length(grid.rows, p, phases.rows)) *
          partition::phase_length(grid.cols, q, phases.cols);
      pairs += tokens * tokens;
    }
  }
  return pairs;
}

double crop_pairs(const StagePlan& stage, Extent grid, Extent base, int level) {
  const partition::CropGrid crops =
      stage.crop_rule == worker::CropRule::Official
          ? partition::official_crops(stage.image, grid, base.cols)
          : partition::paper_crops(grid, base, level, stage.crop_jitter);
  const double tokens = static_cast<double>(crops.rows.crop) * crops.cols.crop;
  return crops.count() * tokens * tokens;
}

void add_conv(UnetFlop& flop, const UnetLayer& layer, double tokens) {
  const double taps = layer.kind == UnetLayer::Kind::Conv3x3 ? 9 : 1;
  const double cost = 2 * taps * layer.in_channels * layer.out_channels * tokens;
  flop.conv += cost;
  flop.dilated_conv += layer.dilated ? cost : 0;
}

void add_transformer(UnetFlop& flop, const UnetLayer& layer, const StagePlan& stage, Extent base) {
  const Extent grid = grid_of(stage, layer.level);
  const double tokens = static_cast<double>(grid.area());
  const double channels = layer.out_channels;
  const double per_token = layer.depth * channels * tokens;
  flop.linear += 36 * channels * per_token + 4 * channels * channels * tokens;
  flop.cross_scores += 4 * kTextTokens * per_token;
  if (stage.self_attention == worker::SelfAttention::Plain) {
    flop.global_attention += 4 * tokens * per_token;
    return;
  }
  flop.global_attention += 4 * layer.depth * channels * phase_pairs(grid, stage.phases);
  flop.local_attention += 4 * layer.depth * channels * crop_pairs(stage, grid, base, layer.level);
  flop.blur += 4 * (2 * stage.blur_radius + 1) * per_token;
  if (stage.blur_axes == worker::BlurAxes::HeightWidthChannel) {
    flop.channel_blur += 2 * channels * per_token;
  }
}

/// Without biases, norms and embeddings. A block has 4 C^2 for self-attention, 2 C^2 and 2 C x
/// context for cross-attention and 12 C^2 for the feed-forward; proj_in and proj_out have C^2 each.
double unet_weights(const ModelOutline& model, const UnetLayers& network) {
  double weights = 0;
  for (const UnetLayer& layer : network.layers) {
    const double channels = layer.out_channels;
    if (layer.kind == UnetLayer::Kind::Transformer) {
      weights += 2 * channels * channels +
                 layer.depth * (18 * channels * channels + 2 * channels * model.context_width);
    } else {
      weights +=
          (layer.kind == UnetLayer::Kind::Conv3x3 ? 9.0 : 1.0) * layer.in_channels * channels;
    }
  }
  return weights;
}

/// Whether a stage begins by encoding a picture: that of the stage below, or an initial image.
bool encodes_image(const worker::RenderTask& task, int stage) {
  if (stage > 0) {
    return task.upscale_space == worker::UpscaleSpace::Image;
  }
  return std::any_of(task.items.begin(), task.items.end(), [](const worker::ItemTask& item) {
    return !item.init_image.empty() && item.init_strength < 1;
  });
}

/// The working set of the rank with the tallest strip.
double working_bytes(const ModelOutline& model, const worker::RenderTask& task,
                     const StagePlan& stage, const UnetLayers& network) {
  const partition::StripLayout strips = partition::make_strips(stage.blocks, stage.strip_count);
  const double share = static_cast<double>(strips.tallest_rows()) / stage.latent.rows;
  const double latent = static_cast<double>(stage.latent.area());
  const double batch = task.sampling.guided() && task.grid.halves == 1 ? 2 : 1;
  double widest_keys = 0;
  for (const UnetLayer& layer : network.layers) {
    if (layer.kind == UnetLayer::Kind::Transformer) {
      const double tokens = static_cast<double>(grid_of(stage, layer.level).area());
      widest_keys = std::max(widest_keys, 2 * layer.out_channels * tokens);
    }
  }
  const double unet =
      batch * (share * latent * (network.skip_channels + kLiveMaps * network.concat_channels) +
               widest_keys);
  const bool tiled = stage.vae_mode == worker::VaeMode::Tiled;
  const double side = stage.vae_tile;
  const double pixels = tiled ? side * side : share / task.grid.halves * 64 * latent;
  const std::size_t wide = model.vae_widths.size() > 1 ? 1 : 0;
  const double vae = kLiveMaps * model.vae_widths[wide] * pixels;
  return kBytesPerValue * std::max(unet, vae);
}

}  // namespace

UnetFlop unet_flop(const ModelOutline& model, const StagePlan& stage, Extent base) {
  UnetFlop flop;
  for (const UnetLayer& layer : unet_layers(model).layers) {
    if (layer.kind == UnetLayer::Kind::Transformer) {
      add_transformer(flop, layer, stage, base);
    } else {
      add_conv(flop, layer, static_cast<double>(grid_of(stage, layer.level).area()));
    }
  }
  return flop;
}

StageForecast forecast_stage(const ModelOutline& model, const worker::RenderTask& task, int stage) {
  const StagePlan& plan = task.stages.at(static_cast<std::size_t>(stage));
  const double predictions = task.sampling.guided() ? 2 : 1;
  StageForecast forecast;
  forecast.steps = plan.steps - plan.first_step;
  forecast.step_flop = predictions * unet_flop(model, plan, task.base).total();
  forecast.transition_flop = encodes_image(task, stage) ? vae_encode_flop(model, plan) : 0;
  forecast.decode_flop = vae_decode_flop(model, plan);
  const UnetLayers network = unet_layers(model);
  const double weights = kBytesPerValue * (unet_weights(model, network) + vae_weights(model));
  forecast.weight_bytes = std::llround(weights);
  forecast.peak_bytes = std::llround(weights + working_bytes(model, task, plan, network));
  return forecast;
}

}  // namespace tessera::coordinator
