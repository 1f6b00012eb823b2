// Pictures in bands, ranks as threads (picture_scenarios.cpp).
#include "worker/picture_rows.h"

#include <gtest/gtest.h>

#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class PictureRowsOnThreads : public ScenarioOnThreads {};
TEST_P(PictureRowsOnThreads, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, PictureRowsOnThreads,
                         ::testing::Combine(::testing::ValuesIn(picture_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

}  // namespace
}  // namespace tessera::testing
