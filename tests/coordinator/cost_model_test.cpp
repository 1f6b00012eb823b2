#include "coordinator/cost_model.h"

#include <gtest/gtest.h>

#include "configs/job_config.h"
#include "coordinator/planner.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;

/// The published table: guidance on, base 1024, squares.
JobConfig table_job() {
  JobConfig job;
  job.prompts = {{.text = "a"}};
  job.cascade.resolutions = {{1024, 1024}, {2048, 2048}, {4096, 4096}, {8192, 8192}};
  return job;
}

double step_tera(const RenderPlan& plan, std::size_t stage) {
  return plan.forecast[stage].step_flop / 1e12;
}

TEST(CostModel, MatchesThePublishedTableWithinOnePercent) {
  const RenderPlan plan = plan_render(table_job(), sdxl_outline(), 1);
  EXPECT_NEAR(step_tera(plan, 0), 13.5, 0.135);
  EXPECT_NEAR(step_tera(plan, 1), 85.3, 0.853);
  EXPECT_NEAR(step_tera(plan, 2), 649, 6.49);
  EXPECT_NEAR(step_tera(plan, 3), 7258, 72.58);
}

TEST(CostModel, MatchesTheTableInFastMode) {
  JobConfig job = table_job();
  job.method.fast_mode = true;
  const RenderPlan plan = plan_render(job, sdxl_outline(), 1);
  EXPECT_NEAR(step_tera(plan, 1), 67.3, 0.673);
  EXPECT_NEAR(step_tera(plan, 2), 288, 2.88);
  EXPECT_NEAR(step_tera(plan, 3), 1197, 11.97);
}

TEST(CostModel, SplitsTheCostAsTheTableDoes) {
  const RenderPlan plan = plan_render(table_job(), sdxl_outline(), 1);
  const UnetFlop flop = unet_flop(sdxl_outline(), plan.task.stages[2], {1024, 1024});
  const double tera = 2 / 1e12;  // two batch elements
  EXPECT_NEAR(flop.conv * tera, 51.94, 0.01);
  EXPECT_NEAR(flop.dilated_conv * tera, 7.49, 0.01);
  EXPECT_NEAR(flop.linear * tera, 137.8, 0.5);
  EXPECT_NEAR(flop.cross_scores * tera, 1.03, 0.01);
  EXPECT_NEAR(flop.local_attention * tera, 73.66, 0.01);
  EXPECT_NEAR(flop.global_attention * tera, 384.8, 0.1);
}

TEST(CostModel, OfficialModePaysForTheChannelBlur) {
  JobConfig job = table_job();
  job.method.mode = JobConfig::Mode::Official;
  job.method.blur_axes = JobConfig::BlurAxes::HeightWidthChannel;
  const RenderPlan plan = plan_render(job, sdxl_outline(), 1);
  const UnetFlop flop = unet_flop(sdxl_outline(), plan.task.stages[1], {1024, 1024});
  EXPECT_NEAR(2 * flop.channel_blur / 1e12, 1.9, 0.03);
}

TEST(CostModel, OnePredictionPerStepWithoutGuidance) {
  JobConfig job = table_job();
  const double guided = plan_render(job, sdxl_outline(), 1).forecast[1].step_flop;
  job.sampling.guidance_scale = 0;
  EXPECT_DOUBLE_EQ(plan_render(job, sdxl_outline(), 1).forecast[1].step_flop, guided / 2);
}

TEST(CostModel, CountsTheStepsFromTheRestartOn) {
  const RenderPlan plan = plan_render(table_job(), sdxl_outline(), 1);
  EXPECT_EQ(plan.forecast[0].steps, 50);
  EXPECT_EQ(plan.forecast[1].steps, 35);
  EXPECT_EQ(plan.forecast[0].transition_flop, 0);
  EXPECT_GT(plan.forecast[1].transition_flop, 0);
}

TEST(CostModel, LatentUpscalingEncodesNothing) {
  JobConfig job = table_job();
  job.cascade.upscale_space = JobConfig::UpscaleSpace::Latent;
  EXPECT_EQ(plan_render(job, sdxl_outline(), 1).forecast[1].transition_flop, 0);
}

TEST(CostModel, MemoryHoldsTheWeightsAndFallsWithTheRanks) {
  const auto bytes = [&](int ranks) {
    return plan_render(table_job(), sdxl_outline(), ranks).forecast[2].peak_bytes;
  };
  const std::int64_t weights = 4 * 2'600'000'000LL;
  EXPECT_GT(bytes(64), weights);
  const StageForecast one = plan_render(table_job(), sdxl_outline(), 1).forecast[2];
  EXPECT_NEAR(static_cast<double>(one.weight_bytes), 4 * 2.65e9, 4 * 0.05e9);
  EXPECT_EQ(one.weight_bytes,
            plan_render(table_job(), sdxl_outline(), 64).forecast[0].weight_bytes);
  EXPECT_GT(bytes(1), 2 * bytes(64));
  EXPECT_GT(bytes(2), bytes(8));
}

}  // namespace
}  // namespace tessera::coordinator
