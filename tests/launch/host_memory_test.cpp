#include "launch/host_memory.h"

#include <gtest/gtest.h>

#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

class AvailableMemory : public ::testing::Test {
 protected:
  void put_meminfo() {
    root_.put("proc/meminfo",
              "MemTotal:       8000 kB\nMemFree:        1000 kB\nMemAvailable:   4000 kB\n");
  }
  std::optional<std::int64_t> available() const { return available_memory(root_.path()); }

  storage::TemporaryFolder root_;
};

TEST_F(AvailableMemory, IsUnknownWhereTheSystemDoesNotTell) { EXPECT_FALSE(available()); }

TEST_F(AvailableMemory, IsWhatTheKernelCallsAvailable) {
  put_meminfo();
  EXPECT_EQ(available(), 4000 * 1024);
}

TEST_F(AvailableMemory, IsTheLeastLimitOfTheGroupsOfVersion2) {
  put_meminfo();
  root_.put("proc/self/cgroup", "0::/job/step\n");
  root_.put("sys/fs/cgroup/job/step/memory.max", "max\n");
  EXPECT_EQ(available(), 4000 * 1024);
  root_.put("sys/fs/cgroup/job/memory.max", "3000000\n");
  EXPECT_EQ(available(), 3000000);
  root_.put("sys/fs/cgroup/job/step/memory.max", "2000000\n");
  EXPECT_EQ(available(), 2000000);
}

TEST_F(AvailableMemory, IsTheLimitOfAGroupOfVersion1) {
  put_meminfo();
  root_.put("proc/self/cgroup", "5:cpu,cpuacct:/job\n4:memory:/job\n");
  root_.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  root_.put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000000\n");
  EXPECT_EQ(available(), 1000000);
}

TEST_F(AvailableMemory, IsLessThanAllOfThisHost) {
  const auto here = available_memory();
  ASSERT_TRUE(here.has_value());
  EXPECT_GT(*here, 0);
}

}  // namespace
}  // namespace tessera::launch
