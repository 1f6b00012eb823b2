#pragma once

#include <string>
#include <vector>

namespace tessera::configs {

/// A named set of values: configs/presets/NAME.yaml, compiled into the program.
struct Preset {
  std::string name;
  std::string summary;  ///< the comment at the head of the file
  std::string text;     ///< YAML
};

/// All presets, by name. Made once; any thread.
const std::vector<Preset>& presets();
/// nullptr if there is none of that name.
const Preset* find_preset(const std::string& name);
/// "demo, freescale-2k, ...".
std::string preset_names();

}  // namespace tessera::configs
