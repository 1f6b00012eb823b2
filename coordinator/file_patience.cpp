#include "coordinator/file_patience.h"

#include <algorithm>

namespace tessera::coordinator {

FilePatience file_patience(const std::optional<std::chrono::nanoseconds>& deadline) {
  FilePatience patience;
  if (!deadline) return patience;
  using std::chrono::milliseconds;
  const auto of_deadline = [&](auto factor) {
    return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(*deadline * factor));
  };
  patience.delivery = std::min(patience.delivery, of_deadline(0.5));
  patience.between_commands = std::min(patience.between_commands, of_deadline(15));
  return patience;
}

}  // namespace tessera::coordinator
