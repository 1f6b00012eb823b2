#include "comm/thread_communicator.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <tuple>

#include "tests/comm/conformance.h"
#include "tests/support/run_ranks.h"

namespace tessera::testing {
namespace {

using ThreadCase = std::tuple<ConformanceScenario, int>;

class ThreadConformance : public ::testing::TestWithParam<ThreadCase> {};

TEST_P(ThreadConformance, Holds) {
  const auto& [scenario, ranks] = GetParam();
  run_ranks(ranks, scenario.run);
}

std::string case_name(const ::testing::TestParamInfo<ThreadCase>& ranks) {
  return std::string(std::get<0>(ranks.param).name) + "On" +
         std::to_string(std::get<1>(ranks.param));
}

INSTANTIATE_TEST_SUITE_P(All, ThreadConformance,
                         ::testing::Combine(::testing::ValuesIn(conformance_scenarios()),
                                            ::testing::Values(1, 2, 3, 4, 5, 6, 8, 16)),
                         case_name);

TEST(ThreadRanks, RefusesAnEmptyGroup) {
  EXPECT_THROW(comm::make_thread_ranks(0, std::chrono::seconds(1)), std::invalid_argument);
}

TEST(ThreadRanks, ReadsTheDeadlineOfTheContextForEveryOperation) {
  const auto deadline = std::make_shared<comm::DeadlineSource>(std::chrono::hours(1));
  auto ranks = comm::make_thread_ranks(2, comm::RankContext{deadline, nullptr});
  deadline->set(std::chrono::milliseconds(20));
  EXPECT_ANY_THROW(ranks[0]->barrier());
}

}  // namespace
}  // namespace tessera::testing
