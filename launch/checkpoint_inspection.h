#pragma once

#include <filesystem>
#include <string>

#include "launch/inspection_depth.h"

namespace tessera::launch {

/// What a checkpoint says, as a JSON object: position, hashes, inputs, outputs, shapes, size.
/// Everything: also that its content digest and all values are right. \throws storage errors.
std::string inspect_checkpoint(const std::filesystem::path& file, InspectionDepth depth);

}  // namespace tessera::launch
