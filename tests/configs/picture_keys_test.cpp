#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(PictureKeys, ReadAndWriteTheirFields) {
  expect_section_reads(picture_keys(), {{"vae.mode", "tiled", "tiled"},
                                        {"vae.tile", "512", "512"},
                                        {"init.image", "a.png", "\"a.png\""},
                                        {"init.mask", "m.png", "\"m.png\""},
                                        {"init.strength", "0.5", "0.5"}});
}

}  // namespace
}  // namespace tessera::configs
