#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/checkpoint_data.h"

namespace tessera::storage {

/// Reads one file whole and checks all of it: trailer, format version, names, types and shapes,
/// checksums, content digest, finite values. Format: docs/checkpoint_format.md.
/// \throws DataError naming file, place and both values; MissingFileError, IoError.
CheckpointData read_checkpoint(const std::filesystem::path& file);

/// The same checks of the trailer and the attributes, without the arrays' values (their shapes are
/// there): for people and programs that look at a checkpoint. \throws as read_checkpoint().
CheckpointData read_checkpoint_header(const std::filesystem::path& file);

/// What a checkpoint folder offers to a run that goes on.
struct FoundCheckpoint {
  std::filesystem::path file;          ///< of `data`
  std::optional<CheckpointData> data;  ///< the newest valid one
  std::vector<std::string> rejected;   ///< newer files that are damaged: name and reason
  bool empty() const { return !data && rejected.empty(); }
};

/// Goes through the files of a folder from the newest name to the oldest until one is valid. Order
/// is by item, stage and step in the name, never by file time. A folder that does not exist is
/// empty.
FoundCheckpoint find_checkpoint(const std::filesystem::path& folder);

}  // namespace tessera::storage
