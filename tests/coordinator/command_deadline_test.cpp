#include "coordinator/command_deadline.h"

#include <gtest/gtest.h>

#include <vector>

#include "configs/job_config.h"
#include "coordinator/planner.h"
#include "tests/coordinator/sample_models.h"
#include "tests/coordinator/sample_plan.h"

namespace tessera::coordinator {
namespace {

using std::chrono::seconds;
using worker::Command;
using worker::CommandKind;
using worker::Outcome;

constexpr double kGiga = 1e9;

RenderPlan plan_of(double step_flop) {
  RenderPlan plan = sample_plan({{0, 4}}, 1);
  plan.forecast[0].step_flop = step_flop;
  return plan;
}

const Command kStep{CommandKind::Step, 3, 0, 0, 0, 0};

std::vector<Outcome> outcomes(std::vector<double> seconds_by_rank) {
  std::vector<Outcome> result(seconds_by_rank.size());
  for (std::size_t rank = 0; rank < result.size(); ++rank) {
    result[rank].step_seconds = seconds_by_rank[rank];
  }
  return result;
}

TEST(CommandDeadline, IsTwentySecondsBetweenCommandsAndFiveMoreForShortOnes) {
  const RenderPlan plan = plan_of(kGiga);
  comm::DeadlineSource source(seconds(1));
  CommandDeadline deadline(plan, source, {});
  EXPECT_EQ(source.get(), seconds(20));
  deadline.begin(kStep);
  EXPECT_EQ(source.get(), seconds(20));
  deadline.begin_exchange(kStep);
  EXPECT_EQ(source.get(), seconds(25));
  deadline.end(kStep, outcomes({1}));
  EXPECT_EQ(source.get(), seconds(20));
}

TEST(CommandDeadline, AllowsTenTimesThePredictionOfASlowMachine) {
  const RenderPlan plan = plan_of(20 * kGiga);  // 10 s at 2 GFLOP/s
  comm::DeadlineSource source(seconds(1));
  const CommandDeadline deadline(plan, source, {});
  EXPECT_EQ(deadline.limit_of(kStep), seconds(100));
}

TEST(CommandDeadline, FollowsTheSlowestRankMeasured) {
  const RenderPlan plan = plan_of(20 * kGiga);
  comm::DeadlineSource source(seconds(1));
  CommandDeadline deadline(plan, source, {});
  deadline.end(kStep, outcomes({1, 3, 2}));
  EXPECT_EQ(deadline.limit_of(kStep), seconds(30));
  deadline.end(kStep, outcomes({1, 6, 2}));
  EXPECT_EQ(deadline.limit_of(kStep), seconds(60));
  deadline.end(kStep, outcomes({1, 2, 2}));
  EXPECT_EQ(deadline.limit_of(kStep), seconds(60));
}

TEST(CommandDeadline, CommandsWithoutACostTeachNothing) {
  const RenderPlan plan = plan_of(20 * kGiga);
  comm::DeadlineSource source(seconds(1));
  CommandDeadline deadline(plan, source, {});
  const Command begin{CommandKind::BeginItem, 1, 0, 0, 0, 0};
  deadline.begin(begin);
  EXPECT_EQ(source.get(), seconds(20));
  deadline.end(begin, outcomes({100}));
  EXPECT_EQ(deadline.limit_of(kStep), seconds(100));
}

TEST(CommandDeadline, LeavesTimeToWriteATrace) {
  const Command end{CommandKind::EndItem, 9, 0, 0, 0, 0};
  RenderPlan plan = plan_of(kGiga);
  comm::DeadlineSource source(seconds(1));
  EXPECT_EQ(CommandDeadline(plan, source, {}).limit_of(end), seconds(20));
  plan.task.study.trace_file = "trace.safetensors";
  EXPECT_EQ(CommandDeadline(plan, source, {}).limit_of(end), seconds(600));
  EXPECT_EQ(CommandDeadline(plan, source, seconds(2)).limit_of(end), seconds(600));
}

// The picture of -o is copied there.
TEST(CommandDeadline, LeavesTimeForFilesAfterTheLastCommand) {
  const RenderPlan plan = plan_of(kGiga);
  comm::DeadlineSource source(seconds(1));
  CommandDeadline deadline(plan, source, seconds(2));
  const Command stop{CommandKind::Stop, 9, 0, 0, 0, 0};
  deadline.begin(stop);
  EXPECT_EQ(source.get(), seconds(2));
  deadline.end(stop, outcomes({0}));
  EXPECT_EQ(source.get(), seconds(600));
}

TEST(CommandDeadline, LeavesTimeToEncodeAnInitialImage) {
  const Command begin{CommandKind::BeginStage, 2, 0, 0, 0, 0};
  const auto limit = [&](const std::string& image, double strength) {
    configs::JobConfig job;
    job.prompts = {{.text = "a lighthouse"}};
    job.cascade.resolutions = {{1024, 1024}, {2048, 2048}};
    job.init.image = image;
    job.init.strength = strength;
    const std::vector<partition::Extent> size{{1024, 1024}};
    const RenderPlan plan = plan_render(job, sdxl_outline(), 1, size);
    comm::DeadlineSource source(seconds(1));
    return CommandDeadline(plan, source, {}).limit_of(begin);
  };
  EXPECT_EQ(limit("", 0), seconds(20));
  EXPECT_GT(limit("photo.png", 0), seconds(600));  // some TFLOP at 2 GFLOP/s
  EXPECT_EQ(limit("photo.png", 0.5), limit("photo.png", 0));
  EXPECT_EQ(limit("photo.png", 1), seconds(20));  // the image is ignored
}

TEST(CommandDeadline, TakesTheUsersValueForEverything) {
  const RenderPlan plan = plan_of(1000 * kGiga);
  comm::DeadlineSource source(seconds(1));
  CommandDeadline deadline(plan, source, seconds(7));
  EXPECT_EQ(source.get(), seconds(7));
  deadline.begin(kStep);
  EXPECT_EQ(source.get(), seconds(7));
  deadline.end(kStep, outcomes({1}));
  EXPECT_EQ(source.get(), seconds(7));
}

}  // namespace
}  // namespace tessera::coordinator
