#pragma once

#include <string>

namespace tessera::coordinator {

/// What an exchange of outcomes decides; the same on every rank.
struct Verdict {
  int exit_code = 0;  ///< 0, or that of the first failing rank
  int rank = -1;      ///< the first failing rank, -1 if none
  std::string message;

  bool ok() const { return exit_code == 0; }
  bool operator==(const Verdict&) const = default;
};

}  // namespace tessera::coordinator
