#include "coordinator/stage_planner.h"

#include <gtest/gtest.h>

#include <string>

#include "configs/job_config.h"
#include "coordinator/plan_error.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using partition::Extent;
using worker::StagePlan;

/// Stage 1 of a cascade from the base size to `image`, on one rank.
StagePlan upper_stage(const JobConfig& job, Extent image,
                      const worker::ModelOutline& model = sdxl_outline()) {
  worker::SamplingPlan sampling;
  sampling.steps = job.sampling.steps;
  const Extent base = job.cascade.base.value_or(model.base_image());
  const StageContext context{job, model, base, {base, image}, sampling, {1, 1, 1}};
  return plan_stage(context, 1);
}

JobConfig official_job() {
  JobConfig job;
  job.method.mode = JobConfig::Mode::Official;
  job.method.blur_axes = JobConfig::BlurAxes::HeightWidthChannel;
  job.method.border_tokens = JobConfig::BorderTokens::NullKeys;
  job.method.dilation_axes = JobConfig::DilationAxes::Width;
  job.method.dilate_tau = 35;
  job.cascade.restart_fraction = 0.3;
  return job;
}

std::string refusal(const JobConfig& job, Extent image) {
  try {
    upper_stage(job, image);
  } catch (const PlanError& error) {
    return error.what();
  }
  return "";
}

TEST(StagePlanner, StageZeroIsAnOrdinaryGeneration) {
  const JobConfig job;
  const worker::ModelOutline model = sdxl_outline();
  const StageContext context{job, model, {1024, 1024}, {{1024, 1024}}, {}, {1, 1, 1}};
  const StagePlan plan = plan_stage(context, 0);
  EXPECT_EQ(plan.latent, (Extent{128, 128}));
  EXPECT_EQ(plan.first_step, 0);
  EXPECT_EQ(plan.self_attention, worker::SelfAttention::Plain);
  EXPECT_EQ(plan.dilation, (Extent{1, 1}));
  EXPECT_EQ(plan.dilated_until_step, 0);
  EXPECT_EQ(plan.blocks.size(), 32u);
}

TEST(StagePlanner, StageZeroStartsWhereTheStrengthOfAnImageSays) {
  const worker::ModelOutline model = sdxl_outline();
  const std::pair<double, int> expected[] = {{0.0, 50}, {0.01, 49}, {0.25, 37}, {0.5, 25}, {1, 0}};
  for (const auto& [strength, step] : expected) {
    JobConfig job;
    job.init.image = "photo.png";
    job.init.strength = strength;
    const Extent base{1024, 1024};
    const StageContext context{job, model, base, {base, {2048, 2048}}, {}, {1, 1, 1}};
    EXPECT_EQ(plan_stage(context, 0).first_step, step) << strength;
    EXPECT_EQ(plan_stage(context, 1).first_step, 15) << strength;
  }
}

TEST(StagePlanner, SquaresOfThePaperHaveThePublishedValues) {
  const JobConfig job;
  const struct {
    int side, dilation, radius;
  } expected[] = {{2048, 2, 3}, {4096, 4, 4}, {8192, 8, 4}, {1088, 1, 1}};
  for (const auto& e : expected) {
    const StagePlan plan = upper_stage(job, {e.side, e.side});
    EXPECT_EQ(plan.dilation, (Extent{e.dilation, e.dilation})) << e.side;
    EXPECT_EQ(plan.blur_radius, e.radius) << e.side;
    EXPECT_EQ(plan.first_step, 15);
    EXPECT_EQ(plan.self_attention, worker::SelfAttention::ScaleFused);
    EXPECT_EQ(plan.crop_rule, worker::CropRule::Paper);
  }
}

TEST(StagePlanner, OtherAspectsScalePerAxis) {
  const JobConfig job;
  const StagePlan wide = upper_stage(job, {1536, 2688});
  EXPECT_EQ(wide.dilation, (Extent{2, 3}));
  EXPECT_EQ(wide.blur_radius, 3);
  const StagePlan odd = upper_stage(job, {1344, 1792});
  EXPECT_EQ(odd.dilation, (Extent{1, 2}));
  EXPECT_EQ(odd.blur_radius, 2);
}

