#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/checkpoint_data.h"
#include "storage/storage_error.h"

namespace tessera::storage {

/// A whole checkpoint whose format version this program does not read: not damaged, but of another
/// tessera.
class CheckpointVersionError : public DataError {
 public:
  using DataError::DataError;
};

/// Reads one file whole and checks all of it: trailer, format version, names, types and shapes,
/// checksums, content digest, finite values. Format: docs/checkpoint_format.md.
/// \throws DataError naming file, place and both values, CheckpointVersionError for another format
///         version; MissingFileError, IoError.
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
/// is by item, stage and step in the name, never by file time; only items that `wants` are looked
/// at, all if it is empty. A folder that does not exist is
/// empty. Only what is damaged is passed over: a file that cannot be read now, or not by this
/// program, may be good, and whoever goes on from an older one would prune it.
/// \throws CheckpointVersionError, MissingFileError, IoError naming the file.
FoundCheckpoint find_checkpoint(const std::filesystem::path& folder,
                                const std::function<bool(int item)>& wants = nullptr);

}  // namespace tessera::storage
