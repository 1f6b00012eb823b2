#include "comm/solo_communicator.h"

#include <gtest/gtest.h>

#include "tests/comm/conformance.h"

namespace tessera::testing {
namespace {

class SoloConformance : public ::testing::TestWithParam<ConformanceScenario> {};

TEST_P(SoloConformance, Holds) {
  comm::SoloCommunicator world;
  GetParam().run(world);
}

INSTANTIATE_TEST_SUITE_P(All, SoloConformance, ::testing::ValuesIn(conformance_scenarios()),
                         scenario_name);

}  // namespace
}  // namespace tessera::testing
