#include "coordinator/planner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "configs/job_config.h"
#include "coordinator/plan_error.h"
#include "coordinator/plan_hash.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using partition::Extent;

JobConfig demo_job() {
  JobConfig job;
  job.prompts = {{.text = "a lighthouse"}};
  job.cascade.resolutions = {{256, 256}, {512, 512}, {1024, 1024}};
  job.sampling.steps = 20;
  job.model.path = "model";
  return job;
}

std::string refusal(const JobConfig& job, int ranks) {
  try {
    plan_render(job, small_outline(), ranks);
  } catch (const PlanError& error) {
    return error.what();
  }
  return "";
}

bool warns(const RenderPlan& plan, const std::string& text) {
  for (const std::string& warning : plan.warnings) {
    if (warning.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(Planner, PlansOneStagePerResolution) {
  const RenderPlan plan = plan_render(demo_job(), small_outline(), 2);
  ASSERT_EQ(plan.task.stages.size(), 3u);
  EXPECT_EQ(plan.forecast.size(), 3u);
  for (int s = 0; s < 3; ++s) {
    EXPECT_EQ(plan.task.stages[static_cast<std::size_t>(s)].stage, s);
    EXPECT_EQ(plan.task.stages[static_cast<std::size_t>(s)].image, (Extent{256 << s, 256 << s}));
  }
  EXPECT_EQ(plan.task.base, (Extent{256, 256}));
  EXPECT_EQ(plan.task.conditioning_size, (Extent{256, 256}));
  EXPECT_EQ(plan.task.stages[1].first_step, 6);
  EXPECT_TRUE(plan.warnings.empty());
}

TEST(Planner, RefusesMoreStepsThanTheModelHasTimesteps) {
  worker::ModelOutline model = small_outline();
  model.train_steps = 19;
  try {
    plan_render(demo_job(), model, 1);
    FAIL();
  } catch (const PlanError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("sampling.steps is 20, but the model knows 19"), std::string::npos) << text;
  }
}

TEST(Planner, DirectSamplesOnceAtTheLastSize) {
  JobConfig job = demo_job();
  job.method.name = JobConfig::MethodName::Direct;
  const RenderPlan plan = plan_render(job, small_outline(), 1);
  ASSERT_EQ(plan.task.stages.size(), 1u);
  EXPECT_EQ(plan.task.stages[0].image, (Extent{1024, 1024}));
  EXPECT_EQ(plan.task.stages[0].first_step, 0);
  EXPECT_EQ(plan.task.stages[0].self_attention, worker::SelfAttention::Plain);
  EXPECT_EQ(plan.task.conditioning_size, (Extent{1024, 1024}));
}

TEST(Planner, EveryImageOfEveryPromptIsAnItemWithItsOwnSeed) {
  JobConfig job = demo_job();
  job.prompts = {{.text = "a"}, {.text = "b"}};
  job.images_per_prompt = 3;
  job.seed = 1000;
  const auto items = plan_render(job, small_outline(), 1).task.items;
  ASSERT_EQ(items.size(), 6u);
  for (int k = 0; k < 6; ++k) {
    const worker::ItemTask& item = items[static_cast<std::size_t>(k)];
    EXPECT_EQ(item.index, k);
    EXPECT_EQ(item.prompt, k < 3 ? "a" : "b");
    EXPECT_EQ(item.seed, 1000u + static_cast<unsigned>(k));
    EXPECT_EQ(item.negative_prompt, job.negative_prompt);
  }
}

TEST(Planner, APromptSetsItsOwnSeedAndNegativePrompt) {
  JobConfig job = demo_job();
  job.prompts = {{.text = "a"},
                 {.text = "b", .negative_prompt = "dull", .seed = 7},
                 {.text = "c", .negative_prompt = configs::PromptConfig::NegativePrompt()}};
  job.images_per_prompt = 2;
  const auto items = plan_render(job, small_outline(), 1).task.items;
  ASSERT_EQ(items.size(), 6u);
  const std::uint64_t seeds[] = {123, 124, 7, 8, 127, 128};
  for (std::size_t k = 0; k < 6; ++k) EXPECT_EQ(items[k].seed, seeds[k]) << k;
  EXPECT_EQ(items[1].negative_prompt, job.negative_prompt);
  EXPECT_EQ(items[3].negative_prompt, "dull");
  EXPECT_FALSE(items[4].negative_prompt.has_value());
}

TEST(Planner, APromptSetsItsOwnImageAndMask) {
  JobConfig job = demo_job();
  job.init = {"job.png", "m.png", 0.5};
  job.prompts = {{.text = "a"}, {.text = "b", .image = "b.png", .mask = ""}};
  const std::vector<Extent> images(2, Extent{256, 256});
  const auto items = plan_render(job, small_outline(), 1, images).task.items;
  EXPECT_EQ(items[0].init_image, "job.png");
  EXPECT_EQ(items[0].init_mask, "m.png");
  EXPECT_EQ(items[1].init_image, "b.png");
  EXPECT_EQ(items[1].init_mask, "");
  EXPECT_EQ(items[1].init_strength, 0.5);
}

TEST(Planner, PromptsOfOneRunStartAlike) {
  JobConfig job = demo_job();
  const auto refusal_with = [&](std::vector<Extent> images) -> std::string {
    try {
      plan_render(job, small_outline(), 1, images);
    } catch (const PlanError& error) {
      return error.what();
    }
    return "";
  };
  job.prompts = {{.text = "a"}, {.text = "b", .image = "b.png"}};
  const std::string mixed = refusal_with({{}, {256, 256}});
  EXPECT_NE(mixed.find("prompt 2 starts from \"b.png\" (256x256) at strength 0, prompt 1 from "
                       "noise"),
            std::string::npos)
      << mixed;
  job.init.image = "a.png";
  EXPECT_EQ(refusal_with({{256, 256}, {256, 256}}), "");
  EXPECT_NE(refusal_with({{256, 256}, {256, 320}}), "");
  job.prompts[1].strength = 0.5;
  EXPECT_NE(refusal_with({{256, 256}, {256, 256}}).find("at strength 0.5"), std::string::npos);
  job.prompts[0].strength = 0.5;
  EXPECT_EQ(refusal_with({{256, 256}, {256, 256}}), "");
}

TEST(Planner, SplitsTheHalvesByWorldAndGuidance) {
  JobConfig job = demo_job();
  const auto grid = [&](int ranks) { return plan_render(job, small_outline(), ranks).task.grid; };
  EXPECT_EQ(grid(4), (partition::RankGrid{4, 2, 2}));
  EXPECT_EQ(grid(3), (partition::RankGrid{3, 1, 3}));
  job.distributed.guidance_split = JobConfig::GuidanceSplit::On;
  EXPECT_EQ(grid(3), (partition::RankGrid{3, 2, 1}));
  job.distributed.guidance_split = JobConfig::GuidanceSplit::Off;
  EXPECT_EQ(grid(4), (partition::RankGrid{4, 1, 4}));
  job.distributed.guidance_split = JobConfig::GuidanceSplit::Auto;
  job.sampling.guidance_scale = 0;
  EXPECT_EQ(grid(4), (partition::RankGrid{4, 1, 4}));
}

TEST(Planner, OfficialModeGuidesAboveOneOnly) {
  JobConfig job = demo_job();
  job.sampling.guidance_scale = 0.5;
  EXPECT_TRUE(plan_render(job, small_outline(), 1).task.sampling.guided());
  job.method.mode = JobConfig::Mode::Official;
  EXPECT_FALSE(plan_render(job, small_outline(), 1).task.sampling.guided());
  job.sampling.guidance_scale = 1.5;
  EXPECT_EQ(plan_render(job, small_outline(), 1).task.sampling.guidance_scale, 1.5);
}

TEST(Planner, SmallStagesUseFewerStrips) {
  const RenderPlan plan = plan_render(demo_job(), small_outline(), 32);  // halves of 16
  EXPECT_EQ(plan.task.stages[0].strip_count, 8);
  EXPECT_EQ(plan.task.stages[1].strip_count, 16);
  EXPECT_EQ(plan.task.stages[2].strip_count, 16);
  EXPECT_EQ(plan.useful_ranks, 32);
}

TEST(Planner, WarnsHowManyRanksAreUseful) {
  const RenderPlan many = plan_render(demo_job(), small_outline(), 100);
  EXPECT_EQ(many.useful_ranks, 64);
  EXPECT_TRUE(warns(many, "of 100 ranks only 64 are useful")) << many.warnings.front();
  JobConfig job = demo_job();
  job.cascade.resolutions = {{256, 256}};
  const RenderPlan seven = plan_render(job, small_outline(), 7);
  EXPECT_EQ(seven.useful_ranks, 4);
  EXPECT_TRUE(warns(seven, "of 7 ranks only 4 are useful"));
}

TEST(Planner, RefusesStripsThatRanksOrBlocksCannotHold) {
  JobConfig job = demo_job();
  job.distributed.strips = 3;
  EXPECT_NE(refusal(job, 4).find("distributed.strips is 3, but 4 ranks give 2 strips"),
            std::string::npos);
  EXPECT_EQ(refusal(job, 6), "");
  job.distributed.strips = 40;
  const std::string text = refusal(job, 100);
  EXPECT_NE(text.find("stage 2 has 32 row blocks"), std::string::npos) << text;
  EXPECT_NE(text.find("use at most 32"), std::string::npos) << text;
}

TEST(Planner, WarnsAboutShrinkingHugeAndTurboStages) {
  JobConfig job = demo_job();
  job.cascade.resolutions = {{256, 256}, {192, 320}, {256, 2112}};
  job.sampling.scheduler = JobConfig::Scheduler::EulerAncestral;
  const RenderPlan plan = plan_render(job, small_outline(), 1);
  EXPECT_TRUE(warns(plan, "stage 1 (192x320) is smaller than the stage before it"));
  EXPECT_TRUE(warns(plan, "stage 2 (256x2112) is more than 8 times the base size"));
  EXPECT_TRUE(warns(plan, "stage 2 (256x2112) is above 2048"));
  EXPECT_EQ(plan.warnings.size(), 3u);
}

TEST(Planner, AnImageThatReplacesStageZeroGivesItItsSize) {
  JobConfig job = demo_job();
  job.init.image = "photo.png";
  const std::vector<Extent> image{{320, 192}};
  RenderPlan plan = plan_render(job, small_outline(), 1, image);
  EXPECT_EQ(plan.task.stages[0].image, (Extent{320, 192}));
  EXPECT_EQ(plan.task.conditioning_size, (Extent{256, 256}));
  EXPECT_EQ(plan.task.items[0].init_image, "photo.png");
  job.init.strength = 0.5;
  plan = plan_render(job, small_outline(), 1, image);
  EXPECT_EQ(plan.task.stages[0].image, (Extent{256, 256}));
}

TEST(Planner, CarriesTheSettingsThatWorkersNeed) {
  JobConfig job = demo_job();
  job.model.variant = "fp16";
  job.model.tokenizer = JobConfig::Tokenizer::ClipBasic;
  job.sampling.scheduler = JobConfig::Scheduler::EulerAncestral;
  job.sampling.timestep_spacing = JobConfig::TimestepSpacing::Trailing;
  job.sampling.guidance_rescale = 0.25;
  job.sampling.state = JobConfig::StateDtype::Fp16;
  job.cascade.posterior = JobConfig::Posterior::Mean;
  job.cascade.upscale_space = JobConfig::UpscaleSpace::Latent;
  job.distributed.crop_batch_bytes = 1234;
  job.method.freeu = JobConfig::FreeU{1, 2, 3, 4};
  const worker::RenderTask task = plan_render(job, small_outline(), 1).task;
  EXPECT_EQ(task.model,
            (worker::ModelFiles{"model", "fp16", "", worker::TokenizerKind::ClipBasic}));
  EXPECT_EQ(task.sampling.sampler, worker::SamplerKind::EulerAncestral);
  EXPECT_EQ(task.sampling.spacing, worker::TimestepSpacing::Trailing);
  EXPECT_EQ(task.sampling.guidance_rescale, 0.25);
  EXPECT_EQ(task.sampling.state, worker::StateDtype::Fp16);
  EXPECT_EQ(task.posterior, worker::Posterior::Mean);
  EXPECT_EQ(task.upscale_space, worker::UpscaleSpace::Latent);
  EXPECT_EQ(task.crop_batch_bytes, 1234);
  EXPECT_EQ(task.free_u, (worker::FreeUPlan{1, 2, 3, 4}));
  job.method.freeu.reset();
  EXPECT_FALSE(plan_render(job, small_outline(), 1).task.free_u.has_value());
}

TEST(Planner, RefusesAJobWithNothingToRender) {
  JobConfig job = demo_job();
  job.prompts.clear();
  EXPECT_NE(refusal(job, 1).find("prompt"), std::string::npos);
  job = demo_job();
  job.cascade.resolutions.clear();
  EXPECT_NE(refusal(job, 1).find("cascade.resolutions"), std::string::npos);
  job = demo_job();
  job.seed = -1;
  EXPECT_NE(refusal(job, 1).find("seed"), std::string::npos);
}

TEST(PlannerProp, ThePictureDoesNotDependOnTheRanks) {
  worker::RenderTask one = plan_render(demo_job(), small_outline(), 1).task;
  for (int ranks = 2; ranks <= 70; ++ranks) {
    worker::RenderTask many = plan_render(demo_job(), small_outline(), ranks).task;
    many.grid = one.grid;
    for (std::size_t s = 0; s < many.stages.size(); ++s) {
      many.stages[s].strip_count = one.stages[s].strip_count;
    }
    ASSERT_EQ(describe_task(many), describe_task(one)) << ranks << " ranks";
  }
}

}  // namespace
}  // namespace tessera::coordinator
