#pragma once

#include <string>
#include <vector>

#include "launch/console.h"

namespace tessera::launch {

/// Folder of the small random model that the goldens were made with.
std::string golden_model();

/// File of a small VideoCrafter2 checkpoint with made-up weights.
std::string golden_video_checkpoint();

/// Arguments of a render that takes a fraction of a second: two small stages of golden_model().
std::vector<std::string> tiny_render(const std::string& run_dir,
                                     const std::vector<std::string>& more = {});

inline Console silent_console() { return {1, Console::Color::Never, Console::Loudness::Quiet}; }

}  // namespace tessera::launch
