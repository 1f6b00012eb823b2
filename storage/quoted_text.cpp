#include "storage/quoted_text.h"

namespace tessera::storage {

std::string quoted_text(std::string_view text) {
  constexpr std::size_t kMostBytes = 200;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text.substr(0, kMostBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      result += c;
    } else {
      result.append("\\x").append({kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return result + (text.size() > kMostBytes ? "\"..." : "\"");
}

}  // namespace tessera::storage
