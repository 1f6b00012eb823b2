#pragma once

#include <string>

#include "coordinator/stage_bench.h"
#include "worker/render_task.h"

namespace tessera::launch {

/// Options of `tessera bench` that are no configuration keys.
struct BenchRequest {
  coordinator::BenchRepeats repeats;
  worker::WeightOrigin weights = worker::WeightOrigin::Files;
  std::string json_file;     ///< takes all figures, or ""
  std::string machine_file;  ///< takes the measured machine for `tessera plan`, or ""
};

}  // namespace tessera::launch
