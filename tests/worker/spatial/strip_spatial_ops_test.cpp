// Convolutions on strips, ranks as threads (convolution_scenarios.cpp).
#include "worker/spatial/strip_spatial_ops.h"

#include <gtest/gtest.h>

#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class StripConvolution : public ScenarioOnThreads {};
TEST_P(StripConvolution, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, StripConvolution,
                         ::testing::Combine(::testing::ValuesIn(convolution_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

}  // namespace
}  // namespace tessera::testing
