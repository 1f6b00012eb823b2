#include "configs/shipped_texts.h"

#include <algorithm>

namespace tessera::configs {

std::string head_comment(const std::string& text) {
  std::string summary;
  std::size_t begin = 0;
  while (begin < text.size() && text[begin] == '#') {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (!summary.empty()) summary += ' ';
    const std::size_t word = std::min(text.find_first_not_of("# ", begin), end);
    summary += text.substr(word, end - word);
    begin = end + 1;
  }
  return summary;
}

}  // namespace tessera::configs
