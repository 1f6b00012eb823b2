#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(MethodKeys, ReadAndWriteTheirFields) {
  expect_section_reads(method_keys(), {{"method.name", "direct", "direct"},
                                       {"method.mode", "official", "official"},
                                       {"method.fast_mode", "true", "true"},
                                       {"method.dilate_tau", "35", "35"}});
}

TEST(AttentionKeys, ReadAndWriteTheirFields) {
  expect_section_reads(attention_keys(), {{"method.dilation_axes", "width", "width"},
                                          {"method.blur_axes", "hwc", "hwc"},
                                          {"method.border_tokens", "null_keys", "null_keys"},
                                          {"method.dilation_base", "1024", "1024"},
                                          {"method.blur_radius", "3", "3"},
                                          {"method.blur_sigma", "1.5", "1.5"},
                                          {"method.crop_jitter", "0", "0"},
                                          {"method.freeu", "null", "null"}});
}

}  // namespace
}  // namespace tessera::configs
