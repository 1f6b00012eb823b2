#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace tessera::launch {

/// How a program that was run for its answer ended, and what it printed.
struct ChildOutput {
  enum class End { Exited, NotFound, TimedOut };

  End end = End::Exited;
  int exit_code = 0;  ///< when Exited; 128 + signal for one that a signal ended
  std::string text;   ///< standard output and error, as they came
};

/// Runs a program of the PATH without a shell, without input, and waits for it; kills it at the
/// deadline. \param command  name and arguments. \throws std::system_error if the system refuses.
ChildOutput run_for_output(const std::vector<std::string>& command,
                           std::chrono::milliseconds deadline);

}  // namespace tessera::launch
