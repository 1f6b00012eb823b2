#include "configs/preset_library.h"

#include <algorithm>

#include "configs/preset_texts.h"

namespace tessera::configs {
namespace {

/// The comment lines at the head of a file as one line.
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

std::vector<Preset> all_presets() {
  std::vector<Preset> all;
  for (const PresetText& file : preset_texts()) {
    all.push_back({file.name, head_comment(file.text), file.text});
  }
  std::sort(all.begin(), all.end(),
            [](const Preset& a, const Preset& b) { return a.name < b.name; });
  return all;
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = all_presets();
  return all;
}

const Preset* find_preset(const std::string& name) {
  const auto& all = presets();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Preset& preset) { return preset.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string preset_names() {
  std::string names;
  for (const Preset& preset : presets()) names += (names.empty() ? "" : ", ") + preset.name;
  return names;
}

}  // namespace tessera::configs
