#include "launch/bench_text.h"

#include <nlohmann/json.hpp>

#include "coordinator/sample_statistics.h"
#include "launch/formatted_text.h"
#include "partition/size_text.h"

namespace tessera::launch {
namespace {

using coordinator::SampleStatistics;
using coordinator::StageTime;
using coordinator::StageTimings;
using coordinator::statistics_of;
using nlohmann::json;

constexpr double kMebibyte = 1024.0 * 1024.0;

std::string kernel_line(const worker::KernelTiming& timing) {
  const SampleStatistics seconds = statistics_of(timing.seconds);
  return formatted("%-16s %8d %11.3f ms %11.3f ms %10.1f", timing.kernel.c_str(), timing.channels,
                   1e3 * seconds.median, 1e3 * seconds.p95, timing.flop / seconds.median / 1e9);
}

std::string stage_line(const BenchResult& result, const StageTimings& timings) {
  const auto index = static_cast<std::size_t>(timings.stage);
  const StageTime& predicted = result.forecast.stages[index];
  const SampleStatistics step = statistics_of(timings.steps);
  const std::string size = partition::size_text(result.forecast.plan.task.stages[index].image);
  const double flop = result.forecast.plan.forecast[index].step_flop;
  return formatted("%-5d %-11s %9.3f s %9.3f s %9.3f s %9.3f s %9.1f %6.1f%% %9.2f s %9.2f s",
                   timings.stage, size.c_str(), step.median, step.p95, predicted.step.seconds(),
                   statistics_of(timings.dilated_steps).median, flop / step.median / 1e9,
                   100 * timings.wait_share, timings.transition, timings.decode);
}

/// What the layers computed over what the cost model says they have to.
std::string counted_line(const BenchResult& result) {
  std::string line = "FLOP of a step, counted / modelled:";
  for (const StageTimings& timings : result.stages) {
    const auto index = static_cast<std::size_t>(timings.stage);
    line += formatted(" %.3f", timings.step_flop / result.forecast.plan.forecast[index].step_flop);
  }
  return line;
}

json samples_json(const std::vector<double>& samples) {
  const SampleStatistics seconds = statistics_of(samples);
  return {{"median", seconds.median},
          {"p95", seconds.p95},
          {"least", seconds.least},
          {"samples", samples}};
}

json stage_json(const BenchResult& result, const StageTimings& timings) {
  const auto index = static_cast<std::size_t>(timings.stage);
  const worker::StagePlan& plan = result.forecast.plan.task.stages[index];
  const coordinator::StageForecast& cost = result.forecast.plan.forecast[index];
  const StageTime& time = result.forecast.stages[index];
  return {{"stage", timings.stage},
          {"height", plan.image.rows},
          {"width", plan.image.cols},
          {"strips", plan.strip_count},
          {"step_flop", cost.step_flop},
          {"counted_step_flop", timings.step_flop},
          {"step_seconds", samples_json(timings.steps)},
          {"dilated_step_seconds", samples_json(timings.dilated_steps)},
          {"predicted_step_seconds", time.step.seconds()},
          {"predicted_dilated_step_seconds", time.dilated_step.seconds()},
          {"transition_seconds", timings.transition},
          {"predicted_transition_seconds", time.transition},
          {"decode_seconds", timings.decode},
          {"predicted_decode_seconds", time.decode},
          {"communication_share", timings.wait_share},
          {"step_bytes_sent", timings.step_bytes},
          {"predicted_step_bytes_sent", time.step.bytes},
          {"memory_peak_bytes", timings.memory_peak},
          {"predicted_memory_peak_bytes", cost.peak_bytes}};
}

}  // namespace

std::vector<std::string> bench_lines(const BenchResult& result) {
  std::vector<std::string> lines{
      "kernel           channels         median            p95    GFLOP/s"};
  for (const auto& timing : result.kernels) lines.push_back(kernel_line(timing));
  lines.emplace_back();
  lines.emplace_back(
      "stage canvas      step median         p95   predicted     dilated   GFLOP/s  commun.  "
      "transition      decode");
  for (const auto& timings : result.stages) lines.push_back(stage_line(result, timings));
  if (!result.stages.empty()) {
    const StageTimings& last = result.stages.back();
    lines.push_back(formatted("%d ranks, %.0f MiB peak, %.1f MiB sent per step of the last stage",
                              result.forecast.placement.ranks,
                              static_cast<double>(last.memory_peak) / kMebibyte,
                              static_cast<double>(last.step_bytes) / kMebibyte));
    lines.push_back(counted_line(result));
  }
  return lines;
}

std::string bench_json(const BenchResult& result) {
  json kernels = json::array();
  for (const auto& timing : result.kernels) {
    kernels.push_back({{"kernel", timing.kernel},
                       {"channels", timing.channels},
                       {"flop", timing.flop},
                       {"seconds", samples_json(timing.seconds)}});
  }
  json stages = json::array();
  for (const auto& timings : result.stages) stages.push_back(stage_json(result, timings));
  return json{{"ranks", result.forecast.placement.ranks},
              {"threads_per_rank", result.forecast.plan.task.cpu_threads},
              {"kernels", kernels},
              {"stages", stages},
              {"machine", configs::machine_as_yaml(result.machine)}}
      .dump(2);
}

}  // namespace tessera::launch
