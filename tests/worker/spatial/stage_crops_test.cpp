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

// The base grid of every level of a clip at twice its base (docs/algorithms.md, "Clips").
TEST(StageCrops, OfAClipAreTheBaseGridOfItsFourLevels) {
  worker::StagePlan plan;
  plan.image = {640, 1024};
  plan.latent = {80, 128};
  int level = 0;
  for (const partition::Extent jitter : {partition::Extent{5, 8}, partition::Extent{2, 4},
                                         partition::Extent{1, 2}, partition::Extent{0, 1}}) {
    const auto crops = worker::stage_crops(plan, {320, 512}, {80 >> level, 128 >> level});
    EXPECT_EQ(crops.rows.crop, 40 >> level);
    EXPECT_EQ(crops.cols.crop, 64 >> level);
    EXPECT_EQ(crops.rows.jitter_bound, jitter.rows);
    EXPECT_EQ(crops.cols.jitter_bound, jitter.cols);
    ++level;
  }
}

TEST(StageCrops, AreTheReleasedProgramsCropsInOfficialMode) {
  EXPECT_EQ(worker::stage_crops(stage_of(worker::CropRule::Official), kBase, {16, 32}),
            partition::official_crops({256, 512}, {16, 32}, 128));
}

}  // namespace
}  // namespace tessera::testing