TEST(StagePlanner, DilationRoundsTiesUp) {
  const StagePlan plan = upper_stage(JobConfig{}, {1536, 2560});
  EXPECT_EQ(plan.dilation, (Extent{2, 3}));
}

TEST(StagePlanner, DilationEndsAtTauOfTheSteps) {
  JobConfig job;
  for (const int steps : {10, 20, 30, 50, 100}) {
    job.sampling.steps = steps;
    EXPECT_EQ(upper_stage(job, {2048, 2048}).dilated_until_step, steps * 7 / 10);
  }
  job.sampling.steps = 7;
  EXPECT_EQ(upper_stage(job, {2048, 2048}).dilated_until_step, 5);  // i < 4.9
  job.method.dilate_tau = 1;
  EXPECT_EQ(upper_stage(job, {2048, 2048}).dilated_until_step, 7);
}

TEST(StagePlanner, DilateTauAboveOneIsAStep) {
  JobConfig job;
  job.method.dilate_tau = 35;
  EXPECT_EQ(upper_stage(job, {2048, 2048}).dilated_until_step, 35);
  job.sampling.steps = 20;
  EXPECT_EQ(upper_stage(job, {2048, 2048}).dilated_until_step, 20);
}

TEST(StagePlanner, NothingIsDilatedOrFusedAtTheBaseSize) {
  const StagePlan plan = upper_stage(JobConfig{}, {1024, 1024});
  EXPECT_EQ(plan.self_attention, worker::SelfAttention::Plain);
  EXPECT_EQ(plan.dilation, (Extent{1, 1}));
  EXPECT_EQ(plan.dilated_until_step, 0);
  EXPECT_EQ(plan.first_step, 15);
}

TEST(StagePlanner, OneLongerAxisIsEnoughToFuse) {
  EXPECT_EQ(upper_stage(JobConfig{}, {512, 1088}).self_attention,
            worker::SelfAttention::ScaleFused);
}

TEST(StagePlanner, FastModeHasAPhasePerScale) {
  JobConfig job;
  job.method.fast_mode = true;
  const StagePlan plan = upper_stage(job, {1536, 2688});
  EXPECT_EQ(plan.global_branch, partition::GlobalBranch::Interleaved);
  EXPECT_EQ(plan.phases, (Extent{2, 3}));
  EXPECT_EQ(upper_stage(job, {1088, 1088}).global_branch, partition::GlobalBranch::Dense);
}

TEST(StagePlanner, FastModeKeepsPhasesOfBaseSizeWhateverTheDilationBase) {
  JobConfig job;
  job.method.fast_mode = true;
  for (const int dilation_base : {512, 1024, 2048}) {
    SCOPED_TRACE(dilation_base);
    job.method.dilation_base = dilation_base;
    const StagePlan plan = upper_stage(job, {2048, 4096});
    EXPECT_EQ(plan.dilation, (Extent{2048 / dilation_base, 4096 / dilation_base}));
    EXPECT_EQ(plan.phases, (Extent{2, 4}));
  }
}

TEST(StagePlanner, OfficialConstantsFollowTheReleasedProgram) {
  const JobConfig job = official_job();
  const StagePlan plan = upper_stage(job, {4096, 4096});
  EXPECT_EQ(plan.crop_rule, worker::CropRule::Official);
  EXPECT_EQ(plan.border_tokens, worker::BorderTokens::NullKeys);
  EXPECT_EQ(plan.blur_axes, worker::BlurAxes::HeightWidthChannel);
  EXPECT_EQ(plan.blur_radius, 3);
  EXPECT_EQ(plan.dilation, (Extent{4, 4}));
  EXPECT_EQ(plan.dilated_until_step, 35);
  EXPECT_EQ(plan.first_step, 15);
  EXPECT_EQ(plan.vae_mode, worker::VaeMode::Tiled);
  EXPECT_EQ(plan.vae_tile, 1024);
}

TEST(StagePlanner, OfficialDilationUsesTheWidthForBothAxes) {
  const StagePlan plan = upper_stage(official_job(), {2048, 3072});
  EXPECT_EQ(plan.dilation, (Extent{3, 3}));
  EXPECT_EQ(plan.blur_radius, 2);
}

