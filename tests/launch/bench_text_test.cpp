#include "launch/bench_text.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "configs/job_config.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;

BenchResult result() {
  configs::JobConfig job;
  job.prompts = {{.text = "a"}};
  job.cascade.resolutions = {{1024, 1024}, {2048, 2048}};
  BenchResult result;
  result.machine = *configs::find_machine("cpu");
  result.forecast = coordinator::forecast_job(job, worker::sdxl_outline(), result.machine, {2, 2});
  result.kernels = {{"conv", 320, 2e9, {0.5, 1, 2}}};
  coordinator::StageTimings first;
  first.steps = {2, 1, 3};
  first.step_bytes = 1 << 20;
  first.step_flop = result.forecast.plan.forecast[0].step_flop / 2;
  coordinator::StageTimings second = first;
  second.stage = 1;
  second.step_flop = result.forecast.plan.forecast[1].step_flop / 2;
  second.dilated_steps = {4};
  second.memory_peak = 7 << 20;
  result.stages = {first, second};
  return result;
}

TEST(BenchText, ShowsKernelsAndStagesWithTheirMedians) {
  const auto lines = bench_lines(result());
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_THAT(lines[1], HasSubstr("conv"));
  EXPECT_THAT(lines[1], HasSubstr("1000.000 ms"));
  EXPECT_THAT(lines[1], HasSubstr(" 2.0"));  // GFLOP/s
  EXPECT_THAT(lines[4], HasSubstr("1024x1024"));
  EXPECT_THAT(lines[4], HasSubstr("2.000 s"));
  EXPECT_EQ(lines[6], "2 ranks, 7 MiB peak, 1.0 MiB sent per step of the last stage");
  EXPECT_EQ(lines[7], "FLOP of a step, counted / modelled: 0.500 0.500");
}

TEST(BenchText, JsonHoldsSamplesPredictionsAndTheMachine) {
  const auto object = nlohmann::json::parse(bench_json(result()));
  EXPECT_EQ(object["kernels"][0]["seconds"]["samples"].size(), 3U);
  const auto& stage = object["stages"][1];
  EXPECT_EQ(stage["step_seconds"]["median"], 2);
  EXPECT_EQ(stage["step_seconds"]["p95"], 3);
  EXPECT_EQ(stage["dilated_step_seconds"]["median"], 4);
  EXPECT_EQ(stage["predicted_step_seconds"], result().forecast.stages[1].step.seconds());
  EXPECT_EQ(configs::read_machine(object["machine"], "m").conv, configs::find_machine("cpu")->conv);
}

}  // namespace
}  // namespace tessera::launch
