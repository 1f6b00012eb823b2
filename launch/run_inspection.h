#pragma once

#include <filesystem>
#include <string>

#include "launch/inspection_depth.h"

namespace tessera::launch {

/// What a run directory holds, as a JSON object: configuration, state, lock, last event, manifest
/// (where there is one), checkpoints and pictures. State: "running" while a living process holds
/// the lock, "finished" after an end without error, else "unfinished". Damaged parts are reported
/// in their place. Everything: every checkpoint is read whole and every picture that a checkpoint
/// lists is compared with its digest. \throws storage errors.
std::string inspect_run(const std::filesystem::path& folder, InspectionDepth depth);

}  // namespace tessera::launch
