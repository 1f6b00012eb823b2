// Rows between ranks as threads (row_exchange_scenarios.cpp).
#include "worker/spatial/row_exchange.h"

#include <gtest/gtest.h>

#include "tests/worker/rank_scenario.h"

namespace tessera::testing {
namespace {

class RowExchange : public ScenarioOnThreads {};
TEST_P(RowExchange, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, RowExchange,
                         ::testing::Combine(::testing::ValuesIn(row_exchange_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

}  // namespace
}  // namespace tessera::testing
