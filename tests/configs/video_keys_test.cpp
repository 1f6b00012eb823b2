#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(VideoKeys, ReadAndWriteTheirFields) {
  expect_section_reads(video_keys(), {{"video.frames", "24", "24"},
                                      {"video.fps", "25", "25"},
                                      {"video.fps_condition", "8.5", "8.5"},
                                      {"video.window", "8", "8"},
                                      {"video.window_stride", "2", "2"},
                                      {"video.second_prompt", "a boat", "\"a boat\""}});
}

}  // namespace
}  // namespace tessera::configs
