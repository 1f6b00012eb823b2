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

TEST(CoreCount, IsPositive) {
  EXPECT_GE(count_cores().usable, 1);
  EXPECT_GE(count_cores().of_host, count_cores().usable);
}

}  // namespace
}  // namespace tessera::launch
