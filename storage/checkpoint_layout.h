#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/checkpoint_data.h"
#include "storage/tensor_view.h"

namespace tessera::storage {

/// What the attributes `format_name` and `format_version` say. A reader refuses any other version;
/// unknown groups, datasets and attributes do not need a new one.
inline constexpr std::string_view kCheckpointFormatName = "tessera-checkpoint";
inline constexpr int kCheckpointFormatVersion = 1;

/// Paths of the datasets of format version 1, and the groups that have attributes.
namespace checkpoint_path {
inline constexpr std::string_view kRoot = "/";
inline constexpr std::string_view kProgress = "/progress";
inline constexpr std::string_view kConfig = "/config";
inline constexpr std::string_view kPictureKeys = "/picture_keys";
inline constexpr std::string_view kInputKey = "/inputs/key";
inline constexpr std::string_view kInputDigest = "/inputs/digest";
inline constexpr std::string_view kX = "/latents/x";
inline constexpr std::string_view kZUp = "/latents/z_up";
inline constexpr std::string_view kOutputItem = "/outputs/item";
inline constexpr std::string_view kOutputStage = "/outputs/stage";
inline constexpr std::string_view kOutputFile = "/outputs/file";
inline constexpr std::string_view kOutputDigest = "/outputs/digest";

/// "/stages/2/latents"
std::string stage_latents(int stage);
}  // namespace checkpoint_path

/// A scalar beside the datasets.
struct CheckpointAttribute {
  std::string_view group;  ///< the path of the group that it belongs to
  std::string_view name;
  std::variant<std::int64_t, std::uint64_t, std::string> value;
};

/// The content of a checkpoint as named datasets and attributes, in the order of the content
/// digest: both by path. Its views show the data that it was made of, which must outlive it.
class CheckpointLayout {
 public:
  explicit CheckpointLayout(const CheckpointData& data);
  CheckpointLayout(const CheckpointLayout&) = delete;
  CheckpointLayout& operator=(const CheckpointLayout&) = delete;

  const std::vector<TensorView>& datasets() const { return datasets_; }
  /// All but `content_digest` (checkpoint_digest.h).
  const std::vector<CheckpointAttribute>& attributes() const { return attributes_; }

 private:
  void add_text(std::string_view path, const std::string& text);
  void add_array(std::string path, const CheckpointArray& array);
  void add_numbers(std::string_view path, const std::vector<std::int32_t>& column);
  void add_texts(std::string_view path, const std::vector<std::string_view>& column);
  void add_root_attributes(const CheckpointData& data);
  void add_progress_attributes(const CheckpointData& data);

  std::vector<TensorView> datasets_;
  std::vector<CheckpointAttribute> attributes_;
  std::vector<std::vector<std::byte>> columns_;  ///< of the tables
};

/// The sides of a dataset's chunks: of whole-canvas arrays one frame, all channels, 32 rows and the
/// full width, of tables 1024 rows, of texts 65536 bytes; nowhere more than the dataset has.
std::vector<std::int64_t> chunk_sides(const std::vector<std::int64_t>& shape);

/// The paths in the attribute `datasets`, one a line.
std::vector<std::string> listed_paths(std::string_view attribute);

}  // namespace tessera::storage
