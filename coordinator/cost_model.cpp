#include "coordinator/cost_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "coordinator/unet_layers.h"
#include "coordinator/vae_flop.h"
#include "partition/strip_layout.h"

namespace tessera::coordinator {
namespace {

using partition::Extent;
using worker::ModelOutline;
using worker::StagePlan;

constexpr double kLiveMaps = 2.5;  // input, normalised copy and output of a wide layer

Extent grid_of(const StagePlan& stage, int level) {
  return {stage.latent.rows >> level, stage.latent.cols >> level};
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

/// The working set of the rank with the tallest strip.
double working_bytes(const ModelOutline& model, const worker::RenderTask& task,
                     const StagePlan& stage, const UnetLayers& network, ValueBytes bytes) {
  const partition::StripLayout strips = partition::make_strips(stage.blocks, stage.strip_count);
  const double share = static_cast<double>(strips.tallest_rows()) / stage.latent.rows;
  const double latent = static_cast<double>(stage.latent.area());
  // Pictures: both predictions in one call. Clips: all frames, a prediction per call.
  const double batch = task.clip                                         ? task.frames()
                       : task.sampling.guided() && task.grid.halves == 1 ? 2
                                                                         : 1;
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
  return std::max(bytes.unet * unet, bytes.vae * vae);
}

}  // namespace

bool encodes_image(const worker::RenderTask& task, int stage) {
  if (stage > 0) {
    return task.upscale_space == worker::UpscaleSpace::Image;
  }
  return std::any_of(task.items.begin(), task.items.end(), [](const worker::ItemTask& item) {
    return !item.init_image.empty() && item.init_strength < 1;
  });
}

UnetFlop unet_flop(const ModelOutline& model, const StagePlan& stage, Extent base) {
  UnetFlop flop;
  for (const UnetLayer& layer : unet_layers(model).layers) {
    flop += layer_flop(layer, stage, base, {0, stage.latent.rows});
  }
  return flop;
}

StageForecast forecast_stage(const ModelOutline& model, const worker::RenderTask& task, int stage,
                             ValueBytes bytes) {
  const StagePlan& plan = task.stages.at(static_cast<std::size_t>(stage));
  const double predictions = task.sampling.guided() ? 2 : 1;
  StageForecast forecast;
  forecast.steps = plan.steps - plan.first_step;
  forecast.step_flop = predictions * task.frames() * unet_flop(model, plan, task.base).total();
  forecast.transition_flop = encodes_image(task, stage) ? vae_encode_flop(model, plan).total() : 0;
  const bool last = stage + 1 == static_cast<int>(task.stages.size());
  const bool decoded = last || !task.clip || task.clip->decoded == worker::DecodedStages::All;
  forecast.decode_flop = decoded ? task.frames() * vae_decode_flop(model, plan).total() : 0;
  const UnetLayers network = unet_layers(model);
  const double weights = bytes.unet * unet_weights(model, network) + bytes.vae * vae_weights(model);
  forecast.weight_bytes = std::llround(weights);
  forecast.peak_bytes = std::llround(weights + working_bytes(model, task, plan, network, bytes));
  return forecast;
}

}  // namespace tessera::coordinator
