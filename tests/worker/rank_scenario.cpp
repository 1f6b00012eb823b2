#include "tests/worker/rank_scenario.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "tests/support/run_ranks.h"

namespace tessera::testing {

void run_scenario(const RankScenario& scenario, comm::Communicator& world) {
  const c10::InferenceMode inference;
  at::set_num_threads(1);
  scenario.run(world);
}

void ScenarioOnThreads::run_on_threads() {
  const auto& [scenario, ranks] = GetParam();
  run_ranks(ranks,
            [&, &given = scenario](comm::Communicator& world) { run_scenario(given, world); });
}

std::string scenario_on_ranks(const ::testing::TestParamInfo<std::tuple<RankScenario, int>>& info) {
  return std::string(std::get<0>(info.param).name) + "On" + std::to_string(std::get<1>(info.param));
}

}  // namespace tessera::testing
