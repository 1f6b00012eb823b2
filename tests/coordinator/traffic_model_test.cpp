#include "coordinator/traffic_model.h"

#include <gtest/gtest.h>

#include "configs/job_config.h"
#include "coordinator/planner.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

RenderPlan plan_of(int ranks) {
  configs::JobConfig job;
  job.prompts = {{.text = "a"}};
  job.cascade.resolutions = {{256, 256}, {512, 512}};
  return plan_render(job, small_outline(), ranks);
}

TEST(TrafficModel, OneRankSendsNothing) {
  const RenderPlan plan = plan_of(1);
  EXPECT_EQ(step_traffic(small_outline(), plan.task, 1, 0, {2, 2}, 4), Traffic{});
}

TEST(TrafficModel, TwoHalvesOfOneStripExchangeTheirPredictionsOnly) {
  const RenderPlan plan = plan_of(2);
  const Traffic traffic = step_traffic(small_outline(), plan.task, 1, 0, {2, 2}, 4);
  EXPECT_EQ(traffic, (Traffic{0, 4 * 64 * 64 * 4, 1}));
}

TEST(TrafficModel, DilatedStepsSendMoreRows) {
  const RenderPlan plan = plan_of(4);
  const Traffic dilated = step_traffic(small_outline(), plan.task, 1, 0, {2, 2}, 4);
  const Traffic plain = step_traffic(small_outline(), plan.task, 1, 0, {1, 1}, 4);
  // Nine layers of the deepest level: eight send one row more (the outer strip has one neighbour),
  // the strided one a row of its input besides. Widths 32 and 64, maps of 16 and 32 columns.
  EXPECT_EQ(dilated.bytes() - plain.bytes(), (32 + 7 * 64) * 16 * 4 + 32 * 32 * 4);
  EXPECT_EQ(dilated.operations, plain.operations);
  EXPECT_EQ(dilated.gather_bytes, plain.gather_bytes);
}

TEST(TrafficModel, HalfPrecisionHalvesWhatActivationsTake) {
  const RenderPlan plan = plan_of(4);
  const std::int64_t fp32 = step_traffic(small_outline(), plan.task, 1, 0, {1, 1}, 4).bytes();
  const std::int64_t fp16 = step_traffic(small_outline(), plan.task, 1, 0, {1, 1}, 2).bytes();
  EXPECT_LT(fp16, fp32);
  EXPECT_GT(fp16, fp32 / 2);  // statistics and predictions stay fp32
}

}  // namespace
}  // namespace tessera::coordinator
