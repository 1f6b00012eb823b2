#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/cli/child_process.h"

namespace tessera::cli {

/// A program that runs beside the test, which may signal it. Streams as with run_child(). One that
/// still runs when the object goes is killed, and so is one that wait() waits for in vain.
class RunningChild {
 public:
  /// \param command  program, found along PATH, and arguments.
  explicit RunningChild(const std::vector<std::string>& command, const ChildOptions& options = {});
  ~RunningChild();
  RunningChild(RunningChild&&) noexcept;
  RunningChild& operator=(RunningChild&&) = delete;

  /// `tessera ARGUMENTS...` alone, or under mpirun on this many ranks.
  static RunningChild tessera(int ranks, const std::vector<std::string>& arguments,
                              const ChildOptions& options = {});

  bool running();
  void signal(int number) const;
  /// Sends a signal and waits until it has arrived, so that a further one counts by itself.
  void signal_and_wait(int number);
  pid_t process() const;
  /// The processes that this one started; under mpirun the ranks, lowest first.
  std::vector<pid_t> children() const;
  /// What it has written on the standard error up to now.
  std::string err() const;
  /// Waits for the end, at most 10 minutes.
  Ended wait();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tessera::cli
