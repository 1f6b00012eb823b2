#pragma once

#include <chrono>
#include <optional>

namespace tessera::coordinator {

/// How long a file system may do nothing before it counts as hung.
struct FilePatience {
  /// While rows of a picture wait for room in the queue: inside a command, where the other ranks
  /// wait too. Half of their shortest deadline, so that the file is named and not this rank.
  std::chrono::milliseconds delivery = std::chrono::seconds(10);
  /// Between commands, where Idle keeps the other ranks waiting: for a picture that makes no
  /// progress, and for a checkpoint from its begin.
  std::chrono::milliseconds between_commands = std::chrono::minutes(5);
};

/// \param deadline  `distributed.deadline`, if it is set. A shorter one than the default of 20 s
/// makes both shorter in proportion.
FilePatience file_patience(const std::optional<std::chrono::nanoseconds>& deadline);

}  // namespace tessera::coordinator
