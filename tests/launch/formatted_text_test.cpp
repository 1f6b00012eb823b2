#include "launch/formatted_text.h"

#include <gtest/gtest.h>

namespace tessera::launch {
namespace {

TEST(FormattedText, PutsValuesIntoThePattern) {
  EXPECT_EQ(formatted("stage %d %dx%d, %.1f s", 2, 512, 768, 1.25), "stage 2 512x768, 1.2 s");
}

TEST(FormattedText, IsCutAtItsLargestLength) {
  const std::string large(300, 'x');
  EXPECT_EQ(formatted("%s", large.c_str()), large.substr(0, 255));
}

}  // namespace
}  // namespace tessera::launch
