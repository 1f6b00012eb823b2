#pragma once

#include <string>
#include <vector>

#include "configs/machine_config.h"
#include "coordinator/job_forecast.h"
#include "coordinator/stage_bench.h"
#include "worker/kernel_rates.h"

namespace tessera::launch {

/// What was measured, and what the model of docs/planning.md says for the machine that was
/// measured.
struct BenchResult {
  std::vector<worker::KernelTiming> kernels;
  std::vector<coordinator::StageTimings> stages;
  configs::MachineConfig machine;
  coordinator::JobForecast forecast;
};

/// Tables of kernels and stages, for people.
std::vector<std::string> bench_lines(const BenchResult& result);
/// All figures; seconds, bytes, FLOP.
std::string bench_json(const BenchResult& result);

}  // namespace tessera::launch
