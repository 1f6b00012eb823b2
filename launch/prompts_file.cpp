#include "launch/prompts_file.h"

#include <sstream>
#include <string_view>

#include "configs/config_error.h"
#include "storage/text_file.h"

namespace tessera::launch {
namespace {

constexpr std::uint64_t kLargestFile = 10'000'000;  // bytes
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::vector<std::string> read_prompts(const std::filesystem::path& file) {
  if (file.extension() != ".txt") {
    throw configs::ConfigError("prompts_file: \"" + file.string() +
                               "\" is not allowed. Allowed: a text file with the ending .txt.");
  }
  std::string text = storage::read_text(file, kLargestFile);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  std::vector<std::string> prompts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::string_view prompt = trimmed(line);
    if (!prompt.empty() && prompt.front() != '#') prompts.emplace_back(prompt);
  }
  if (prompts.empty()) {
    throw configs::ConfigError("prompts_file: \"" + file.string() + "\" holds no prompt.");
  }
  return prompts;
}

}  // namespace tessera::launch
