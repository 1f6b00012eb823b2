#include "storage/checkpoint_digest.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/storage/sample_checkpoint.h"

namespace tessera::storage {
namespace {

std::string digest_of(const CheckpointData& data) {
  return checkpoint_digest(CheckpointLayout(data));
}

TEST(CheckpointDigest, EqualDataGivesEqualDigests) {
  EXPECT_EQ(digest_of(sample_checkpoint()), digest_of(sample_checkpoint()));
  EXPECT_EQ(digest_of(sample_checkpoint()).size(), 64u);
}

TEST(CheckpointDigest, EveryFieldCounts) {
  const std::vector<std::function<void(CheckpointData&)>> changes = {
      [](auto& data) { data.created_utc += "x"; },
      [](auto& data) { data.writer_version += "x"; },
      [](auto& data) { ++data.picture_version; },
      [](auto& data) { data.rng_scheme += "x"; },
      [](auto& data) { data.config_hash += "x"; },
      [](auto& data) { data.plan_hash += "x"; },
      [](auto& data) { data.mode += "x"; },
      [](auto& data) { data.job_id += "x"; },
      [](auto& data) { data.config_yaml += "x"; },
      [](auto& data) { data.picture_keys += "x"; },
      [](auto& data) { ++data.progress.item; },
      [](auto& data) { ++data.progress.segment; },
      [](auto& data) { ++data.progress.stage; },
      [](auto& data) { ++data.progress.next_step; },
      [](auto& data) { ++data.progress.steps; },
      [](auto& data) { ++data.progress.stage_count; },
      [](auto& data) { --data.progress.seed; },
      [](auto& data) { ++data.progress.world_size; },
      [](auto& data) { data.inputs[0].key += "x"; },
      [](auto& data) { data.inputs[1].digest[0] = '3'; },
      [](auto& data) { data.x.values[5] += 1; },
      [](auto& data) {
        data.x.shape = {4, 1, 40, 40};
      },
      [](auto& data) { data.z_up = {}; },
      [](auto& data) { std::swap(data.x, data.z_up); },
      [](auto& data) { data.stages.pop_back(); },
      [](auto& data) { data.stages[1].stage = 2; },
      [](auto& data) { data.outputs[0].item = 1; },
      [](auto& data) { data.outputs[0].stage = 1; },
      [](auto& data) { data.outputs[0].file += "x"; },
      [](auto& data) { data.outputs[1].digest[0] = '3'; },
  };
  std::set<std::string> digests = {digest_of(sample_checkpoint())};
  for (const auto& change : changes) {
    CheckpointData data = sample_checkpoint();
    change(data);
    digests.insert(digest_of(data));
  }
  EXPECT_EQ(digests.size(), changes.size() + 1);
}

}  // namespace
}  // namespace tessera::storage
