#include "coordinator/plan_hash.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/coordinator/sample_task.h"

namespace tessera::coordinator {
namespace {

using worker::RenderTask;

RenderTask task() { return sample_task({{0, 5}, {2, 5}}, 2); }

TEST(PlanHash, IsTheSameForEqualTasks) {
  EXPECT_EQ(plan_hash(task()), plan_hash(task()));
  EXPECT_EQ(plan_hash(task()).size(), 64u);
}

TEST(PlanHash, LeavesOutTheThreadsOfAHost) {
  RenderTask other = task();
  other.cpu_threads = 64;
  EXPECT_EQ(plan_hash(other), plan_hash(task()));
}

using Change = std::function<void(RenderTask&)>;

std::vector<Change> setting_changes() {
  return {
      [](RenderTask& t) { t.model.directory = "x"; },
      [](RenderTask& t) { t.model.variant = "x"; },
      [](RenderTask& t) { t.model.vae_directory = "x"; },
      [](RenderTask& t) { t.model.tokenizer = worker::TokenizerKind::ClipBasic; },
      [](RenderTask& t) { t.sampling.sampler = worker::SamplerKind::EulerAncestral; },
      [](RenderTask& t) { t.sampling.spacing = worker::TimestepSpacing::Trailing; },
      [](RenderTask& t) { t.sampling.steps = 7; },
      [](RenderTask& t) { t.sampling.guidance_scale = 7.500000000000001; },
      [](RenderTask& t) { t.sampling.guidance_rescale = 0.1; },
      [](RenderTask& t) { t.sampling.state = worker::StateDtype::Fp16; },
      [](RenderTask& t) { t.free_u = worker::FreeUPlan{}; },
      [](RenderTask& t) {
        t.free_u = worker::FreeUPlan{1, 2, 3, 4};
      },
      [](RenderTask& t) { t.base.rows = 1; },
      [](RenderTask& t) { t.conditioning_size.cols = 1; },
      [](RenderTask& t) { t.posterior = worker::Posterior::Mean; },
      [](RenderTask& t) { t.upscale_space = worker::UpscaleSpace::Latent; },
      [](RenderTask& t) { t.grid.world = 3; },
      [](RenderTask& t) { t.grid.halves = 2; },
      [](RenderTask& t) { t.grid.ranks_per_half = 2; },
      [](RenderTask& t) { t.crop_batch_bytes = 1; },
      [](RenderTask& t) { t.study.replay_file = "x"; },
      [](RenderTask& t) { t.study.trace_file = "x"; },
      [](RenderTask& t) { t.study.layers_stage = 1; },
      [](RenderTask& t) { t.study.layers_step = 1; },
  };
}

std::vector<Change> clip_changes() {
  return {
      [](RenderTask& t) { t.clip.emplace(); },
      [](RenderTask& t) { t.clip.emplace().frames = 20; },
      [](RenderTask& t) { t.clip.emplace().fps_condition = 10; },
      [](RenderTask& t) { t.clip.emplace().eta = 1; },
      [](RenderTask& t) { t.clip.emplace().windows.window = 8; },
      [](RenderTask& t) { t.clip.emplace().windows.stride = 2; },
      [](RenderTask& t) { t.clip.emplace().decoded = worker::DecodedStages::Final; },
  };
}

std::vector<Change> item_changes() {
  return {
      [](RenderTask& t) { t.items.pop_back(); },
      [](RenderTask& t) { t.items[0].prompt = "x"; },
      [](RenderTask& t) { t.items[1].prompt = "x"; },
      [](RenderTask& t) { t.items[0].negative_prompt = ""; },
      [](RenderTask& t) { t.items[0].negative_prompt = "x"; },
      [](RenderTask& t) { t.items[0].second_prompt = ""; },
      [](RenderTask& t) { t.items[0].second_prompt = "x"; },
      [](RenderTask& t) { t.items[0].seed = 1; },
      [](RenderTask& t) { t.items[0].init_image = "x"; },
      [](RenderTask& t) { t.items[0].init_mask = "x"; },
      [](RenderTask& t) { t.items[0].init_strength = 0.5; },
      [](RenderTask& t) { t.items[0].work = worker::ItemWork::Leave; },
  };
}

std::vector<Change> stage_changes() {
  return {
      [](RenderTask& t) { t.stages.pop_back(); },
      [](RenderTask& t) { t.stages[1].image.rows = 1; },
      [](RenderTask& t) { t.stages[1].first_step = 1; },
      [](RenderTask& t) { t.stages[1].steps = 1; },
      [](RenderTask& t) { t.stages[1].self_attention = worker::SelfAttention::ScaleFused; },
      [](RenderTask& t) { t.stages[1].global_branch = partition::GlobalBranch::Interleaved; },
      [](RenderTask& t) { t.stages[1].phases.cols = 2; },
      [](RenderTask& t) { t.stages[1].crop_rule = worker::CropRule::Official; },
      [](RenderTask& t) { t.stages[1].border_tokens = worker::BorderTokens::NullKeys; },
      [](RenderTask& t) { t.stages[1].crop_jitter = 0; },
      [](RenderTask& t) { t.stages[1].blur_axes = worker::BlurAxes::HeightWidthChannel; },
      [](RenderTask& t) { t.stages[1].blur_radius = 2; },
      [](RenderTask& t) { t.stages[1].blur_sigma = 2; },
      [](RenderTask& t) { t.stages[1].dilation.rows = 2; },
      [](RenderTask& t) { t.stages[1].dilated_until_step = 2; },
      [](RenderTask& t) { t.stages[1].cosine_scale = 1; },
      [](RenderTask& t) { t.stages[1].cosine_scale_bg = 2; },
      [](RenderTask& t) { t.stages[1].vae_mode = worker::VaeMode::Tiled; },
      [](RenderTask& t) { t.stages[1].vae_tile = 2; },
      [](RenderTask& t) { t.stages[1].strip_count = 2; },
      [](RenderTask& t) {
        t.stages[1].blocks.push_back({0, 4});
      },
  };
}

/// Every field by itself gives another hash, and no two of them the same.
TEST(PlanHash, SeesEveryField) {
  std::set<std::string> hashes{plan_hash(task())};
  for (const auto& changes : {setting_changes(), clip_changes(), item_changes(), stage_changes()}) {
    for (std::size_t k = 0; k < changes.size(); ++k) {
      RenderTask changed = task();
      changes[k](changed);
      EXPECT_TRUE(hashes.insert(plan_hash(changed)).second) << describe_task(changed);
    }
  }
  EXPECT_EQ(hashes.size(), 65u);
}

TEST(PlanHash, TextsCannotImitateOtherFields) {
  RenderTask a = task();
  RenderTask b = task();
  a.items[0].prompt = "x\nitems[0].has_negative_prompt = 1:0";
  b.items[0].prompt = "x";
  EXPECT_NE(plan_hash(a), plan_hash(b));
}

TEST(DescribeTask, IsReadable) {
  const std::string text = describe_task(task());
  EXPECT_NE(text.find("sampling.steps = 2:50\n"), std::string::npos) << text;
  EXPECT_NE(text.find("stages[1].image = 7:128x128\n"), std::string::npos) << text;
  EXPECT_NE(text.find("items[1].seed = 3:101\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace tessera::coordinator
