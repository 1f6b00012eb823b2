// Convolutions on strips against the whole map, for every number of ranks.
#include <ATen/ATen.h>

#include <array>

#include "model/layers/conv2d.h"
#include "model/whole_image_ops.h"
#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/strip_scene.h"
#include "worker/spatial/row_exchange.h"

namespace tessera::testing {
namespace {

using model::ConvGeometry;
using model::Padding;

void expect_equal_convolution(const StripScene& scene, const model::ConvWeights& weights,
                              const ConvGeometry& geometry, const std::string& what) {
  const at::Tensor map =
      structured_maps(scene.strips(), static_cast<int>(weights.weight.size(1)), scene.latent());
  const at::Tensor bias = wave({map.size(0), weights.weight.size(0)}, 8, 1.0);
  model::WholeImageOps whole;
  worker::StripSpatialOps strips = strip_ops(scene.strips());
  worker::StripSpatialOps one = strip_ops(scene.whole());
  const at::Tensor expected = whole.conv2d(map, weights, geometry, bias);
  expect_same_bits(strips.conv2d(scene.strip_of(map), weights, geometry, bias),
                   scene.strip_of(expected), what);
  expect_same_bits(one.conv2d(map, weights, geometry, bias), expected, what + ", one strip");
}

void every_geometry(comm::Communicator& world) {
  const std::array<ConvGeometry, 8> geometries{{
      {},
      {.dilation = {2, 3}},
      {.dilation = {4, 4}},
      {.dilation = {9, 1}},  // reaches over several thin strips
      {.stride = 2},
      {.stride = 2, .dilation = {2, 2}},
      {.stride = 2, .dilation = {3, 1}},
      {.stride = 2, .padding = Padding::AfterOnly},
  }};
  for (const partition::Extent canvas : scene_canvases()) {
    const StripScene scene(world, canvas);
    const model::ConvWeights weights = wave_conv(4, 16, 3);
    for (const ConvGeometry& geometry : geometries) {
      expect_equal_convolution(scene, weights, geometry,
                               "stride " + std::to_string(geometry.stride) + ", dilation " +
                                   std::to_string(geometry.dilation.rows));
    }
    const at::Tensor map = structured_maps(scene.strips(), 4, scene.latent());
    const at::Tensor expected = model::WholeImageOps().upsampled_conv2d(map, weights);
    worker::StripSpatialOps strips = strip_ops(scene.strips());
    // A map twice as tall: the strip's rows of it are those of the small map, doubled.
    const partition::RowRange own = scene.strips().own();
    expect_same_bits(strips.upsampled_conv2d(scene.strip_of(map), weights),
                     expected.narrow(2, 2 * own.begin, 2 * own.rows()), "upsampled");
  }
}

void every_channel_count(comm::Communicator& world) {
  const StripScene scene(world, {32, 24});
  expect_equal_convolution(scene, wave_conv(16, 4, 3), {}, "16 to 4 channels");
  expect_equal_convolution(scene, wave_conv(32, 64, 3), {.dilation = {2, 2}}, "32 to 64 channels");
  expect_equal_convolution(scene, wave_conv(64, 32, 1), {}, "pointwise");
}

/// Tiles, rows and dilated rows, with a residual through a shortcut: bits as of one strip.
void normed_convolution(comm::Communicator& world) {
  const model::NormWeights norm{wave({16}, 3, 1.0), wave({16}, 4, 1.0)};
  const model::LinearWeights shortcut{wave({24, 16}, 5, 0.3), wave({24}, 6, 0.3)};
  for (const partition::Extent canvas : scene_canvases()) {
    const StripScene scene(world, canvas);
    const at::Tensor map = structured_maps(scene.strips(), 16, scene.latent());
    worker::StripSpatialOps strips = strip_ops(scene.strips());
    worker::StripSpatialOps one = strip_ops(scene.whole());
    for (const int out : {24, 3}) {
      const model::ConvWeights weights = wave_conv(16, out, 3);
      for (const partition::Extent dilation : {partition::Extent{1, 1}, {5, 2}}) {
        model::NormedConvolution layer{norm, {4, 1e-5, model::Activation::Silu}, weights, dilation};
        if (out == 24) {
          layer.residual_BCHW = map;
          layer.shortcut = &shortcut;
        }
        const at::Tensor expected = one.normed_conv2d(map, layer);
        if (out == 24) layer.residual_BCHW = scene.strip_of(map);
        expect_same_bits(
            strips.normed_conv2d(scene.strip_of(map), layer), scene.strip_of(expected),
            std::to_string(out) + " channels, dilation " + std::to_string(dilation.rows));
      }
    }
  }
}

/// Negative control: the outermost halo row replaced by zeros changes the rows at a boundary.
void one_halo_row_short_is_noticed(comm::Communicator& world) {
  const StripScene scene(world, {32, 24});
  const model::ConvWeights weights = wave_conv(4, 16, 3);
  const at::Tensor map = structured_maps(scene.strips(), 4, scene.latent());
  model::WholeImageOps whole;
  const at::Tensor expected = scene.strip_of(whole.conv2d(map, weights, {.dilation = {2, 2}}, {}));
  at::Tensor held = worker::add_halo_rows(world, scene.strip_of(map), scene.strips().owned, 2, 2,
                                          scene.latent().rows);
  held.select(2, 0).zero_();
  const at::Tensor actual = model::conv_map(held, weights, 1, {2, 2}, {0, 2}, {});
  if (world.rank() > 0) {
    EXPECT_FALSE(at::equal(actual, expected));
  } else {
    expect_same_bits(actual, expected, "no rows above the canvas");
  }
}

constexpr std::array kConvolutionScenarios{
    RankScenario{"EveryGeometry", every_geometry},
    RankScenario{"EveryChannelCount", every_channel_count},
    RankScenario{"NormedConvolution", normed_convolution},
    RankScenario{"OneHaloRowShortIsNoticed", one_halo_row_short_is_noticed},
};

}  // namespace

std::span<const RankScenario> convolution_scenarios() { return kConvolutionScenarios; }

}  // namespace tessera::testing
