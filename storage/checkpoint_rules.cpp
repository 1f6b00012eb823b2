#include "storage/checkpoint_rules.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "storage/checkpoint_layout.h"
#include "storage/storage_error.h"
#include "storage/tensor_view.h"

namespace tessera::storage {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view place,
                       const std::string& what) {
  throw DataError(file.string() + ": " + std::string(place) + ": " + what);
}

void check_range(const std::filesystem::path& file, std::string_view name, int value, int low,
                 int high) {
  if (value >= low && value <= high) return;
  fail(file, std::string(checkpoint_path::kProgress) + "@" + std::string(name),
       std::to_string(value) + " is not in " + std::to_string(low) + ".." + std::to_string(high));
}

void check_shape(const CheckpointArray& array, std::string_view place,
                 const std::filesystem::path& file) {
  const bool is_possible = array.shape.size() == 4 &&
                           std::ranges::all_of(array.shape, [](auto side) { return side >= 1; }) &&
                           tensor_bytes(array.shape, Dtype::F32).has_value();
  if (!is_possible) {
    fail(file, place,
         "a shape of " + shape_text(array.shape) + " is not [frames, channels, rows, columns]");
  }
}

void check_values(const CheckpointArray& array, std::string_view place,
                  const std::filesystem::path& file) {
  if (array.shape.empty()) return;
  const std::optional<std::uint64_t> bytes = tensor_bytes(array.shape, Dtype::F32);
  if (!bytes || array.values.size() != *bytes / sizeof(float)) {
    fail(file, place,
         std::to_string(array.values.size()) + " values do not make a shape of " +
             shape_text(array.shape));
  }
  const auto odd =
      std::ranges::find_if(array.values, [](float value) { return !std::isfinite(value); });
  if (odd != array.values.end()) {
    fail(file, place,
         "value " + std::to_string(odd - array.values.begin()) + " is " + std::to_string(*odd) +
             ", not a finite number");
  }
}

}  // namespace

void check_checkpoint_progress(const CheckpointProgress& progress,
                               const std::filesystem::path& file) {
  constexpr int kMost = 1'000'000'000;
  check_range(file, "item", progress.item, 0, kMost);
  check_range(file, "segment", progress.segment, 0, kMost);
  check_range(file, "stage_count", progress.stage_count, 1, 1000);
  check_range(file, "stage", progress.stage, 0, progress.stage_count - 1);
  check_range(file, "steps", progress.steps, 0, kMost);
  check_range(file, "next_step", progress.next_step, 0, progress.steps);
  check_range(file, "world_size", progress.world_size, 1, kMost);
}

void check_checkpoint_shapes(const CheckpointData& data, const std::filesystem::path& file) {
  check_shape(data.x, checkpoint_path::kX, file);
  if (!data.z_up.shape.empty() && data.z_up.shape != data.x.shape) {
    fail(file, checkpoint_path::kZUp,
         "its shape " + shape_text(data.z_up.shape) + " is not that of " +
             std::string(checkpoint_path::kX) + ", " + shape_text(data.x.shape));
  }
  int before = -1;
  for (const CheckpointStage& stage : data.stages) {
    const std::string place = checkpoint_path::stage_latents(stage.stage);
    if (stage.stage <= before || stage.stage >= data.progress.stage_count) {
      fail(file, place,
           "stage " + std::to_string(stage.stage) + " comes after stage " + std::to_string(before) +
               " of " + std::to_string(data.progress.stage_count));
    }
    check_shape(stage.latents, place, file);
    before = stage.stage;
  }
}

void check_checkpoint_values(const CheckpointData& data, const std::filesystem::path& file) {
  check_values(data.x, checkpoint_path::kX, file);
  check_values(data.z_up, checkpoint_path::kZUp, file);
  for (const CheckpointStage& stage : data.stages) {
    check_values(stage.latents, checkpoint_path::stage_latents(stage.stage), file);
  }
}

}  // namespace tessera::storage
