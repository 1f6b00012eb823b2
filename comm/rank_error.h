#pragma once

#include <stdexcept>
#include <string>

namespace tessera::comm {

/// A peer did not take part in an operation, or the transport failed (exit code 69).
class RankError : public std::runtime_error {
 public:
  /// \param peer  rank in the job, or -1 when it is not known which one.
  RankError(std::string operation, int peer, double seconds, const std::string& detail);

  const std::string& operation() const { return operation_; }
  int peer() const { return peer_; }
  double seconds() const { return seconds_; }

 private:
  std::string operation_;
  int peer_;
  double seconds_;
};

}  // namespace tessera::comm
