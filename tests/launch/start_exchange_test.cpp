#include "launch/start_exchange.h"

#include <gtest/gtest.h>

#include "launch/startup_failure.h"
#include "storage/storage_error.h"
#include "tests/support/run_ranks.h"

namespace tessera::launch {
namespace {

using coordinator::RunStart;
using storage::CheckpointArray;

RunStart from_second_stage() {
  RunStart run;
  run.start.position = {3, 1, 7};
  run.start.lost_stages = {0};
  run.snapshots.push_back({3, 0, 10, {{1, 4, 1, 2}, {1, 2, 3, 4, 5, 6, 7, -0.0F}}, {}});
  run.snapshots.push_back(
      {3, 1, 7, {{1, 4, 1, 1}, {1e-38F, -1, 0, 2}}, {{1, 4, 1, 1}, {9, 8, 7, 6}}});
  return run;
}

void expect_equal(const RunStart& a, const RunStart& b) {
  EXPECT_EQ(a.start, b.start);
  ASSERT_EQ(a.snapshots.size(), b.snapshots.size());
  for (std::size_t k = 0; k < a.snapshots.size(); ++k) {
    EXPECT_EQ(a.snapshots[k].item, b.snapshots[k].item);
    EXPECT_EQ(a.snapshots[k].stage, b.snapshots[k].stage);
    EXPECT_EQ(a.snapshots[k].step, b.snapshots[k].step);
    EXPECT_EQ(a.snapshots[k].x, b.snapshots[k].x);
    EXPECT_EQ(a.snapshots[k].z_up, b.snapshots[k].z_up);
  }
}

class ShareStart : public ::testing::TestWithParam<int> {};

TEST_P(ShareStart, GivesEveryRankWhatRankZeroRead) {
  tessera::testing::run_ranks(GetParam(), [](comm::Communicator& world) {
    StartupExchange startup(world);
    expect_equal(share_start(startup, from_second_stage), from_second_stage());
  });
}

TEST_P(ShareStart, GivesEveryRankTheBegin) {
  tessera::testing::run_ranks(GetParam(), [](comm::Communicator& world) {
    StartupExchange startup(world);
    const RunStart start = share_start(startup, [] { return RunStart(); });
    EXPECT_FALSE(start.from_checkpoint());
    EXPECT_EQ(start.start, coordinator::CascadeStart());
  });
}

TEST_P(ShareStart, EndsAllRanksWhenRankZeroCannotRead) {
  tessera::testing::run_ranks(GetParam(), [](comm::Communicator& world) {
    StartupExchange startup(world);
    try {
      share_start(startup, []() -> RunStart { throw storage::DataError("too few steps"); });
      ADD_FAILURE() << "rank " << world.rank() << " went on";
    } catch (const StartupFailure& failure) {
      EXPECT_EQ(failure.exit_code(), 65);
      EXPECT_STREQ(failure.what(), "too few steps");
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Counts, ShareStart, ::testing::Values(1, 2, 5));

}  // namespace
}  // namespace tessera::launch
