#include "storage/checkpoint_reader.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "storage/checkpoint_digest.h"
#include "storage/checkpoint_layout.h"
#include "storage/checkpoint_names.h"
#include "storage/checkpoint_rules.h"
#include "storage/checkpoint_trailer.h"
#include "storage/h5_file_reader.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;

/// The content of one file, read part by part: attributes, tables and shapes first.
class CheckpointParts {
 public:
  explicit CheckpointParts(const fs::path& file) : file_(file), reader_(file) {
    check_version();
    paths_ = listed_paths(text("datasets"));
  }

  CheckpointData without_values() const;
  void read_values(CheckpointData& data) const;
  std::string content_digest() const { return text("content_digest"); }

 private:
  void check_version() const;
  void read_root(CheckpointData& data) const;
  CheckpointProgress progress() const;
  std::vector<CheckpointInput> inputs() const;
  std::vector<CheckpointOutput> outputs() const;

  bool lists(std::string_view path) const {
    return std::ranges::find(paths_, path) != paths_.end();
  }
  std::string text(std::string_view name) const {
    return reader_.text_attribute(checkpoint_path::kRoot, name);
  }
  int integer(std::string_view group, std::string_view name) const;
  std::string text_dataset(std::string_view path) const;
  std::vector<std::string> text_column(std::string_view path) const;
  std::vector<std::int32_t> number_column(std::string_view path) const;
  CheckpointArray shape_of(const std::string& path) const;
  void read_array(const std::string& path, CheckpointArray& array) const;
  void check_rows(std::string_view path, std::size_t rows, std::size_t expected) const;

  fs::path file_;
  H5FileReader reader_;
  std::vector<std::string> paths_;
};

void CheckpointParts::check_version() const {
  const std::string name = text("format_name");
  if (name != kCheckpointFormatName) {
    throw DataError(file_.string() + ": its format is named \"" + name + "\", not " +
                    std::string(kCheckpointFormatName));
  }
  const std::int64_t version = reader_.integer_attribute(checkpoint_path::kRoot, "format_version");
  if (version != kCheckpointFormatVersion) {
    throw CheckpointVersionError(file_.string() + ": it has format version " +
                                 std::to_string(version) + "; this program reads version " +
                                 std::to_string(kCheckpointFormatVersion) +
                                 ". Use the tessera that wrote it.");
  }
}

int CheckpointParts::integer(std::string_view group, std::string_view name) const {
  const std::int64_t value = reader_.integer_attribute(group, name);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    throw DataError(file_.string() + ": " + std::string(group) + "@" + std::string(name) + ": " +
                    std::to_string(value) + " does not fit into 32 bits");
  }
  return static_cast<int>(value);
}

std::string CheckpointParts::text_dataset(std::string_view path) const {
  if (!lists(path)) return {};
  const std::string name(path);
  std::string text(static_cast<std::size_t>(reader_.shape(name, Dtype::U8, 1).front()), '\0');
  reader_.read(name, Dtype::U8, std::as_writable_bytes(std::span(text)));
  return text;
}

std::vector<std::string> CheckpointParts::text_column(std::string_view path) const {
  if (!lists(path)) return {};
  const std::string name(path);
  const std::vector<std::int64_t> shape = reader_.shape(name, Dtype::U8, 2);
  const auto rows = static_cast<std::size_t>(shape[0]);
  const auto width = static_cast<std::size_t>(shape[1]);
  std::string bytes(rows * width, '\0');
  reader_.read(name, Dtype::U8, std::as_writable_bytes(std::span(bytes)));
  std::vector<std::string> column;
  for (std::size_t row = 0; row < rows; ++row) {
    std::string value = bytes.substr(row * width, width);
    value.erase(value.find_last_not_of('\0') + 1);
    column.push_back(std::move(value));
  }
  return column;
}

std::vector<std::int32_t> CheckpointParts::number_column(std::string_view path) const {
  if (!lists(path)) return {};
  const std::string name(path);
  std::vector<std::int32_t> column(
      static_cast<std::size_t>(reader_.shape(name, Dtype::I32, 1).front()));
  reader_.read(name, Dtype::I32, std::as_writable_bytes(std::span(column)));
  return column;
}

void CheckpointParts::check_rows(std::string_view path, std::size_t rows,
                                 std::size_t expected) const {
  if (rows == expected) return;
  throw DataError(file_.string() + ": " + std::string(path) + ": it has " + std::to_string(rows) +
                  " rows, other columns of the table have " + std::to_string(expected));
}

CheckpointArray CheckpointParts::shape_of(const std::string& path) const {
  return {.shape = reader_.shape(path, Dtype::F32, 4), .values = {}};
}

void CheckpointParts::read_array(const std::string& path, CheckpointArray& array) const {
  if (array.shape.empty()) return;
  array.values.resize(tensor_bytes(array.shape, Dtype::F32).value() / sizeof(float));
  reader_.read(path, Dtype::F32, std::as_writable_bytes(std::span(array.values)));
}

