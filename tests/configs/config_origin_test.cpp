#include "configs/config_origin.h"

#include <gtest/gtest.h>

namespace tessera::configs {
namespace {

using Kind = ConfigOrigin::Kind;

TEST(ConfigOrigin, IsDescribedForPeople) {
  EXPECT_EQ(describe({}), "default");
  EXPECT_EQ(describe({Kind::ConfigFile, {"job.yaml", 3, 5}}), "job.yaml:3:5");
  EXPECT_EQ(describe({Kind::Preset, {"preset demo", 3, 5}}), "preset demo");
  EXPECT_EQ(describe({Kind::Option, {"--seed", 0, 0}}), "option --seed");
  EXPECT_EQ(describe({Kind::Environment, {"TESSERA_SEED", 0, 0}}), "TESSERA_SEED");
  EXPECT_EQ(describe({Kind::PromptsFile, {"p.csv", 0, 0}}), "prompts file p.csv");
  EXPECT_EQ(describe({Kind::VideoDefault, {}}), "kind video");
  EXPECT_EQ(describe({Kind::Mode, {}}), "method.mode official");
}

TEST(ConfigOrigins, AreDefaultUntilSet) {
  ConfigOrigins origins;
  EXPECT_TRUE(origins.is_default("seed"));
  origins.set("seed", {Kind::Option, {"--seed", 0, 0}});
  EXPECT_FALSE(origins.is_default("seed"));
}

}  // namespace
}  // namespace tessera::configs
