#pragma once

#include <filesystem>

#include "storage/checkpoint_data.h"

namespace tessera::storage {

/// Checks that the position is possible, e.g. stage below stage_count (at most 1000). \throws
/// DataError naming `file`, the place and the values.
void check_checkpoint_progress(const CheckpointProgress& progress,
                               const std::filesystem::path& file);

/// Checks that the shapes agree with each other: x, and what is there of the rest, are [frames,
/// channels, rows, columns]; z_up is as x; finished stages ascend below stage_count. \throws
/// DataError naming `file`, the place and the values.
void check_checkpoint_shapes(const CheckpointData& data, const std::filesystem::path& file);

/// Checks that every array has as many values as its shape says, all finite. \throws DataError.
void check_checkpoint_values(const CheckpointData& data, const std::filesystem::path& file);

}  // namespace tessera::storage
