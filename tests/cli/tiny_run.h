#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/cli/running_child.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {

/// Samples of pictures by file name.
using Pictures = std::map<std::string, std::vector<std::uint16_t>>;

/// A tiny render of two stages with 10 and 7 steps in a run directory of its own, that is started,
/// interrupted and continued as a user does it.
class TinyRun {
 public:
  /// \param more  arguments of every `render` of this run.
  explicit TinyRun(std::vector<std::string> more = {});

  std::filesystem::path directory() const { return folder_ / "run"; }
  std::filesystem::path picture(const std::string& name) const {
    return directory() / "images" / name;
  }
  /// File names, in the order of the run.
  std::vector<std::string> checkpoints() const;
  Pictures pictures() const;
  /// Steps that all starts together have done.
  int steps_done() const;

  std::vector<std::string> render_arguments(const std::vector<std::string>& more = {}) const;
  std::vector<std::string> resume_arguments(const std::vector<std::string>& more = {}) const;
  Ended render(int ranks, const std::vector<std::string>& more = {}) const;
  Ended resume(int ranks, const std::vector<std::string>& more = {}) const;
  /// Starts a program and returns once it has done this many steps, or ended before.
  RunningChild begin(int ranks, const std::vector<std::string>& arguments, int steps) const;
  /// Renders until a signal stops it after this many steps; ends with 75.
  Ended interrupt(int steps, const std::vector<std::string>& more = {}) const;

 private:
  storage::TemporaryFolder folder_;
  std::vector<std::string> more_;
};

/// The pictures of a run on one rank that nobody interrupts.
Pictures uninterrupted(const std::vector<std::string>& more = {});

}  // namespace tessera::cli
