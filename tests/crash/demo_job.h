#pragma once

#include <string>
#include <vector>

#include "tests/cli/run_folder.h"
#include "tests/cli/running_child.h"

namespace tessera::crash {

/// A render of the shipped demo model, two stages small enough for seconds, with a checkpoint after
/// every step. Always under mpirun, on one rank too, so that there is a launcher to kill.
class DemoJob : public cli::RunFolder {
 public:
  /// `tessera resume` where an earlier start got as far as run.yaml, else `tessera render`.
  cli::RunningChild start(int ranks) const;

  /// Processes that belong to this run, by their command line.
  std::vector<pid_t> processes() const;

 private:
  std::vector<std::string> arguments() const;
};

}  // namespace tessera::crash
