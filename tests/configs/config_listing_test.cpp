#include "configs/config_listing.h"

#include <gmock/gmock.h>

#include "configs/config_keys.h"
#include "tests/configs/sources_of.h"

namespace tessera::configs {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

ConfigSources sample() {
  ConfigSources sources = file_sources("preset: freescale-4k\nprompt: \"a \\\"b\\\": c\"\n");
  sources.options = {{"sampling.steps", {"30"}, "--steps"}};
  return sources;
}

TEST(ConfigAsYaml, NamesTheOriginOfEveryKey) {
  const std::string text = config_as_yaml(read_job_config(sample()));
  EXPECT_THAT(text, ContainsRegex("  steps: 30 +# option --steps\n"));
  EXPECT_THAT(text, ContainsRegex("  guidance_scale: 7.5 +# preset freescale-4k\n"));
  EXPECT_THAT(text, ContainsRegex("  dilate_tau: 35 +# method.mode official\n"));
  EXPECT_THAT(text, ContainsRegex("images_per_prompt: 1 +# default\n"));
  EXPECT_THAT(text, ContainsRegex("prompt: ..a ..b..: c.. +# job.yaml:2:1\n"));
}

TEST(ConfigAsYaml, ReadsBackToTheSameConfiguration) {
  for (const ConfigSources& sources : {sample(), ConfigSources{}}) {
    const ResolvedConfig resolved = read_job_config(sources);
    const ResolvedConfig again = read_job_config(file_sources(config_as_yaml(resolved)));
    for (const ConfigKey& key : config_keys()) {
      EXPECT_EQ(to_yaml(key.get(again.job)), to_yaml(key.get(resolved.job))) << key.path;
    }
  }
}

TEST(ConfigAsJson, HoldsValueAndOrigin) {
  EXPECT_THAT(config_as_json(read_job_config(sample())),
              HasSubstr("\"sampling.steps\": {\"value\": 30, \"origin\": \"option --steps\"}"));
}

TEST(KeysAsJson, IsAConfigFileOfTheWantedKeys) {
  const JobConfig job = read_job_config(sample()).job;
  const auto changes = [](const ConfigKey& key) {
    return key.picture == ConfigKey::Picture::Changes;
  };
  const std::string text = keys_as_json(job, changes);
  EXPECT_EQ(text.find("output."), std::string::npos);
  const JobConfig again = read_job_config(file_sources(text)).job;
  EXPECT_EQ(keys_as_json(again, changes), text);
}

}  // namespace
}  // namespace tessera::configs
