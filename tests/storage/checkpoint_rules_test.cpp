#include "storage/checkpoint_rules.h"

#include <cmath>
#include <limits>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_checkpoint.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

template <typename Change>
std::string message_after(Change change) {
  return message_of<DataError>([&] {
    CheckpointData data = sample_checkpoint();
    change(data);
    check_checkpoint_progress(data.progress, "file.h5");
    check_checkpoint_shapes(data, "file.h5");
    check_checkpoint_values(data, "file.h5");
  });
}

TEST(CheckpointRules, AcceptWhatIsPossible) {
  CheckpointData data = sample_checkpoint();
  data.progress.next_step = data.progress.steps;
  data.z_up = {};
  data.stages.clear();
  EXPECT_NO_THROW(check_checkpoint_progress(data.progress, "f"));
  EXPECT_NO_THROW(check_checkpoint_shapes(data, "f"));
  EXPECT_NO_THROW(check_checkpoint_values(data, "f"));
}

TEST(CheckpointRules, RefusePositionsThatCannotBe) {
  EXPECT_THAT(message_after([](auto& data) { data.progress.stage = 3; }),
              HasSubstr("file.h5: /progress@stage: 3 is not in 0..2"));
  EXPECT_THAT(message_after([](auto& data) { data.progress.next_step = 51; }),
              HasSubstr("/progress@next_step: 51 is not in 0..50"));
  EXPECT_THAT(message_after([](auto& data) { data.progress.item = -1; }), HasSubstr("@item: -1"));
  EXPECT_THAT(message_after([](auto& data) { data.progress.world_size = 0; }),
              HasSubstr("@world_size: 0"));
  EXPECT_THAT(message_after([](auto& data) { data.progress.stage_count = 2'000'000'000; }),
              HasSubstr("@stage_count: 2000000000 is not in 1..1000"));
}

TEST(CheckpointRules, RefuseShapesThatDoNotAgree) {
  EXPECT_THAT(message_after([](auto& data) { data.x = {}; }),
              HasSubstr("/latents/x: a shape of [] is not [frames, channels, rows, columns]"));
  EXPECT_THAT(message_after([](auto& data) { data.x.shape[0] = 0; }), HasSubstr("[0,4,40,40]"));
  EXPECT_THAT(message_after([](auto& data) {
                data.z_up = sample_array({1, 4, 40, 39});
              }),
              HasSubstr("/latents/z_up: its shape [1,4,40,39] is not that of /latents/x"));
  EXPECT_THAT(message_after([](auto& data) { data.stages[1].stage = 0; }),
              HasSubstr("/stages/0/latents: stage 0 comes after stage 0 of 3"));
  EXPECT_THAT(message_after([](auto& data) { data.stages[1].stage = 3; }), HasSubstr("of 3"));
  EXPECT_THAT(message_after([](auto& data) { data.stages[0].latents = {}; }),
              HasSubstr("/stages/0/latents"));
}

TEST(CheckpointRules, RefuseValuesThatAreMissingOrNotFinite) {
  EXPECT_THAT(message_after([](auto& data) { data.x.values.pop_back(); }),
              HasSubstr("/latents/x: 6399 values do not make a shape of [1,4,40,40]"));
  EXPECT_THAT(message_after([](auto& data) { data.z_up.values[7] = std::nanf(""); }),
              HasSubstr("/latents/z_up: value 7 is nan, not a finite number"));
  EXPECT_THAT(message_after([](auto& data) {
                data.stages[1].latents.values[0] = std::numeric_limits<float>::infinity();
              }),
              HasSubstr("/stages/1/latents: value 0 is inf"));
}

}  // namespace
}  // namespace tessera::storage
