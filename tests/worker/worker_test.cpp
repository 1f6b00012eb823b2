// A worker's commands, its outcomes, and how it fails.
#include "worker/worker.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <chrono>

#include "comm/rank_error.h"
#include "comm/solo_communicator.h"
#include "storage/storage_error.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/run_cascade.h"
#include "tests/worker/scratch_file.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;
using worker::CommandKind;
using worker::Outcome;
using worker::RenderTask;

void drop_rows(int, int, storage::RowBand) {}

/// The smallest render: one stage of one step.
RenderTask one_step_task(int ranks) {
  RenderTask task = tiny_task(ranks);
  task.sampling.steps = 1;
  set_sizes(task, {{128, 128}});
  return task;
}

TEST(Worker, AnswersCommandsWithTheirSerialAndTimes) {
  comm::SoloCommunicator world;
  worker::Worker rank(one_step_task(1), world, drop_rows);
  EXPECT_EQ(rank.load_models().exit_code, 0);
  rank.execute({CommandKind::BeginItem, 1});
  rank.execute({CommandKind::BeginStage, 2});
  const Outcome step = rank.execute({CommandKind::Step, 3});
  EXPECT_EQ(step.serial, 3u);
  EXPECT_EQ(step.exit_code, 0);
  EXPECT_GT(step.unet_seconds, 0);
  EXPECT_GE(step.step_seconds, step.unet_seconds);
  EXPECT_GT(step.memory_peak, 0u);
  const Outcome end = rank.execute({CommandKind::EndStage, 4});
  EXPECT_GT(end.vae_seconds, 0);
  EXPECT_EQ(rank.execute({CommandKind::Idle, 5}).serial, 5u);
}

TEST(Worker, ReportsAModelThatIsNotThere) {
  RenderTask task = one_step_task(1);
  task.model.directory = "/no/such/model";
  comm::SoloCommunicator world;
  const Outcome outcome = worker::Worker(task, world, drop_rows).load_models();
  EXPECT_EQ(outcome.exit_code, 66);
  EXPECT_NE(outcome.message_text().find("/no/such/model"), std::string_view::npos);
}

TEST(Worker, WarnsOfWordsThatAreDropped) {
  RenderTask task = one_step_task(1);
  for (int word = 0; word < 90; ++word) task.items[0].prompt += " sea";
  task.items[0].prompt += " ending";
  comm::SoloCommunicator world;
  worker::Worker rank(task, world, drop_rows);
  rank.load_models();
  const Outcome outcome = rank.execute({CommandKind::BeginItem, 1});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.message_text().find("ending"), std::string_view::npos);
}

TEST(Worker, WarnsOfBothPromptsAndCutsWhatIsLong) {
  RenderTask task = one_step_task(1);
  task.items[0].negative_prompt = "";
  for (int word = 0; word < 200; ++word) {
    task.items[0].prompt += " s\u00e9a";
    *task.items[0].negative_prompt += " fog";
  }
  comm::SoloCommunicator world;
  worker::Worker rank(task, world, drop_rows);
  rank.load_models();
  const Outcome outcome = rank.execute({CommandKind::BeginItem, 1});
  const std::string told(outcome.message_text());
  EXPECT_NE(told.find("the prompt is longer"), std::string::npos) << told;
  EXPECT_NE(told.find("the negative prompt is longer"), std::string::npos) << told;
  EXPECT_TRUE(told.ends_with("...\". ")) << told;
}

TEST(Worker, BreaksTheJobWhenAStageBeginsWithoutAnItem) {
  comm::SoloCommunicator world;
  worker::Worker rank(one_step_task(1), world, drop_rows);
  rank.load_models();
  EXPECT_THROW(rank.execute({CommandKind::BeginStage, 1}), worker::BrokenCollective);
}

class WorkerOnThreads : public ::testing::TestWithParam<int> {};

