#include "launch/finding.h"

#include <gtest/gtest.h>

namespace tessera::launch {
namespace {

TEST(Finding, EveryLevelHasItsName) {
  EXPECT_STREQ(level_name(Finding::Level::Ok), "ok");
  EXPECT_STREQ(level_name(Finding::Level::Warn), "warn");
  EXPECT_STREQ(level_name(Finding::Level::Fail), "fail");
  EXPECT_STREQ(level_name(Finding::Level::Skip), "skip");
}

}  // namespace
}  // namespace tessera::launch
