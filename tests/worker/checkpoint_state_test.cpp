// Snapshots between steps: what goes on from one, on any number of ranks, gives the same bits.
#include "worker/checkpoint_state.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "comm/solo_communicator.h"
#include "storage/storage_error.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/run_cascade.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using worker::CommandKind;
using worker::RenderTask;
using worker::StageSnapshot;

/// Where a run is cut: before this step of this stage.
struct Cut {
  int stage = 0;
  int step = 0;
};

RenderTask two_stage_task(int ranks) {
  RenderTask task = tiny_task(ranks);
  task.sampling.steps = 3;
  set_sizes(task, {{128, 128}, {192, 256}});
  return task;
}

/// Commands of one rank with serial numbers; fails the test by an exception.
class Commands {
 public:
  explicit Commands(worker::Worker& rank) : rank_(rank) {
    if (rank_.load_models().exit_code != 0) throw std::runtime_error("the model does not load");
  }

  void operator()(CommandKind kind, int stage = 0, int step = 0) {
    const worker::Outcome outcome = rank_.execute({kind, ++serial_, 0, stage, step, 0});
    if (outcome.exit_code != 0) throw std::runtime_error(std::string(outcome.message_text()));
  }

  /// The steps [begin, end) of a stage.
  void steps(int stage, int begin, int end) {
    for (int step = begin; step < end; ++step) (*this)(CommandKind::Step, stage, step);
  }

 private:
  worker::Worker& rank_;
  std::uint32_t serial_ = 0;
};

/// Runs up to the cut, takes a snapshot there and goes no further.
StageSnapshot snapshot_at(const RenderTask& task, Cut cut) {
  StageSnapshot kept;
  run_ranks(task.grid.world, [&](comm::Communicator& world) {
    worker::Worker rank(
        task, world, [](int, int, storage::RowBand) {},
        [&](StageSnapshot snapshot) { kept = std::move(snapshot); });
    Commands run(rank);
    run(CommandKind::BeginItem);
    for (const worker::StagePlan& plan : task.stages) {
      run(CommandKind::BeginStage, plan.stage, plan.first_step);
      run.steps(plan.stage, plan.first_step, plan.stage == cut.stage ? cut.step : plan.steps);
      if (plan.stage == cut.stage) break;
      run(CommandKind::EndStage, plan.stage, plan.steps);
    }
    run(CommandKind::Checkpoint, cut.stage, cut.step);
  });
  return kept;
}

/// Goes on from snapshots to the end; the stages before the first one are not computed.
Pictures continue_from(const RenderTask& task, const std::vector<StageSnapshot>& snapshots) {
  Pictures pictures;
  run_ranks(task.grid.world, [&](comm::Communicator& world) {
    worker::Worker rank(task, world, [&](int item, int stage, storage::RowBand band) {
      std::vector<float>& picture = pictures[{item, stage}];
      picture.insert(picture.end(), band.pixels.begin(), band.pixels.end());
    });
    rank.restore(snapshots);
    Commands run(rank);
    run(CommandKind::BeginItem);
    for (const worker::StagePlan& plan : task.stages) {
      int step = plan.first_step;
      if (plan.stage < snapshots.front().stage) continue;
      for (const StageSnapshot& snapshot : snapshots) {
        if (snapshot.stage == plan.stage) step = snapshot.step;
      }
      run(CommandKind::BeginStage, plan.stage, step);
      run.steps(plan.stage, step, plan.steps);
      run(CommandKind::EndStage, plan.stage, plan.steps);
    }
    run(CommandKind::EndItem);
  });
  return pictures;
}

constexpr int kRankCounts[] = {1, 2, 3, 4, 6};

/// What goes on from the snapshot on `ranks` ranks equals the pictures of a run without a cut.
void expect_same_rest(const StageSnapshot& snapshot, int ranks, const Pictures& whole) {
  SCOPED_TRACE("on " + std::to_string(ranks) + " ranks from stage " +
               std::to_string(snapshot.stage) + ", step " + std::to_string(snapshot.step));
  const Pictures rest = continue_from(two_stage_task(ranks), {snapshot});
  ASSERT_EQ(rest.size(), whole.size() - static_cast<std::size_t>(snapshot.stage));
  for (const auto& [place, pixels] : rest) {
    EXPECT_TRUE(pixels == whole.at(place)) << "other bits in stage " << place.second;
  }
}

