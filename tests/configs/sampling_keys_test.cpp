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
                        {"sampling.eta", "0.5", "0.5"},
                        {"sampling.timestep_spacing", "trailing", "trailing"},
                        {"sampling.state", "fp16", "fp16"}});
}

}  // namespace
}  // namespace tessera::configs
