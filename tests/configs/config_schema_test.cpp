#include "configs/config_schema.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <string>

#include "configs/config_keys.h"

namespace tessera::configs {
namespace {

std::string committed(const std::string& name) {
  std::ifstream file(std::string(TESSERA_SOURCE_DIR) + "/configs/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ConfigSchema, EqualsTheCommittedFile) {
  EXPECT_EQ(committed("schema.json"), config_schema_json())
      << "write it anew: tessera config schema > configs/schema.json";
}

TEST(ConfigKeyTable, IsTheOneInTheReadme) {
  EXPECT_THAT(committed("README.md"), testing::EndsWith(config_key_table()))
      << "write its end anew: tessera config schema --markdown";
}

TEST(ConfigKeyTable, HasARowPerKey) {
  for (const ConfigKey& key : config_keys()) {
    EXPECT_THAT(config_key_table(), testing::HasSubstr("\n| `" + key.path + "` | "));
  }
}

}  // namespace
}  // namespace tessera::configs