TEST(StagePlanner, OfficialOneAndAHalfTimesTheBaseIsPlain) {
  const StagePlan plan = upper_stage(official_job(), {1536, 1536});
  EXPECT_EQ(plan.self_attention, worker::SelfAttention::Plain);
  EXPECT_EQ(plan.dilated_until_step, 0);
}

TEST(StagePlanner, OfficialRefusesWhatTheReleasedProgramCannotCompute) {
  const std::string text = refusal(official_job(), {1536, 2048});
  EXPECT_NE(text.find("stage 1 is 1536x2048"), std::string::npos) << text;
  EXPECT_NE(text.find("method.mode paper"), std::string::npos) << text;
  EXPECT_EQ(refusal(JobConfig{}, {1536, 2048}), "");
}

TEST(StagePlanner, RefusesSizesThatAreNoMultiplesOf64) {
  for (const Extent image :
       {Extent{1000, 1024}, Extent{1024, 1056}, Extent{0, 64}, Extent{64, 32}}) {
    EXPECT_NE(refusal(JobConfig{}, image).find("multiples of 64"), std::string::npos);
  }
}

TEST(StagePlanner, RefusesSizesThatANetworkOfManyLevelsCannotHalve) {
  worker::ModelOutline model = small_outline();
  model.unet_widths = {8, 8, 8, 8, 8};
  model.transformer_depths = {0, 0, 0, 0, 0};
  EXPECT_THROW(upper_stage(JobConfig{}, {320, 320}, model), PlanError);
}

TEST(StagePlanner, AutoTilesTheVaeByTheCanvasAlone) {
  JobConfig job;
  EXPECT_EQ(upper_stage(job, {4096, 4096}).vae_mode, worker::VaeMode::Full);
  EXPECT_EQ(upper_stage(job, {4096, 4160}).vae_mode, worker::VaeMode::Tiled);
  job.vae.mode = JobConfig::VaeMode::Tiled;
  EXPECT_EQ(upper_stage(job, {2048, 2048}).vae_mode, worker::VaeMode::Tiled);
  EXPECT_EQ(upper_stage(job, {1024, 1024}).vae_mode, worker::VaeMode::Full);  // one tile
  job.vae.mode = JobConfig::VaeMode::Full;
  EXPECT_EQ(upper_stage(job, {8192, 8192}).vae_mode, worker::VaeMode::Full);
}

TEST(StagePlanner, KeysOverrideTheFormulas) {
  JobConfig job;
  job.method.blur_radius = 2;
  job.method.blur_sigma = 0.5;
  job.method.crop_jitter = 0.25;
  job.method.dilation_base = 512;
  job.vae.mode = JobConfig::VaeMode::Tiled;
  job.vae.tile = 512;
  job.cascade.restart_timestep = 500;
  const StagePlan plan = upper_stage(job, {2048, 2048});
  EXPECT_EQ(plan.blur_radius, 2);
  EXPECT_EQ(plan.blur_sigma, 0.5);
  EXPECT_EQ(plan.crop_jitter, 0.25);
  EXPECT_EQ(plan.dilation, (Extent{4, 4}));
  EXPECT_EQ(plan.vae_tile, 512);
  EXPECT_EQ(plan.first_step, 25);
}

TEST(StagePlanner, TakesOneExponentForAllStagesOrOneEach) {
  JobConfig job;
  const worker::ModelOutline model = small_outline();
  job.cascade.cosine_scale = {3.0, 1.0};
  job.cascade.cosine_scale_bg = {0.5};
  const StageContext context{job, model,    {256, 256}, {{256, 256}, {512, 512}, {1024, 1024}},
                             {},  {1, 1, 1}};
  EXPECT_EQ(plan_stage(context, 1).cosine_scale, 3.0);
  EXPECT_EQ(plan_stage(context, 2).cosine_scale, 1.0);
  EXPECT_EQ(plan_stage(context, 2).cosine_scale_bg, 0.5);
  job.cascade.cosine_scale = {3.0, 1.0, 2.0};
  EXPECT_THROW(plan_stage(context, 1), PlanError);
}

}  // namespace
}  // namespace tessera::coordinator
