#include "configs/config_keys.h"

#include <gtest/gtest.h>

#include <set>

namespace tessera::configs {
namespace {

TEST(ConfigKeys, ArePathsOfLowerCaseWords) {
  std::set<std::string> seen;
  for (const ConfigKey& key : config_keys()) {
    SCOPED_TRACE(key.path);
    EXPECT_TRUE(seen.insert(key.path).second) << "twice";
    EXPECT_EQ(key.path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."),
              std::string::npos);
    EXPECT_FALSE(key.doc.empty());
    EXPECT_EQ(key.doc.back(), '.');
    EXPECT_FALSE(key.type.empty());
    EXPECT_FALSE(key.schema.empty());
  }
}

TEST(ConfigKeys, TakeTheirOwnDefault) {
  const JobConfig defaults;
  for (const ConfigKey& key : config_keys()) {
    if (key.path == "prompt") continue;  // has none
    SCOPED_TRACE(key.path);
    JobConfig job;
    EXPECT_NO_THROW(key.set(job, key.get(defaults)));
    EXPECT_EQ(to_yaml(key.get(job)), to_yaml(key.get(defaults)));
  }
}

TEST(ConfigKeys, AreTheOnesOfEachSectionInOneRun) {
  std::set<std::string> ended;
  std::string current;
  for (const ConfigKey& key : config_keys()) {
    const std::string section = section_of(key.path);
    if (section == current) continue;
    EXPECT_FALSE(ended.contains(section) && !section.empty()) << key.path;
    ended.insert(current);
    current = section;
  }
}

TEST(NearestKey, FindsFullPathsAndLastElements) {
  EXPECT_EQ(nearest_key("cascade.cosine_scal"), "cascade.cosine_scale");
  EXPECT_EQ(nearest_key("guidence_scale"), "sampling.guidance_scale");
  EXPECT_EQ(nearest_key("steps"), "sampling.steps");
  EXPECT_EQ(nearest_key("xyzzy.plugh.plover"), "");
}

TEST(FindKey, KnowsFullPathsOnly) {
  EXPECT_NE(find_key("sampling.steps"), nullptr);
  EXPECT_EQ(find_key("steps"), nullptr);
}

}  // namespace
}  // namespace tessera::configs
