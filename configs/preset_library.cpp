#include "configs/preset_library.h"

#include <algorithm>

#include "configs/shipped_texts.h"

namespace tessera::configs {
namespace {

std::vector<Preset> all_presets() {
  std::vector<Preset> all;
  for (const NamedText& file : preset_texts()) {
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
