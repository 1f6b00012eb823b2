#include "storage/checkpoint_layout.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace tessera::storage {
namespace {

constexpr std::int64_t kChunkLatentRows = 32;
constexpr std::int64_t kChunkTableRows = 1024;
constexpr std::int64_t kChunkTextBytes = 65536;

std::int64_t count(std::size_t size) { return static_cast<std::int64_t>(size); }

}  // namespace

std::string checkpoint_path::stage_latents(int stage) {
  return "/stages/" + std::to_string(stage) + "/latents";
}

CheckpointLayout::CheckpointLayout(const CheckpointData& data) {
  add_text(checkpoint_path::kConfig, data.config_yaml);
  add_text(checkpoint_path::kPictureKeys, data.picture_keys);
  add_array(std::string(checkpoint_path::kX), data.x);
  add_array(std::string(checkpoint_path::kZUp), data.z_up);
  for (const CheckpointStage& stage : data.stages) {
    add_array(checkpoint_path::stage_latents(stage.stage), stage.latents);
  }
  std::vector<std::string_view> keys, digests, files;
  for (const CheckpointInput& input : data.inputs) {
    keys.emplace_back(input.key);
    digests.emplace_back(input.digest);
  }
  add_texts(checkpoint_path::kInputKey, keys);
  add_texts(checkpoint_path::kInputDigest, digests);
  digests.clear();
  std::vector<std::int32_t> items, stages;
  for (const CheckpointOutput& output : data.outputs) {
    items.push_back(output.item);
    stages.push_back(output.stage);
    files.emplace_back(output.file);
    digests.emplace_back(output.digest);
  }
  add_numbers(checkpoint_path::kOutputItem, items);
  add_numbers(checkpoint_path::kOutputStage, stages);
  add_texts(checkpoint_path::kOutputFile, files);
  add_texts(checkpoint_path::kOutputDigest, digests);
  std::ranges::sort(datasets_, {}, &TensorView::name);
  add_root_attributes(data);
  add_progress_attributes(data);
}

void CheckpointLayout::add_root_attributes(const CheckpointData& data) {
  std::string paths;
  for (const TensorView& dataset : datasets_) paths.append(dataset.name).append("\n");
  const std::string_view group = checkpoint_path::kRoot;
  attributes_.push_back({group, "config_hash", data.config_hash});
  attributes_.push_back({group, "created_utc", data.created_utc});
  attributes_.push_back({group, "datasets", std::move(paths)});
  attributes_.push_back({group, "format_name", std::string(kCheckpointFormatName)});
  attributes_.push_back({group, "format_version", std::int64_t{kCheckpointFormatVersion}});
  attributes_.push_back({group, "job_id", data.job_id});
  attributes_.push_back({group, "mode", data.mode});
  attributes_.push_back({group, "picture_version", std::int64_t{data.picture_version}});
  attributes_.push_back({group, "plan_hash", data.plan_hash});
  attributes_.push_back({group, "rng_scheme", data.rng_scheme});
  attributes_.push_back({group, "writer_version", data.writer_version});
}

void CheckpointLayout::add_progress_attributes(const CheckpointData& data) {
  const CheckpointProgress& progress = data.progress;
  const std::string_view group = checkpoint_path::kProgress;
  attributes_.push_back({group, "item", std::int64_t{progress.item}});
  attributes_.push_back({group, "next_step", std::int64_t{progress.next_step}});
  attributes_.push_back({group, "seed", progress.seed});
  attributes_.push_back({group, "segment", std::int64_t{progress.segment}});
  attributes_.push_back({group, "stage", std::int64_t{progress.stage}});
  attributes_.push_back({group, "stage_count", std::int64_t{progress.stage_count}});
  attributes_.push_back({group, "steps", std::int64_t{progress.steps}});
  attributes_.push_back({group, "world_size", std::int64_t{progress.world_size}});
}

void CheckpointLayout::add_text(std::string_view path, const std::string& text) {
  if (text.empty()) return;
  datasets_.push_back({std::string(path),
                       Dtype::U8,
                       {count(text.size())},
                       std::as_bytes(std::span(text.data(), text.size()))});
}

void CheckpointLayout::add_array(std::string path, const CheckpointArray& array) {
  if (array.shape.empty()) return;
  datasets_.push_back(
      {std::move(path), Dtype::F32, array.shape, std::as_bytes(std::span(array.values))});
}

void CheckpointLayout::add_numbers(std::string_view path, const std::vector<std::int32_t>& column) {
  if (column.empty()) return;
  const auto bytes = std::as_bytes(std::span(column));
  columns_.emplace_back(bytes.begin(), bytes.end());
  datasets_.push_back({std::string(path), Dtype::I32, {count(column.size())}, columns_.back()});
}

void CheckpointLayout::add_texts(std::string_view path,
                                 const std::vector<std::string_view>& column) {
  if (column.empty()) return;
  const std::size_t width =
      std::max<std::size_t>(1, std::ranges::max(column, {}, &std::string_view::size).size());
  std::vector<std::byte> bytes(column.size() * width);  // shorter texts end in zeros
  for (std::size_t row = 0; row < column.size(); ++row) {
    std::memcpy(bytes.data() + row * width, column[row].data(), column[row].size());
  }
  columns_.push_back(std::move(bytes));
  datasets_.push_back(
      {std::string(path), Dtype::U8, {count(column.size()), count(width)}, columns_.back()});
}

std::vector<std::int64_t> chunk_sides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> sides = shape;
  if (sides.size() == 4) {
    sides[0] = 1;
    sides[2] = std::min(sides[2], kChunkLatentRows);
  } else if (sides.size() == 2) {
    sides[0] = std::min(sides[0], kChunkTableRows);
  } else if (sides.size() == 1) {
    sides[0] = std::min(sides[0], kChunkTextBytes);
  }
  return sides;
}

std::vector<std::string> listed_paths(std::string_view attribute) {
  std::vector<std::string> paths;
  while (!attribute.empty()) {
    const std::size_t end = attribute.find('\n');
    paths.emplace_back(attribute.substr(0, end));
    attribute.remove_prefix(end == std::string_view::npos ? attribute.size() : end + 1);
  }
  return paths;
}

}  // namespace tessera::storage
