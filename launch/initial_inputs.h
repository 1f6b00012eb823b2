#pragma once

#include <string>
#include <vector>

#include "configs/job_config.h"
#include "partition/extent.h"

namespace tessera::launch {

/// What a job starts from, as rank 0 found it.
struct InitialInputs {
  std::vector<partition::Extent> images;  ///< pixels, one per prompt; empty without one
  std::vector<std::string> warnings;
};

/// Reads the initial images and masks of all prompts once, to refuse them before any work. An image
/// must have the size of the first stage; at strength 0, where it is that stage's picture, sides
/// that are multiples of 64. A mask is resized, so it must have the aspect of the picture; mode
/// `official` resizes any mask, as the released program does, and warns.
/// \throws storage::MissingFileError, storage::DataError naming key or prompt, file and both sizes.
InitialInputs read_initial_inputs(const configs::JobConfig& job);

}  // namespace tessera::launch
