#include "configs/config_sources.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::configs {
namespace {

ConfigSources full_sources() {
  ConfigSources sources;
  sources.options = {{"prompt", {"a: b\n", "", "3:x"}, "--prompt"}, {"seed", {"-1"}, "-s"}};
  sources.environment = {{"sampling.steps", {"9"}, "TESSERA_SAMPLING_STEPS"}};
  sources.picture = ConfigSources::Document{"x.png", "{\"seed\": 3}"};
  sources.file = ConfigSources::Document{"job.yaml", "seed: 1\n"};
  sources.prompts = ConfigSources::Document{"p.csv", "[\"a\\nb\", {prompt: \"c\", seed: 3}]"};
  sources.height = 512;
  sources.drawn_seed = 9223372036854775806;
  return sources;
}

TEST(SourcesText, ReadsBackWhatItWrote) {
  EXPECT_EQ(sources_from_text(sources_to_text(full_sources())), full_sources());
  EXPECT_EQ(sources_from_text(sources_to_text({})), ConfigSources{});
}

TEST(SourcesText, RefusesATextThatIsCut) {
  const std::string text = sources_to_text(full_sources());
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_THROW(sources_from_text(text.substr(0, length)), std::invalid_argument) << length;
  }
  EXPECT_THROW(sources_from_text(text + "1:0"), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::configs
