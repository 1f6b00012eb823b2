#include "comm/mpi_communicator.h"

#include <gtest/gtest.h>

#include "tests/comm/conformance.h"
#include "tests/support/mpi_world.h"

namespace tessera::testing {
namespace {

class MpiConformance : public ::testing::TestWithParam<ConformanceScenario> {};

TEST_P(MpiConformance, Holds) { GetParam().run(*fresh_mpi_communicator()); }

// The same behaviour when every message of 4099 bytes and more is cut into pieces, as messages of
// more than 2^30 bytes are.
TEST_P(MpiConformance, HoldsInPieces) {
  const auto world =
      comm::make_mpi_world(mpi_world().session, mpi_world().context, {.message_bytes = 4099});
  GetParam().run(*world);
}

INSTANTIATE_TEST_SUITE_P(All, MpiConformance, ::testing::ValuesIn(conformance_scenarios()),
                         scenario_name);

}  // namespace
}  // namespace tessera::testing
