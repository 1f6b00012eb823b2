#include "worker/outcome.h"

#include <algorithm>
#include <cstring>

namespace tessera::worker {

void Outcome::set_message(std::string_view text) {
  const std::size_t length = std::min(text.size(), message.size() - 1);
  message.fill('\0');
  std::memcpy(message.data(), text.data(), length);
}

std::string_view Outcome::message_text() const { return {message.data()}; }

}  // namespace tessera::worker
