// Scale-fused self-attention on strips against one strip, for every number of ranks.
#include <ATen/ATen.h>

#include <array>

#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/attention_scene.h"

namespace tessera::testing {
namespace {

constexpr std::uint64_t kSeed = 11;

void every_mode_equals_one_strip(comm::Communicator& world) {
  const worker::RandomSource random(kSeed, "");
  for (const AttentionScene& scene : attention_scenes()) {
    const StripScene strips(world, scene.plan.latent);
    const at::Tensor whole = run_attention(scene, strips, strips.whole(), random);
    expect_same_bits(run_attention(scene, strips, strips.strips(), random), strips.strip_of(whole),
                     scene.name);
  }
}

void crop_batches_do_not_matter(comm::Communicator& world) {
  const worker::RandomSource random(kSeed, "");
  const AttentionScene scene = paper_attention();
  const StripScene strips(world, scene.plan.latent);
  const at::Tensor batched = run_attention(scene, strips, strips.strips(), random);
  expect_same_bits(run_attention(scene, strips, strips.strips(), random, 1), batched,
                   "crops one by one");
}

/// Negative control: ranks that draw their own shifts get another result than one rank.
void jitter_drawn_per_rank_is_noticed(comm::Communicator& world) {
  const AttentionScene scene = paper_attention();
  const StripScene strips(world, scene.plan.latent);
  const worker::RandomSource own(kSeed + static_cast<std::uint64_t>(world.rank()), "");
  const worker::RandomSource common(kSeed, "");
  const at::Tensor whole = run_attention(scene, strips, strips.whole(), common);
  const at::Tensor mine = run_attention(scene, strips, strips.strips(), own);
  if (world.rank() > 0) {
    EXPECT_GT(relative_difference(mine, strips.strip_of(whole)), 1e-3);
  }
}

constexpr std::array kAttentionScenarios{
    RankScenario{"EveryModeEqualsOneStrip", every_mode_equals_one_strip},
    RankScenario{"CropBatchesDoNotMatter", crop_batches_do_not_matter},
    RankScenario{"JitterDrawnPerRankIsNoticed", jitter_drawn_per_rank_is_noticed},
};

}  // namespace

std::span<const RankScenario> attention_scenarios() { return kAttentionScenarios; }

}  // namespace tessera::testing
