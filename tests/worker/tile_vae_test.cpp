// The tiled autoencoder, ranks as threads (autoencoder_scenarios.cpp).
#include "worker/tile_vae.h"

#include <gtest/gtest.h>

#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class TileVaeOnThreads : public ScenarioOnThreads {};
TEST_P(TileVaeOnThreads, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, TileVaeOnThreads,
                         ::testing::Combine(::testing::ValuesIn(tile_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

}  // namespace
}  // namespace tessera::testing
