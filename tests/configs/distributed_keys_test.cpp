#include "configs/key_sections.h"
#include "tests/configs/key_sections_test.h"

namespace tessera::configs {
namespace {

TEST(DistributedKeys, ReadAndWriteTheirFields) {
  expect_section_reads(distributed_keys(), {{"distributed.guidance_split", "off", "off"},
                                            {"distributed.strips", "3", "3"},
                                            {"distributed.crop_batch", "1MiB", "1048576"},
                                            {"distributed.deadline", "2min", "120s"},
                                            {"distributed.cpu_threads", "2", "2"}});
}

}  // namespace
}  // namespace tessera::configs
