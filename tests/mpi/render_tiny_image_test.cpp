// The picture of a job under mpirun is the picture of one process, bit for bit.
#include <gtest/gtest.h>

#include "comm/solo_communicator.h"
#include "tests/support/mpi_world.h"
#include "tests/worker/run_cascade.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

TEST(RenderTinyImage, EqualsTheRenderOfOneProcess) {
  const auto world = fresh_mpi_communicator();
  const Pictures distributed = run_cascade_rank(tiny_task(world->size()), *world);
  if (world->rank() != 0) {
    EXPECT_TRUE(distributed.empty());
    return;
  }
  comm::SoloCommunicator solo;
  const Pictures alone = run_cascade_rank(tiny_task(1), solo);
  ASSERT_EQ(alone.size(), 2u);
  EXPECT_EQ(distributed, alone);
}

}  // namespace
}  // namespace tessera::testing
