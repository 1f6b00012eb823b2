#pragma once

#include <string>
#include <vector>

#include "tests/cli/run_folder.h"
#include "tests/cli/running_child.h"

namespace tessera::cli {

/// A tiny render of two stages with 10 and 7 steps in a run directory of its own, that is started,
/// interrupted and continued as a user does it.
class TinyRun : public RunFolder {
 public:
  /// \param more  arguments of every `render` of this run.
  explicit TinyRun(std::vector<std::string> more = {});

  std::vector<std::string> render_arguments(const std::vector<std::string>& more = {}) const;
  std::vector<std::string> resume_arguments(const std::vector<std::string>& more = {}) const;
  Ended render(int ranks, const std::vector<std::string>& more = {}) const;
  Ended resume(int ranks, const std::vector<std::string>& more = {}) const;
  /// Starts a program and returns once it has done this many steps, or ended before.
  RunningChild begin(int ranks, const std::vector<std::string>& arguments, int steps) const;
  /// Renders until a signal stops it after this many steps; ends with 75.
  Ended interrupt(int steps, const std::vector<std::string>& more = {}) const;

 private:
  std::vector<std::string> more_;
};

/// The pictures of a run on one rank that nobody interrupts. \throws std::runtime_error with its
/// words if it does not end with 0.
Pictures uninterrupted(const std::vector<std::string>& more = {});

}  // namespace tessera::cli
