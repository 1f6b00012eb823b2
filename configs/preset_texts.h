#pragma once

#include <span>

namespace tessera::configs {

/// One file of configs/presets.
struct PresetText {
  const char* name;
  const char* text;
};

/// The files as they were when CMake ran; it runs again when one changes.
std::span<const PresetText> preset_texts();

}  // namespace tessera::configs