void CheckpointParts::read_root(CheckpointData& data) const {
  data.created_utc = text("created_utc");
  data.writer_version = text("writer_version");
  data.picture_version = integer(checkpoint_path::kRoot, "picture_version");
  data.rng_scheme = text("rng_scheme");
  data.config_hash = text("config_hash");
  data.plan_hash = text("plan_hash");
  data.mode = text("mode");
  data.job_id = text("job_id");
}

CheckpointProgress CheckpointParts::progress() const {
  const std::string_view group = checkpoint_path::kProgress;
  return {.item = integer(group, "item"),
          .segment = integer(group, "segment"),
          .stage = integer(group, "stage"),
          .next_step = integer(group, "next_step"),
          .steps = integer(group, "steps"),
          .stage_count = integer(group, "stage_count"),
          .seed = reader_.unsigned_attribute(group, "seed"),
          .world_size = integer(group, "world_size")};
}

std::vector<CheckpointInput> CheckpointParts::inputs() const {
  const std::vector<std::string> keys = text_column(checkpoint_path::kInputKey);
  const std::vector<std::string> digests = text_column(checkpoint_path::kInputDigest);
  check_rows(checkpoint_path::kInputDigest, digests.size(), keys.size());
  std::vector<CheckpointInput> inputs;
  for (std::size_t row = 0; row < keys.size(); ++row) inputs.push_back({keys[row], digests[row]});
  return inputs;
}

std::vector<CheckpointOutput> CheckpointParts::outputs() const {
  const std::vector<std::int32_t> items = number_column(checkpoint_path::kOutputItem);
  const std::vector<std::int32_t> stages = number_column(checkpoint_path::kOutputStage);
  const std::vector<std::string> files = text_column(checkpoint_path::kOutputFile);
  const std::vector<std::string> digests = text_column(checkpoint_path::kOutputDigest);
  check_rows(checkpoint_path::kOutputStage, stages.size(), items.size());
  check_rows(checkpoint_path::kOutputFile, files.size(), items.size());
  check_rows(checkpoint_path::kOutputDigest, digests.size(), items.size());
  std::vector<CheckpointOutput> outputs;
  for (std::size_t row = 0; row < items.size(); ++row) {
    outputs.push_back({items[row], stages[row], files[row], digests[row]});
  }
  return outputs;
}

CheckpointData CheckpointParts::without_values() const {
  CheckpointData data;
  read_root(data);
  data.progress = progress();
  check_checkpoint_progress(data.progress, file_);
  data.config_yaml = text_dataset(checkpoint_path::kConfig);
  data.picture_keys = text_dataset(checkpoint_path::kPictureKeys);
  data.inputs = inputs();
  data.outputs = outputs();
  data.x = shape_of(std::string(checkpoint_path::kX));
  if (lists(checkpoint_path::kZUp)) data.z_up = shape_of(std::string(checkpoint_path::kZUp));
  for (int stage = 0; stage < data.progress.stage_count; ++stage) {
    const std::string path = checkpoint_path::stage_latents(stage);
    if (lists(path)) data.stages.push_back({stage, shape_of(path)});
  }
  check_checkpoint_shapes(data, file_);
  return data;
}

void CheckpointParts::read_values(CheckpointData& data) const {
  read_array(std::string(checkpoint_path::kX), data.x);
  read_array(std::string(checkpoint_path::kZUp), data.z_up);
  for (CheckpointStage& stage : data.stages) {
    read_array(checkpoint_path::stage_latents(stage.stage), stage.latents);
  }
  check_checkpoint_values(data, file_);
  const std::string actual = checkpoint_digest(CheckpointLayout(data));
  if (actual != content_digest()) {
    throw DataError(file_.string() + ": the digest of its content is " + actual +
                    ", its attribute content_digest says " + content_digest());
  }
}

/// A message about `file` without the path in front of it.
std::string reason_without_path(const fs::path& file, std::string_view message) {
  const std::string prefix = file.string() + ": ";
  return std::string(message.starts_with(prefix) ? message.substr(prefix.size()) : message);
}

}  // namespace

CheckpointData read_checkpoint(const fs::path& file) {
  check_trailer(file);
  const CheckpointParts parts(file);
  CheckpointData data = parts.without_values();
  parts.read_values(data);
  return data;
}

CheckpointData read_checkpoint_header(const fs::path& file) {
  check_trailer(file);
  return CheckpointParts(file).without_values();
}

FoundCheckpoint find_checkpoint(const fs::path& folder,
                                const std::function<bool(int item)>& wants) {
  FoundCheckpoint found;
  std::vector<NamedCheckpoint> files = list_checkpoints(folder);
  for (; !files.empty(); files.pop_back()) {
    if (wants && !wants(files.back().name.item)) continue;
    const fs::path& file = files.back().file;
    std::string reason;
    try {
      found.data = read_checkpoint(file);
      if (name_of(found.data->progress) == files.back().name) {
        found.file = file;
        return found;
      }
      reason = "its content is that of " + checkpoint_name(found.data->progress).string();
      found.data.reset();
    } catch (const CheckpointVersionError&) {
      throw;
    } catch (const DataError& error) {
      reason = reason_without_path(file, error.what());
    }
    found.rejected.push_back(file.filename().string() + ": " + reason);
  }
  return found;
}

}  // namespace tessera::storage
