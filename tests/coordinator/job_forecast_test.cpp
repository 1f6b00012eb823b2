#include "coordinator/job_forecast.h"

#include <gtest/gtest.h>

#include "configs/job_config.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

configs::JobConfig job_to(int side) {
  configs::JobConfig job;
  job.prompts = {{.text = "a"}, {.text = "b"}};
  job.cascade.resolutions = {{1024, 1024}};
  for (int size = 2048; size <= side; size *= 2) job.cascade.resolutions.push_back({size, size});
  return job;
}

JobForecast forecast(int side, int ranks) {
  return forecast_job(job_to(side), sdxl_outline(), *configs::find_machine("h200-nvlink"),
                      {ranks, 8});
}

/// docs/planning.md, "Modelled scaling": practical rates, nothing overlapped.
TEST(JobForecast, OneStepOfAnH200IsThatOfTheDerivedTable) {
  EXPECT_NEAR(forecast(8192, 1).stages[0].step.seconds(), 0.037 + 0.018, 0.012);
  EXPECT_NEAR(forecast(8192, 1).stages[3].step.seconds(), 18.5, 0.1 * 18.5);
}

TEST(JobForecast, ItemsTakeOneAnothersTime) {
  const JobForecast all = forecast(2048, 8);
  double sum = 0;
  for (const StageTime& stage : all.stages) sum += stage.seconds();
  EXPECT_DOUBLE_EQ(all.seconds(), 2 * sum);
}

TEST(JobForecast, LargeCanvasesKeepManyRanksBusyAndSmallOnesDoNot) {
  const JobForecast many = forecast(8192, 64);
  EXPECT_GT(many.efficiency[3], 0.65);  // 0.2 of it gathers, crops of inner strips and launches
  EXPECT_LT(many.efficiency[0], 0.2);
  EXPECT_DOUBLE_EQ(forecast(8192, 1).efficiency[3], 1);
}

TEST(JobForecast, ACheckpointHoldsLatentsAndWhatTheStageStartedFrom) {
  EXPECT_EQ(forecast(8192, 1).checkpoint_bytes, 2LL * 4 * 4 * 1024 * 1024);
  EXPECT_EQ(forecast(1024, 1).checkpoint_bytes, 4LL * 4 * 128 * 128);
}

TEST(JobForecast, FindsTheRanksOnWhichAJobFits) {
  configs::MachineConfig machine = *configs::find_machine("h200-nvlink");
  machine.memory_bytes = 16LL << 30;
  configs::JobConfig job = job_to(8192);
  job.vae.mode = configs::JobConfig::VaeMode::Tiled;
  const Placement one{1, 8};
  EXPECT_FALSE(forecast_job(job, sdxl_outline(), machine, one).fits());
  const auto ranks = ranks_that_fit(job, sdxl_outline(), machine, one);
  ASSERT_TRUE(ranks);
  EXPECT_TRUE(forecast_job(job, sdxl_outline(), machine, {*ranks, 8}).fits());
  EXPECT_FALSE(forecast_job(job, sdxl_outline(), machine, {*ranks / 2, 8}).fits());
  machine.memory_bytes = 1LL << 30;  // less than the weights
  EXPECT_FALSE(ranks_that_fit(job, sdxl_outline(), machine, one));
}

}  // namespace
}  // namespace tessera::coordinator
