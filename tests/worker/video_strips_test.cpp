// The video network on strips, ranks as threads (video_scenarios.cpp).
#include <gtest/gtest.h>

#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class VideoOnStrips : public ScenarioOnThreads {};
TEST_P(VideoOnStrips, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, VideoOnStrips,
                         ::testing::Combine(::testing::ValuesIn(video_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

}  // namespace
}  // namespace tessera::testing
