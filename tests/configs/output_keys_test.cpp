#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(OutputKeys, ReadAndWriteTheirFields) {
  expect_section_reads(output_keys(), {{"output.run_dir", "out", "\"out\""},
                                       {"output.pattern", "p{index}", "\"p{index}\""},
                                       {"output.formats", "[mkv, frames]", "[mkv, frames]"},
                                       {"output.bit_depth", "16", "16"},
                                       {"output.stages", "final", "final"},
                                       {"output.on_exists", "skip", "skip"},
                                       {"output.metadata", "none", "none"},
                                       {"output.png_level", "9", "9"},
                                       {"output.video_crf", "20", "20"}});
}

TEST(MessageKeys, ReadAndWriteTheirFields) {
  expect_section_reads(message_keys(), {{"log.level", "debug", "debug"},
                                        {"log.directory", "logs", "\"logs\""},
                                        {"progress", "plain", "plain"}});
}

}  // namespace
}  // namespace tessera::configs
