#pragma once

#include <filesystem>
#include <string>

#include "configs/job_config.h"
#include "storage/name_pattern.h"
#include "worker/render_task.h"

namespace tessera::launch {

/// The local date, "2026-01-31".
std::string today();
/// Of the Slurm job this process belongs to; empty outside.
storage::SlurmIds slurm_ids();

/// The run directory that `output.run_dir` names today; it need not exist.
/// \throws storage::NamePatternError.
std::filesystem::path run_folder(const configs::JobConfig& job, const worker::RenderTask& task);

}  // namespace tessera::launch
