#pragma once

#include <span>
#include <string>

namespace tessera::configs {

/// One YAML file that became part of the program.
struct NamedText {
  const char* name;  ///< file name without folder and ending
  const char* text;
};

/// The files of configs/presets and configs/machines as they were when CMake ran; it runs again
/// when one changes.
std::span<const NamedText> preset_texts();
std::span<const NamedText> machine_texts();

/// The comment lines at the head of a file as one line.
std::string head_comment(const std::string& text);

}  // namespace tessera::configs
