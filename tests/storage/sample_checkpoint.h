#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "storage/checkpoint_data.h"

namespace tessera::storage {

/// An array of that shape with values that differ from each other and from one `first` to another.
inline CheckpointArray sample_array(std::vector<std::int64_t> shape, float first = 0.5F) {
  std::size_t count = 1;
  for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
  CheckpointArray array{.shape = std::move(shape), .values = std::vector<float>(count)};
  for (std::size_t i = 0; i < count; ++i) {
    array.values[i] = first + static_cast<float>(i % 4093) * 0.001F;
  }
  return array;
}

/// Stage 2 of 3 of item 3 before step 31 of 50, every field set. \param rows  of x; width 40.
inline CheckpointData sample_checkpoint(std::int64_t rows = 40) {
  CheckpointData data;
  data.created_utc = "2026-11-25T11:04:11Z";
  data.writer_version = "0.1.0";
  data.picture_version = 7;
  data.config_hash = std::string(64, 'a');
  data.plan_hash = std::string(64, 'b');
  data.mode = "paper";
  data.job_id = "4711_3";
  data.config_yaml = "prompt: \"Ein Fuchs im Schnee, 雪の中の狐\"\nseed: 18446744073709551615\n";
  data.picture_keys = R"({"prompt":"Fuchs 狐","sampling.steps":50})";
  data.progress = {.item = 3,
                   .segment = 1,
                   .stage = 2,
                   .next_step = 31,
                   .steps = 50,
                   .stage_count = 3,
                   .seed = 18446744073709551615ULL,
                   .world_size = 4};
  data.inputs = {{"model.path", std::string(64, '1')}, {"init.image", std::string(64, '2')}};
  data.x = sample_array({1, 4, rows, 40});
  data.z_up = sample_array({1, 4, rows, 40}, -2.0F);
  data.stages = {{0, sample_array({1, 4, 10, 10})}, {1, sample_array({1, 4, 20, 20}, 3.0F)}};
  data.outputs = {{2, 2, "images/00003_125_320x320.png", std::string(64, 'c')},
                  {3, 0, "images/für_狐.png", std::string(64, 'd')}};
  return data;
}

}  // namespace tessera::storage
