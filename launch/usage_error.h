#pragma once

#include <stdexcept>

namespace tessera::launch {

/// A command line that cannot be understood (exit code 2).
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tessera::launch
