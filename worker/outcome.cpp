#include "worker/outcome.h"

#include <algorithm>
#include <cstring>

namespace tessera::worker {

void Outcome::set_message(std::string_view text) {
  std::size_t length = std::min(text.size(), message.size() - 1);
  const auto inside_a_character = [&] { return (text[length] & 0xC0) == 0x80; };  // UTF-8
  while (length < text.size() && length > 0 && inside_a_character()) --length;
  message.fill('\0');
  std::memcpy(message.data(), text.data(), length);
}

std::string_view Outcome::message_text() const { return {message.data()}; }

}  // namespace tessera::worker
