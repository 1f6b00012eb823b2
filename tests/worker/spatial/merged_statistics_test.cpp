// GroupNorm and FreeU on strips, ranks as threads (statistics_scenarios.cpp).
#include "worker/spatial/merged_statistics.h"

#include <gtest/gtest.h>

#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class MergedStatistics : public ScenarioOnThreads {};
TEST_P(MergedStatistics, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, MergedStatistics,
                         ::testing::Combine(::testing::ValuesIn(statistics_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

}  // namespace
}  // namespace tessera::testing
