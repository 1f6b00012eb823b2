#pragma once

#include "configs/job_config.h"
#include "storage/existing_file.h"

namespace tessera::coordinator {

/// What `output.on_exists` means for the storage room.
storage::OnExists existing_policy(configs::JobConfig::OnExists asked);

}  // namespace tessera::coordinator
