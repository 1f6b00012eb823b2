#include "worker/dropped_words.h"

namespace tessera::worker {
namespace {

/// Cut to `most` bytes.
std::string warning(const std::string& name, std::string words, std::size_t most) {
  if (words.empty()) return "";
  if (words.size() > most) {
    while (most > 0 && (static_cast<unsigned char>(words[most]) & 0xC0U) == 0x80U) --most;  // UTF-8
    words = words.substr(0, most) + "...";
  }
  return "the " + name + " is longer than 77 tokens; this part is dropped: \"" + words + "\". ";
}

}  // namespace

std::string dropped_words(const std::string& prompt, const std::string& negative) {
  const std::size_t most = !prompt.empty() && !negative.empty() ? 170 : 400;
  return warning("prompt", prompt, most) + warning("negative prompt", negative, most);
}

}  // namespace tessera::worker
