#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <span>
#include <string>
#include <tuple>

#include "comm/communicator.h"

namespace tessera::testing {

/// One behaviour that holds for every number of ranks, on threads and under MPI. `run` is called by
/// all ranks with a communicator of their own and reports through GoogleTest's assertions.
struct RankScenario {
  const char* name;
  void (*run)(comm::Communicator& world);
};

std::span<const RankScenario> row_exchange_scenarios();
std::span<const RankScenario> convolution_scenarios();
std::span<const RankScenario> statistics_scenarios();
std::span<const RankScenario> attention_scenarios();
std::span<const RankScenario> full_frame_scenarios();
std::span<const RankScenario> tile_scenarios();
std::span<const RankScenario> picture_scenarios();
std::span<const RankScenario> video_scenarios();

/// The scenario as one rank of a program runs it: one thread, no autograd.
void run_scenario(const RankScenario& scenario, comm::Communicator& world);

inline void PrintTo(const RankScenario& scenario, std::ostream* out) { *out << scenario.name; }

/// A scenario on ranks as threads: what a room's tests are parameterised with.
class ScenarioOnThreads : public ::testing::TestWithParam<std::tuple<RankScenario, int>> {
 protected:
  void run_on_threads();
};

std::string scenario_on_ranks(const ::testing::TestParamInfo<std::tuple<RankScenario, int>>& info);

/// The rank counts of every scenario on threads.
inline auto thread_rank_counts() { return ::testing::Values(1, 2, 3, 4, 5, 6, 8); }

}  // namespace tessera::testing
