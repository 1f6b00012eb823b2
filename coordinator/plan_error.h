#pragma once

#include <stdexcept>

namespace tessera::coordinator {

/// A job that cannot be planned as asked (exit code 2). The message names the key, the value and
/// the remedy.
class PlanError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tessera::coordinator
