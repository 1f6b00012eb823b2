#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <span>
#include <string>

#include "comm/communicator.h"

namespace tessera::testing {

/// One behaviour that every backend shows for every number of ranks. `run` is called by all ranks
/// with a communicator of their own and reports through GoogleTest's assertions.
struct ConformanceScenario {
  const char* name;
  void (*run)(comm::Communicator& world);
};

std::span<const ConformanceScenario> conformance_scenarios();

/// For failure messages and the names of parameterised tests.
inline void PrintTo(const ConformanceScenario& scenario, std::ostream* out) {
  *out << scenario.name;
}
inline std::string scenario_name(const ::testing::TestParamInfo<ConformanceScenario>& scenario) {
  return scenario.param.name;
}

}  // namespace tessera::testing
