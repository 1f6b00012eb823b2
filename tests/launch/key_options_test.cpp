#include "launch/key_options.h"

#include <gmock/gmock.h>

#include <set>

#include "configs/config_keys.h"

namespace tessera::launch {
namespace {

using testing::Contains;
using testing::Not;

std::vector<std::string> names_of(const char* path) {
  return option_names(*configs::find_key(path));
}

TEST(OptionNames, AreThePathAndAUniqueLastElement) {
  EXPECT_THAT(names_of("cascade.cosine_scale"),
              testing::ElementsAre("--cascade-cosine-scale", "--cosine-scale"));
  EXPECT_THAT(names_of("seed"), testing::ElementsAre("-s", "--seed"));
  EXPECT_THAT(names_of("vae.mode"), Not(Contains("--mode")));
  EXPECT_THAT(names_of("method.name"), Not(Contains("--name")));
  EXPECT_THAT(names_of("model.path"), Contains("--model"));
}

TEST(OptionNames, NeverMeetBetweenKeys) {
  std::set<std::string> seen{"-H",     "-W",       "-o",       "-c",       "-v",
                             "-q",     "-h",       "--height", "--width",  "--set",
                             "--from", "--replay", "--trace",  "--output", "--config"};
  for (const configs::ConfigKey& key : configs::config_keys()) {
    for (const std::string& name : option_names(key)) {
      EXPECT_TRUE(seen.insert(name).second) << name << " of " << key.path;
    }
  }
}

}  // namespace
}  // namespace tessera::launch
