#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(JobKeys, ReadAndWriteTheirFields) {
  std::vector<ConfigKey> keys = job_keys();
  // It takes one value so far.
  std::erase_if(keys, [](const ConfigKey& key) { return key.path == "version"; });
  expect_section_reads(
      keys, {{"name", "x", "\"x\""}, {"kind", "video", "video"}, {"preset", "demo", "\"demo\""}});
}

TEST(PromptKeys, ReadAndWriteTheirFields) {
  expect_section_reads(prompt_keys(), {{"prompt", "[a cat, a dog]", "[\"a cat\", \"a dog\"]"},
                                       {"prompts_file", "p.txt", "\"p.txt\""},
                                       {"negative_prompt", "null", "null"},
                                       {"images_per_prompt", "4", "4"},
                                       {"seed", "9223372036854775807", "9223372036854775807"}});
}

}  // namespace
}  // namespace tessera::configs
