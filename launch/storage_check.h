#pragma once

#include <filesystem>

#include "launch/finding.h"

namespace tessera::launch {

/// Writes a checkpoint of the size that a 4096 x 4096 picture has into a folder of its own under
/// `run_folder`, or the nearest folder above it that exists; reads it back, syncs and renames it as
/// a render does, and removes it again.
Finding check_storage(const std::filesystem::path& run_folder);

}  // namespace tessera::launch
