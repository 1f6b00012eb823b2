#pragma once

#include <filesystem>
#include <string>

#include "launch/inspection_depth.h"

namespace tessera::launch {

/// What an mp4 or mkv says, as a JSON object: codec, size, frames, rate, colours, `parameters`.
/// Everything: also that all frames decode, and the file's SHA-256. \throws storage errors.
std::string inspect_clip(const std::filesystem::path& file, InspectionDepth depth);

}  // namespace tessera::launch
