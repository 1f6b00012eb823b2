#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(SamplingKeys, ReadAndWriteTheirFields) {
  expect_section_reads(sampling_keys(),
                       {{"sampling.scheduler", "euler_ancestral", "euler_ancestral"},
                        {"sampling.steps", "8", "8"},
                        {"sampling.guidance_scale", "0", "0"},
                        {"sampling.guidance_rescale", "0.7", "0.7"},
                        {"sampling.timestep_spacing", "trailing", "trailing"},
                        {"sampling.state", "fp16", "fp16"}});
}

TEST(CascadeKeys, ReadAndWriteTheirFields) {
  expect_section_reads(cascade_keys(), {{"cascade.base", "256", "256x256"},
                                        {"cascade.resolutions", "[64, 64x128]", "[64x64, 64x128]"},
                                        {"cascade.restart_timestep", "500", "500"},
                                        {"cascade.restart_fraction", "0.3", "0.3"},
                                        {"cascade.cosine_scale", "[2, 1]", "[2, 1]"},
                                        {"cascade.cosine_scale_bg", "0.5", "[0.5]"},
                                        {"cascade.upscale_space", "latent", "latent"},
                                        {"cascade.posterior", "mean", "mean"}});
}

}  // namespace
}  // namespace tessera::configs
