// The full-frame autoencoder, ranks as threads (autoencoder_scenarios.cpp).
#include "worker/strip_vae.h"

#include <gtest/gtest.h>

#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class StripVae : public ScenarioOnThreads {};
TEST_P(StripVae, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, StripVae,
                         ::testing::Combine(::testing::ValuesIn(full_frame_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

}  // namespace
}  // namespace tessera::testing
