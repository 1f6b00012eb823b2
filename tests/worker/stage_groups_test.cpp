#include "worker/stage_groups.h"

#include <gtest/gtest.h>

#include "tests/support/run_ranks.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using partition::RowRange;
using worker::StageGroups;

class StageGroupsOnThreads : public ::testing::TestWithParam<int> {};

int rows_in(const std::vector<RowRange>& rows) {
  int sum = 0;
  for (const RowRange range : rows) sum += range.rows();
  return sum;
}

TEST_P(StageGroupsOnThreads, CoverEveryCanvasOnceAndAgreeOnEveryRank) {
  const worker::RenderTask task = tiny_task(GetParam());
  run_ranks(GetParam(), [&](comm::Communicator& world) {
    const StageGroups groups(task, world);
    EXPECT_EQ(groups.rows().rank(), world.rank());
    EXPECT_EQ(groups.rows().size(), world.size());
    for (const worker::StagePlan& plan : task.stages) {
      const auto own = static_cast<std::size_t>(world.rank());
      EXPECT_EQ(rows_in(groups.strip_rows(plan.stage)), task.grid.halves * plan.latent.rows);
      EXPECT_EQ(rows_in(groups.vae_rows(plan.stage)), plan.latent.rows);
      EXPECT_EQ(groups.has_strip(plan.stage), !groups.strip_rows(plan.stage)[own].empty());
      EXPECT_EQ(groups.has_vae_rows(plan.stage), !groups.vae_rows(plan.stage)[own].empty());
      if (groups.has_strip(plan.stage)) {
        const worker::StripGroup& strips = groups.strips(plan.stage);
        EXPECT_EQ(strips.own(), groups.strip_rows(plan.stage)[own]);
        EXPECT_EQ(strips.gathers->size(), plan.strip_count);
        EXPECT_EQ(strips.gathers->rank(), strips.member);
        EXPECT_EQ(strips.halos->size(), plan.strip_count);
        EXPECT_NE(strips.gathers, strips.halos);
      }
      if (groups.has_vae_rows(plan.stage)) {
        const worker::StripGroup& vae = groups.vae(plan.stage);
        EXPECT_EQ(vae.own(), groups.vae_rows(plan.stage)[own]);
        EXPECT_EQ(vae.gathers->rank(), vae.member);
        EXPECT_EQ(vae.gathers->size(), vae.size());
      }
    }
  });
}

TEST_P(StageGroupsOnThreads, PairTheTwoPredictionsOfAStrip) {
  const worker::RenderTask task = tiny_task(GetParam());
  run_ranks(GetParam(), [&](comm::Communicator& world) {
    const StageGroups groups(task, world);
    for (const worker::StagePlan& plan : task.stages) {
      comm::Communicator* const pair = groups.pair(plan.stage);
      const bool paired = task.grid.halves == 2 && groups.has_strip(plan.stage);
      ASSERT_EQ(pair != nullptr, paired);
      if (pair == nullptr) continue;
      EXPECT_EQ(pair->size(), 2);
      EXPECT_EQ(pair->rank(), groups.half(plan.stage));
    }
  });
}

TEST_P(StageGroupsOnThreads, CountTheTrafficOfAllTheirCommunicators) {
  const worker::RenderTask task = tiny_task(GetParam());
  run_ranks(GetParam(), [&](comm::Communicator& world) {
    const StageGroups groups(task, world);
    const auto before = groups.traffic();
    if (groups.has_strip(1)) groups.strips(1).halos->barrier();
    groups.rows().barrier();
    EXPECT_GE(groups.traffic().wait_seconds, before.wait_seconds);
  });
}

// 4 canonical blocks at stage 0, 8 at stage 1: from 6 ranks on some idle.
INSTANTIATE_TEST_SUITE_P(Ranks, StageGroupsOnThreads,
                         ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 13, 20));

TEST(StageGroups, LeaveAnOddRankIdleWhenTheGuidanceSplitIsForced) {
  worker::RenderTask task = tiny_task(5);
  task.grid = partition::make_rank_grid(5, partition::Guidance::On, partition::GuidanceSplit::On);
  set_sizes(task, {{128, 128}, {256, 256}});
  run_ranks(5, [&](comm::Communicator& world) {
    const StageGroups groups(task, world);
    EXPECT_EQ(groups.has_strip(1), world.rank() < 4);
    EXPECT_EQ(groups.has_vae_rows(1), world.rank() < 4);
  });
}

}  // namespace
}  // namespace tessera::testing
