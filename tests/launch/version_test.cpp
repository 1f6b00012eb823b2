#include "launch/version.h"

#include <gmock/gmock.h>

namespace tessera::launch {
namespace {

TEST(Version, IsOneLineWhenBrief) {
  EXPECT_THAT(version_text(VersionDetail::Brief), testing::MatchesRegex("tessera [0-9.]+"));
}

TEST(Version, NamesLibrariesAndBuildInFull) {
  const std::string text = version_text(VersionDetail::Full);
  for (const char* part : {"commit", "build", "LibTorch", "MPI"}) {
    EXPECT_THAT(text, testing::HasSubstr(std::string("\n") + part + " "));
  }
}

}  // namespace
}  // namespace tessera::launch
