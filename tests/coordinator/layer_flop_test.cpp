#include "coordinator/layer_flop.h"

#include <gtest/gtest.h>

#include "configs/job_config.h"
#include "coordinator/cost_model.h"
#include "coordinator/planner.h"
#include "partition/strip_layout.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

RenderPlan plan_of(bool fast) {
  configs::JobConfig job;
  job.prompts = {{.text = "a"}};
  job.cascade.resolutions = {{1024, 1024}, {1344, 2048}};
  job.method.fast_mode = fast;
  return plan_render(job, sdxl_outline(), 6);
}

UnetFlop strip_flop(const worker::StagePlan& stage, partition::RowRange own) {
  UnetFlop flop;
  for (const UnetLayer& layer : unet_layers(sdxl_outline()).layers) {
    flop += layer_flop(layer, stage, {1024, 1024}, own);
  }
  return flop;
}

void expect_close(double a, double b) { EXPECT_NEAR(a, b, 1e-9 * b); }

TEST(LayerFlop, StripsAddUpToTheCanvas) {
  for (const bool fast : {false, true}) {
    const RenderPlan plan = plan_of(fast);
    for (const worker::StagePlan& stage : plan.task.stages) {
      const UnetFlop whole = unet_flop(sdxl_outline(), stage, {1024, 1024});
      UnetFlop sum;
      const partition::StripLayout strips = partition::make_strips(stage.blocks, 3);
      for (const auto& rows : strips.all()) sum += strip_flop(stage, rows);
      expect_close(sum.total(), whole.total());
      expect_close(sum.conv, whole.conv);
      expect_close(sum.dilated_conv, whole.dilated_conv);
      expect_close(sum.global_attention, whole.global_attention);
      if (stage.stage > 0) expect_close(sum.local_attention, whole.local_attention);
    }
  }
}

TEST(LayerFlop, AnInnerStripIsCoveredByMoreCropsThanAnOuterOne) {
  const RenderPlan plan = plan_of(false);
  const worker::StagePlan& stage = plan.task.stages[1];
  const partition::StripLayout strips = partition::make_strips(stage.blocks, 3);
  const UnetFlop outer = strip_flop(stage, strips.rows(0));
  const UnetFlop inner = strip_flop(stage, strips.rows(1));
  EXPECT_GT(inner.local_attention, 1.2 * outer.local_attention);
}

}  // namespace
}  // namespace tessera::coordinator
