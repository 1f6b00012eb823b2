#include "worker/spatial/stage_crops.h"

#include <gtest/gtest.h>

namespace tessera::testing {
namespace {

constexpr partition::Extent kBase{128, 128};

worker::StagePlan stage_of(worker::CropRule rule) {
  worker::StagePlan plan;
  plan.image = {256, 512};
  plan.latent = {32, 64};
  plan.crop_rule = rule;
  plan.crop_jitter = 0.25;
  return plan;
}

TEST(StageCrops, ArePapersCropsOfTheLevelOfTheMap) {
  const worker::StagePlan plan = stage_of(worker::CropRule::Paper);
  EXPECT_EQ(worker::stage_crops(plan, kBase, {32, 64}),
            partition::paper_crops({32, 64}, kBase, 0, 0.25));
  EXPECT_EQ(worker::stage_crops(plan, kBase, {8, 16}),
            partition::paper_crops({8, 16}, kBase, 2, 0.25));
}

TEST(StageCrops, AreTheReleasedProgramsCropsInOfficialMode) {
  EXPECT_EQ(worker::stage_crops(stage_of(worker::CropRule::Official), kBase, {16, 32}),
            partition::official_crops({256, 512}, {16, 32}, 128));
}

}  // namespace
}  // namespace tessera::testing
