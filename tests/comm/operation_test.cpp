#include "comm/operation.h"

#include <gtest/gtest.h>

#include "comm/rank_error.h"

namespace tessera::comm {
namespace {

using namespace std::chrono_literals;

TEST(Operation, TakesTheDeadlineInForceWhenItStarts) {
  const auto source = std::make_shared<DeadlineSource>(10s);
  TrafficCounters traffic;
  const auto before = Operation::Clock::now();
  const Operation early("barrier", -1, {source, nullptr}, traffic);
  source->set(600s);
  const Operation late("barrier", -1, {source, nullptr}, traffic);
  EXPECT_GE(early.deadline(), before + 10s);
  EXPECT_LT(early.deadline(), before + 300s);
  EXPECT_GE(late.deadline(), before + 600s);
}

TEST(Operation, CountsItselfAndItsTimeWhenItEnds) {
  TrafficCounters traffic;
  {
    const Operation operation("gather", 0, {std::make_shared<DeadlineSource>(1s), nullptr},
                              traffic);
    EXPECT_EQ(traffic.operations, 0U);
  }
  EXPECT_EQ(traffic.operations, 1U);
  EXPECT_GT(traffic.wait_seconds, 0);
}

TEST(Operation, NamesAMemberOfAPartByItsRankInTheJob) {
  TrafficCounters traffic;
  const RankContext context{std::make_shared<DeadlineSource>(1s), nullptr, JobRanks().part({4, 7})};
  const Operation operation("gather", 0, context, traffic);
  EXPECT_EQ(operation.job_rank(0), 4);
  try {
    operation.fail(1, "gone");
    FAIL() << "fail() returned";
  } catch (const RankError& error) {
    EXPECT_EQ(error.peer(), 7);
  }
}

TEST(Operation, FailsUnderItsOwnName) {
  TrafficCounters traffic;
  const Operation operation("gather", 0, {std::make_shared<DeadlineSource>(1s), nullptr}, traffic);
  try {
    operation.fail(5, "gone");
    FAIL() << "fail() returned";
  } catch (const RankError& error) {
    EXPECT_EQ(error.operation(), "gather");
    EXPECT_EQ(error.peer(), 5);
  }
}

}  // namespace
}  // namespace tessera::comm
