#pragma once

#include <filesystem>
#include <string>

#include "launch/inspection_depth.h"

namespace tessera::launch {

/// What a PNG says, as a JSON object: size, depth, `parameters` and the record that `render --from`
/// reads. Everything: also that all pixels decode, and the file's SHA-256. \throws storage errors.
std::string inspect_picture(const std::filesystem::path& file, InspectionDepth depth);

}  // namespace tessera::launch
