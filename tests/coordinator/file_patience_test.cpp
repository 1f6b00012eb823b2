#include "coordinator/file_patience.h"

#include <gtest/gtest.h>

namespace tessera::coordinator {
namespace {

using namespace std::chrono_literals;

TEST(FilePatience, NamesTheFileBeforeTheDeadlineOfTheOtherRanks) {
  EXPECT_EQ(file_patience(std::nullopt).delivery, 10s);
  EXPECT_EQ(file_patience(std::nullopt).between_commands, 5min);
  for (const auto deadline : {20ms, 1000ms, 4000ms, 20000ms, 600000ms}) {
    EXPECT_LE(file_patience(deadline).delivery, deadline / 2);
  }
}

TEST(FilePatience, FollowsAShorterDeadlineInProportion) {
  EXPECT_EQ(file_patience(4s).delivery, 2s);
  EXPECT_EQ(file_patience(4s).between_commands, 1min);
  EXPECT_EQ(file_patience(1h).delivery, 10s);
  EXPECT_EQ(file_patience(1h).between_commands, 5min);
  EXPECT_EQ(file_patience(1ns).delivery, 1ms);
}

}  // namespace
}  // namespace tessera::coordinator
