#pragma once

#include <stdexcept>
#include <string>

namespace tessera::launch {

/// A step of the start-up failed on some rank. Thrown on every rank alike, so that all leave with
/// the same code; rank 0 shows the message.
class StartupFailure : public std::runtime_error {
 public:
  StartupFailure(int exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}

  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

}  // namespace tessera::launch