// The prompt of one rank is not UTF-8: that rank alone says so, and nobody waits for it.
TEST_P(WorkerOnThreads, KeepsALocalFailureOfBeginItemToItsRank) {
  const int failing = GetParam() - 1;
  run_ranks(GetParam(),
            [&](comm::Communicator& world) {
              RenderTask task = one_step_task(GetParam());
              if (world.rank() == failing) task.items[0].prompt = "\xFF\xFE";
              worker::Worker rank(task, world, drop_rows);
              rank.load_models();
              const Outcome outcome = rank.execute({CommandKind::BeginItem, 1});
              EXPECT_EQ(outcome.exit_code, world.rank() == failing ? 65 : 0)
                  << outcome.message_text();
              world.barrier();  // where ranks exchange their outcomes
            },
            {.deadline = 60s, .set_up = {}});
}

// A rank that throws inside a step leaves its group. Peers learn of it at once, those that hold no
// strip (7 ranks, 4 blocks) where outcomes are exchanged; nobody waits for the deadline.
TEST_P(WorkerOnThreads, EndsPeersWithARankErrorWhenOneThrowsInsideAStep) {
  const int failing = GetParam() / 2;
  std::chrono::steady_clock::time_point thrown;
  const auto program = [&](comm::Communicator& world) {
    worker::Worker rank(one_step_task(GetParam()), world, drop_rows);
    rank.load_models();
    rank.execute({CommandKind::BeginItem, 1});
    rank.execute({CommandKind::BeginStage, 2});
    if (world.rank() == failing) {
      thrown = std::chrono::steady_clock::now();
      throw std::runtime_error("injected");
    }
    rank.execute({CommandKind::Step, 3});
    world.barrier();
  };
  const auto errors = errors_of_ranks(GetParam(), program, {.deadline = 120s, .set_up = {}});
  EXPECT_LT(std::chrono::steady_clock::now() - thrown, 60s);
  for (int rank = 0; rank < GetParam(); ++rank) {
    const std::exception_ptr& error = errors[static_cast<std::size_t>(rank)];
    ASSERT_NE(error, nullptr) << rank;
    if (rank == failing) continue;
    EXPECT_THROW(std::rethrow_exception(error), comm::RankError) << rank;
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, WorkerOnThreads, ::testing::Values(3, 5, 7));

TEST(Worker, TurnsAnErrorInsideACollectiveIntoABrokenOne) {
  RenderTask task = one_step_task(1);
  comm::SoloCommunicator world;
  worker::Worker rank(task, world,
                      [](int, int, storage::RowBand) { throw storage::IoError("disk full"); });
  rank.load_models();
  rank.execute({CommandKind::BeginItem, 1});
  rank.execute({CommandKind::BeginStage, 2});
  rank.execute({CommandKind::Step, 3});
  try {
    rank.execute({CommandKind::EndStage, 4});
    FAIL();
  } catch (const worker::BrokenCollective& error) {
    EXPECT_EQ(error.exit_code(), 74);
    EXPECT_STREQ(error.what(), "disk full");
  }
}

// 20 ranks: 10 per half, but 4 strips at stage 0 and 8 at stage 1.
TEST(Worker, RendersTheSamePictureWithIdleRanks) {
  EXPECT_EQ(run_cascade(tiny_task(20)), run_cascade(tiny_task(1)));
}

TEST(Worker, RendersTheSamePictureWithTwoThreads) {
  RenderTask two = one_step_task(1);
  two.cpu_threads = 2;
  EXPECT_EQ(run_cascade(two), run_cascade(one_step_task(1)));
  at::set_num_threads(1);
}

TEST(Worker, GivesEachItemThePictureItHasAlone) {
  RenderTask both = tiny_task(2);
  worker::ItemTask second = both.items[0];
  second.index = 1;
  second.seed = 8;
  second.prompt = "a blue cube";
  both.items.push_back(second);
  const Pictures pictures = run_cascade(both);
  RenderTask alone = tiny_task(2);
  alone.items[0].seed = 8;
  alone.items[0].prompt = "a blue cube";
  const Pictures expected = run_cascade(alone);
  EXPECT_EQ(pictures.at({1, 1}), expected.at({0, 1}));
  EXPECT_NE(pictures.at({0, 1}), expected.at({0, 1}));
}

}  // namespace
}  // namespace tessera::testing
