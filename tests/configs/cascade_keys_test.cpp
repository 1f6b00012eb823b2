#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(CascadeKeys, ReadAndWriteTheirFields) {
  expect_section_reads(cascade_keys(), {{"cascade.base", "256", "256x256"},
                                        {"cascade.resolutions", "[64, 64x128]", "[64x64, 64x128]"},
                                        {"cascade.restart_timestep", "500", "500"},
                                        {"cascade.restart_fraction", "0.3", "0.3"}});
}

TEST(BlendKeys, ReadAndWriteTheirFields) {
  expect_section_reads(blend_keys(), {{"cascade.cosine_scale", "[2, 1]", "[2, 1]"},
                                      {"cascade.cosine_scale_bg", "0.5", "[0.5]"},
                                      {"cascade.upscale_space", "latent", "latent"},
                                      {"cascade.posterior", "mean", "mean"}});
}

}  // namespace
}  // namespace tessera::configs
