#include "comm/mpi_session.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/support/mpi_world.h"

namespace tessera::testing {
namespace {

TEST(MpiSession, KnowsItsPlaceInTheJob) {
  EXPECT_EQ(mpi_world().session.rank(), mpi_world().all.rank());
  EXPECT_EQ(mpi_world().session.size(), mpi_world().all.size());
}

// All ranks of a test are on one host.
TEST(MpiSession, KnowsItsPlaceOnTheHost) {
  EXPECT_EQ(mpi_world().session.local_rank(), mpi_world().session.rank());
}

TEST(MpiSession, RefusesToAbortWhileAnotherThreadIsInsideMpi) {
  const std::lock_guard inside(mpi_world().session.transport_lock());
  const auto watchdog = [] { return mpi_world().session.try_abort(69); };
  EXPECT_FALSE(std::async(std::launch::async, watchdog).get());
}

}  // namespace
}  // namespace tessera::testing
