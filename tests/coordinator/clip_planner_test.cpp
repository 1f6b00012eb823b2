#include "coordinator/clip_planner.h"

#include <gtest/gtest.h>

#include "configs/job_config_reader.h"
#include "coordinator/plan_error.h"
#include "coordinator/planner.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

configs::JobConfig clip_job() {
  configs::ConfigSources sources;
  sources.options = {{"kind", {"video"}, "--kind"}, {"prompt", {"a kite"}, "-p"}};
  return configs::read_job_config(sources).job;
}

TEST(ClipPlanner, PlansFreeScaleOfThePaper) {
  const RenderPlan plan = plan_render(clip_job(), worker::video_crafter_outline(), 4);
  const worker::RenderTask& task = plan.task;
  ASSERT_TRUE(task.clip.has_value());
  EXPECT_EQ(task.clip->frames, 16);
  EXPECT_EQ(task.base, (partition::Extent{320, 512}));
  ASSERT_EQ(task.stages.size(), 2U);
  const worker::StagePlan& upper = task.stages[1];
  EXPECT_EQ(upper.first_step, 15);
  EXPECT_EQ(upper.steps, 50);
  EXPECT_EQ(upper.dilation, (partition::Extent{2, 2}));
  EXPECT_EQ(upper.dilated_until_step, 35);
  EXPECT_EQ(upper.blur_radius, 3);
  EXPECT_EQ(upper.self_attention, worker::SelfAttention::ScaleFused);
  EXPECT_EQ(upper.vae_mode, worker::VaeMode::Full);
  EXPECT_EQ(task.upscale_space, worker::UpscaleSpace::Latent);
  EXPECT_FALSE(task.free_u.has_value());
  EXPECT_TRUE(plan.warnings.empty());
}

// 25.2 and 118.6 TFLOP per step (docs/models.md), whose norms, embeddings and temporal scores are
// not counted here.
TEST(ClipPlanner, PredictsTheFlopOfAStep) {
  const RenderPlan plan = plan_render(clip_job(), worker::video_crafter_outline(), 1);
  EXPECT_NEAR(plan.forecast[0].step_flop, 25.2e12, 0.01 * 25.2e12);
  configs::JobConfig direct = clip_job();
  direct.method.name = configs::JobConfig::MethodName::Direct;
  const RenderPlan large = plan_render(direct, worker::video_crafter_outline(), 1);
  EXPECT_NEAR(large.forecast[0].step_flop, 118.6e12, 0.01 * 118.6e12);
}

TEST(ClipPlanner, RunsTheStepsOfVideoCraftersSchedule) {
  configs::JobConfig job = clip_job();
  job.sampling.steps = 30;
  const RenderPlan plan = plan_render(job, worker::video_crafter_outline(), 1);
  EXPECT_EQ(plan.task.sampling.steps, 30);
  EXPECT_EQ(plan.task.stages[0].steps, 31);
  job.sampling.steps = 501;
  EXPECT_THROW(plan_render(job, worker::video_crafter_outline(), 1), PlanError);
}

TEST(ClipPlanner, GivesItemsTheSecondPrompt) {
  configs::JobConfig job = clip_job();
  EXPECT_FALSE(plan_render(job, worker::video_crafter_outline(), 1).task.items[0].second_prompt);
  job.video.second_prompt = "a boat";
  EXPECT_EQ(plan_render(job, worker::video_crafter_outline(), 1).task.items[0].second_prompt,
            "a boat");
}

TEST(ClipPlanner, RefusesAModelOfTheOtherKind) {
  EXPECT_THROW(plan_render(clip_job(), small_outline(), 1), PlanError);
  configs::JobConfig pictures = clip_job();
  pictures.kind = configs::JobConfig::Kind::Image;
  EXPECT_THROW(plan_render(pictures, worker::video_crafter_outline(), 1), PlanError);
}

TEST(ClipPlanner, WarnsOfWindowsThatTheNetworkDoesNotKnow) {
  configs::JobConfig job = clip_job();
  job.video.window = 8;
  const RenderPlan plan = plan_render(job, worker::video_crafter_outline(), 1);
  ASSERT_EQ(plan.warnings.size(), 1U);
  EXPECT_NE(plan.warnings[0].find("video.window is 8"), std::string::npos);
}

}  // namespace
}  // namespace tessera::coordinator
