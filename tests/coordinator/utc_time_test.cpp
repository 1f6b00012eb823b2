#include "coordinator/utc_time.h"

#include <gtest/gtest.h>

namespace tessera::coordinator {
namespace {

std::string after_epoch(std::int64_t milliseconds) {
  return utc_time(std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds)));
}

TEST(UtcTime, IsIso8601WithThreeDigitsOfMilliseconds) {
  EXPECT_EQ(after_epoch(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(after_epoch(7), "1970-01-01T00:00:00.007Z");
  EXPECT_EQ(after_epoch(1'000'000'000'123), "2001-09-09T01:46:40.123Z");
  EXPECT_EQ(after_epoch(1'709'164'799'999), "2024-02-28T23:59:59.999Z");
  EXPECT_EQ(after_epoch(1'709'164'800'000), "2024-02-29T00:00:00.000Z");
}

TEST(UtcTime, CutsWhatIsShorterThanAMillisecond) {
  const std::chrono::system_clock::time_point time(std::chrono::microseconds(1'999));
  EXPECT_EQ(utc_time(time), "1970-01-01T00:00:00.001Z");
}

}  // namespace
}  // namespace tessera::coordinator
