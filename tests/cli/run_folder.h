#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "storage/checkpoint_names.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {

/// Samples of pictures by file name.
using Pictures = std::map<std::string, std::vector<std::uint16_t>>;

/// A run directory of its own, and what the starts in it have left there so far.
class RunFolder {
 public:
  std::filesystem::path directory() const { return folder_ / "run"; }
  std::filesystem::path picture(const std::string& name) const {
    return directory() / "images" / name;
  }
  /// File names, in the order of the run.
  std::vector<std::string> checkpoints() const;
  Pictures pictures() const;
  /// Steps that all starts together have done.
  int steps_done() const;
  /// Where each of them began, in the order in which they were done.
  std::vector<storage::CheckpointName> steps() const;
  /// Names of the files that events of this kind, of all starts, tell of: those of `checkpoint` and
  /// `frame_written`.
  std::vector<std::string> files_of_events(const std::string& event) const;
  /// Events of this kind, of all starts.
  int count_of_events(const std::string& event) const;
  /// What manifest.json calls the run: "running", "stopped", "failed" or "done".
  std::string state() const;
  /// Names of the pictures that manifest.json calls written, in its order.
  std::vector<std::string> listed_pictures() const;
  /// Temporary files of pictures and checkpoints.
  std::vector<std::filesystem::path> leftovers() const;

 private:
  storage::TemporaryFolder folder_;
};

}  // namespace tessera::cli
