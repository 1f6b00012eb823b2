// GroupNorm and FreeU on strips against one strip and against double precision.
#include <ATen/ATen.h>

#include <array>

#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/strip_scene.h"
#include "worker/spatial/merged_statistics.h"

namespace tessera::testing {
namespace {

constexpr int kGroups = 8;
constexpr int kChannels = 32;

/// Maps of the latent and of the deepest level.
std::vector<partition::Extent> levels_of(partition::Extent latent) {
  return {latent, {latent.rows / 4, latent.cols / 4}};
}

/// Mean and biased variance per group in double, [B, groups, 2].
at::Tensor literal_moments(const at::Tensor& map, std::int64_t groups) {
  const at::Tensor grouped = map.to(at::kDouble).reshape({map.size(0), groups, -1});
  return at::stack({grouped.mean(2), grouped.var(2, /*unbiased=*/false)}, 2);
}

void moments_are_exact_and_merge_alike(comm::Communicator& world) {
  for (const partition::Extent canvas : scene_canvases()) {
    const StripScene scene(world, canvas);
    for (const partition::Extent level : levels_of(canvas)) {
      const at::Tensor map = structured_maps(scene.strips(), kChannels, level);
      const at::Tensor merged =
          worker::merged_group_moments(scene.strips(), scene.strip_of(map), kGroups);
      expect_same_bits(merged, worker::merged_group_moments(scene.whole(), map, kGroups),
                       "moments of a map of " + std::to_string(level.rows) + " rows");
      if (world.rank() > 0) continue;
      // |mean| / std = 300 in fp32: blocks keep 1e-7 of the mean and 1e-4 of the variance.
      const at::Tensor literal = literal_moments(map, kGroups);
      const at::Tensor error = (merged - literal).abs();
      EXPECT_LE((error / literal.abs().clamp_min(1e-9)).max().item<double>(), 1e-4);
    }
  }
}

/// The maps of the scene as the frames of a clip.
void statistics_of_a_clip_merge_alike(comm::Communicator& world) {
  const StripScene scene(world, {32, 24});
  const at::Tensor map = structured_maps(scene.strips(), kChannels, scene.latent());
  const auto frames = static_cast<int>(map.size(0));
  const at::Tensor merged =
      worker::merged_group_moments(scene.strips(), scene.strip_of(map), kGroups, frames);
  expect_same_bits(merged, worker::merged_group_moments(scene.whole(), map, kGroups, frames),
                   "moments of a clip");
  const at::Tensor of_clip = map.transpose(0, 1).contiguous().unsqueeze(0).flatten(2, 3);
  const at::Tensor literal = literal_moments(of_clip, kGroups).expand_as(merged);
  EXPECT_LE(((merged - literal).abs() / literal.abs()).max().item<double>(), 1e-4);
}

/// Negative control: variances averaged over strips lose what lies between the strips.
void averaged_statistics_are_noticed(comm::Communicator& world) {
  const StripScene scene(world, {32, 24});
  const at::Tensor ramp =
      structured_maps(scene.strips(), kChannels, scene.latent()).narrow(0, 0, 1);
  const double merged = worker::merged_group_moments(scene.strips(), scene.strip_of(ramp), 1)
                            .select(2, 1)
                            .item<double>();
  const double own = literal_moments(scene.strip_of(ramp), 1).select(2, 1).item<double>();
  if (world.size() > 1) {
    EXPECT_GT(std::abs(own - merged), 0.5 * merged);
  } else {
    EXPECT_NEAR(own, merged, 1e-6 * merged);
  }
}

void group_norm_equals_one_strip(comm::Communicator& world) {
  const model::NormWeights weights{wave({kChannels}, 1, 1.0), wave({kChannels}, 2, 1.0)};
  for (const partition::Extent canvas : scene_canvases()) {
    const StripScene scene(world, canvas);
    const at::Tensor map = structured_maps(scene.strips(), kChannels, canvas);
    worker::StripSpatialOps strips = strip_ops(scene.strips());
    worker::StripSpatialOps one = strip_ops(scene.whole());
    for (const model::Activation activation : {model::Activation::None, model::Activation::Silu}) {
      const model::NormGeometry geometry{kGroups, 1e-5, activation};
      const at::Tensor whole = one.group_norm(map, weights, geometry);
      expect_same_bits(strips.group_norm(scene.strip_of(map), weights, geometry),
                       scene.strip_of(whole), "group norm");
      at::Tensor literal =
          at::group_norm(map.to(at::kDouble), kGroups, weights.weight.to(at::kDouble),
                         weights.bias.to(at::kDouble), 1e-5);
      if (activation == model::Activation::Silu) literal = at::silu(literal);
      EXPECT_LE(relative_difference(whole, literal), 1e-4);
    }
  }
}

/// FreeU's filter by its definition: an FFT whose four low modes are scaled.
at::Tensor literal_damping(const at::Tensor& map, double gain) {
  at::Tensor modes = at::fft_fftn(map.to(at::kDouble), c10::nullopt, at::IntArrayRef{2, 3});
  for (const std::int64_t row : {std::int64_t{0}, map.size(2) - 1}) {
    for (const std::int64_t col : {std::int64_t{0}, map.size(3) - 1}) {
      modes.select(2, row).select(2, col).mul_(gain);
    }
  }
  return at::real(at::fft_ifftn(modes, c10::nullopt, at::IntArrayRef{2, 3}));
}

void damped_modes_equal_one_strip(comm::Communicator& world) {
  for (const partition::Extent canvas : scene_canvases()) {
    const StripScene scene(world, canvas);
    for (const partition::Extent level : levels_of(canvas)) {
      const at::Tensor map = structured_maps(scene.strips(), kChannels, level);
      worker::StripSpatialOps strips = strip_ops(scene.strips());
      worker::StripSpatialOps one = strip_ops(scene.whole());
      const at::Tensor whole = one.damp_low_modes(map, 0.4);
      expect_same_bits(strips.damp_low_modes(scene.strip_of(map), 0.4), scene.strip_of(whole),
                       "damped map of " + std::to_string(level.rows) + " rows");
      if (world.rank() > 0) continue;
      EXPECT_LE(relative_difference(whole, literal_damping(map, 0.4)), 1e-5);
    }
  }
}

constexpr std::array kStatisticsScenarios{
    RankScenario{"MomentsAreExactAndMergeAlike", moments_are_exact_and_merge_alike},
    RankScenario{"StatisticsOfAClipMergeAlike", statistics_of_a_clip_merge_alike},
    RankScenario{"AveragedStatisticsAreNoticed", averaged_statistics_are_noticed},
    RankScenario{"GroupNormEqualsOneStrip", group_norm_equals_one_strip},
    RankScenario{"DampedModesEqualOneStrip", damped_modes_equal_one_strip},
};

}  // namespace

std::span<const RankScenario> statistics_scenarios() { return kStatisticsScenarios; }

}  // namespace tessera::testing