class SnapshotRanks : public ::testing::TestWithParam<int> {};

TEST_P(SnapshotRanks, GoOnWithEqualBitsOnEveryOtherNumberOfRanks) {
  const Pictures whole = run_cascade(two_stage_task(1));
  for (const Cut cut : {Cut{0, 2}, Cut{1, 2}}) {
    const StageSnapshot snapshot = snapshot_at(two_stage_task(GetParam()), cut);
    for (const int ranks : kRankCounts) expect_same_rest(snapshot, ranks, whole);
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, SnapshotRanks, ::testing::ValuesIn(kRankCounts));

struct Counts {
  int before = 1;
  int after = 1;
};

class SnapshotCuts : public ::testing::TestWithParam<Counts> {};

TEST_P(SnapshotCuts, GoOnWithEqualBitsFromAnywhereInAStage) {
  const Pictures whole = run_cascade(two_stage_task(1));
  for (const Cut cut : {Cut{0, 1}, Cut{0, 3}, Cut{1, 1}, Cut{1, 2}, Cut{1, 3}}) {
    const StageSnapshot snapshot = snapshot_at(two_stage_task(GetParam().before), cut);
    expect_same_rest(snapshot, GetParam().after, whole);
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, SnapshotCuts,
                         ::testing::Values(Counts{1, 1}, Counts{1, 2}, Counts{2, 3}, Counts{3, 1},
                                           Counts{4, 2}, Counts{2, 5}));

TEST(Snapshot, DoesNotDependOnTheNumberOfRanks) {
  const StageSnapshot alone = snapshot_at(two_stage_task(1), {1, 2});
  EXPECT_EQ(alone.x.shape, (std::vector<std::int64_t>{1, 4, 24, 32}));
  EXPECT_EQ(alone.z_up.shape, alone.x.shape);
  EXPECT_EQ(alone.step, 2);
  EXPECT_NE(alone.x.values, alone.z_up.values);
  for (const int ranks : kRankCounts) EXPECT_EQ(snapshot_at(two_stage_task(ranks), {1, 2}), alone);
}

TEST(Snapshot, OfTheBaseStageHasNoUpscaledLatents) {
  EXPECT_TRUE(snapshot_at(two_stage_task(2), {0, 1}).z_up.shape.empty());
}

// A picture that got lost is made again from the stage's final latents, then the run goes on.
TEST(Snapshot, OfAFinishedStageGivesItsPictureAgainBeforeTheRunGoesOn) {
  const Pictures whole = run_cascade(two_stage_task(1));
  const StageSnapshot base = snapshot_at(two_stage_task(1), {0, 3});
  const StageSnapshot running = snapshot_at(two_stage_task(1), {1, 2});
  EXPECT_EQ(continue_from(two_stage_task(2), {base, running}), whole);
}

TEST(Snapshot, KeepsHalfPrecisionStateExactly) {
  const auto half = [](int ranks) {
    RenderTask task = two_stage_task(ranks);
    task.sampling.state = worker::StateDtype::Fp16;
    return task;
  };
  const Pictures whole = run_cascade(half(1));
  const Pictures rest = continue_from(half(1), {snapshot_at(half(2), {1, 2})});
  EXPECT_EQ(rest.at({0, 1}), whole.at({0, 1}));
}

TEST(Snapshot, OfAnotherSizeIsRefused) {
  const RenderTask task = two_stage_task(1);
  storage::CheckpointArray canvas{{1, 4, 8, 8}, std::vector<float>(256)};
  EXPECT_THROW(worker::canvas_rows(canvas, task.stages[1], {0, 4}), storage::DataError);
}

}  // namespace
}  // namespace tessera::testing
