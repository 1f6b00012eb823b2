#pragma once

#include <map>
#include <utility>
#include <vector>

#include "comm/communicator.h"
#include "storage/safetensors_file.h"
#include "worker/render_task.h"
#include "worker/worker.h"

namespace tessera::testing {

/// Finished pictures by (item, stage), interleaved RGB in [0, 1].
using Pictures = std::map<std::pair<int, int>, std::vector<float>>;

/// Runs every command of the task on one rank; the pictures are delivered to rank 0 only.
/// \throws std::runtime_error with the message of an outcome that failed.
Pictures run_cascade_rank(const worker::RenderTask& task, comm::Communicator& world);

/// The same on `task.grid.world` ranks as threads; returns rank 0's pictures.
Pictures run_cascade(const worker::RenderTask& task);

/// Runs the task with a trace file of its own, which is gone when this returns.
storage::SafetensorsFile trace_of(worker::RenderTask task);

/// Fails the test unless both files hold the same names, shapes and bytes.
void expect_same_tensors(const storage::SafetensorsFile& actual,
                         const storage::SafetensorsFile& expected);

}  // namespace tessera::testing
