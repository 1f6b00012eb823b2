#include "launch/rank_session.h"

#include <gtest/gtest.h>

namespace tessera::launch {
namespace {

// Under mpirun: tests/cli.
TEST(RankSession, IsOneRankWithoutALauncher) {
  RankSession session;
  EXPECT_EQ(session.rank(), 0);
  EXPECT_EQ(session.size(), 1);
  EXPECT_GT(session.deadline().get(), std::chrono::seconds(60));
  session.world().barrier();
  session.close();
}

}  // namespace
}  // namespace tessera::launch
