#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(ModelKeys, ReadAndWriteTheirFields) {
  expect_section_reads(model_keys(), {{"model.path", "models/sdxl", "\"models/sdxl\""},
                                      {"model.variant", "fp16", "\"fp16\""},
                                      {"model.vae_path", "vae", "\"vae\""},
                                      {"model.tokenizer", "clip_basic", "clip_basic"}});
}

}  // namespace
}  // namespace tessera::configs
