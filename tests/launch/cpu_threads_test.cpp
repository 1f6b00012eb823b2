#include "launch/cpu_threads.h"

#include <gtest/gtest.h>

namespace tessera::launch {
namespace {

TEST(CpuThreads, FollowTheKeyThenOpenMpThenTheCores) {
  EXPECT_EQ(choose_cpu_threads(3, 5, 16, 4), 3);
  EXPECT_EQ(choose_cpu_threads({}, 5, 16, 4), 5);
  EXPECT_EQ(choose_cpu_threads({}, {}, 16, 4), 4);
}

TEST(CpuThreads, AreAtLeastOne) { EXPECT_EQ(choose_cpu_threads({}, {}, 2, 8), 1); }

TEST(UsableCores, AreAtLeastOne) { EXPECT_GE(usable_cores(), 1); }

}  // namespace
}  // namespace tessera::launch
