#include "coordinator/job_forecast.h"

#include <algorithm>
#include <numeric>

#include "configs/job_config.h"
#include "coordinator/cost_model.h"
#include "coordinator/planner.h"

namespace tessera::coordinator {
namespace {

constexpr double kUsableShare = 0.92;  // docs/planning.md, "Memory"
constexpr int kMostStrips = 64;        // canonical blocks of a stage
constexpr int kLatentChannels = 4;
constexpr int kStateBytes = 4;  // fp32 latents

std::int64_t memory_of_rank(const configs::MachineConfig& machine, Placement placement) {
  const bool shared = machine.device == configs::MachineConfig::Device::Cpu;
  return machine.memory_bytes / (shared ? placement.ranks_per_host : 1);
}

/// Latents, and what the stage started from, of the largest stage.
std::int64_t checkpoint_bytes(const worker::RenderTask& task) {
  std::int64_t most = 0;
  for (const worker::StagePlan& stage : task.stages) {
    const std::int64_t canvases = stage.stage == 0 ? 1 : 2;
    most = std::max(most,
                    canvases * task.frames() * stage.latent.area() * kLatentChannels * kStateBytes);
  }
  return most;
}

}  // namespace

double JobForecast::item_seconds() const {
  return std::accumulate(stages.begin(), stages.end(), 0.0,
                         [](double sum, const StageTime& stage) { return sum + stage.seconds(); });
}

std::size_t JobForecast::widest_stage() const {
  const auto less = [](const StageForecast& a, const StageForecast& b) {
    return a.peak_bytes < b.peak_bytes;
  };
  const auto widest = std::max_element(plan.forecast.begin(), plan.forecast.end(), less);
  return static_cast<std::size_t>(widest - plan.forecast.begin());
}

std::int64_t JobForecast::usable_bytes() const {
  return static_cast<std::int64_t>(kUsableShare * static_cast<double>(memory_bytes));
}

JobForecast forecast_job(const configs::JobConfig& config, const worker::ModelOutline& model,
                         const configs::MachineConfig& machine, Placement placement,
                         std::span<const partition::Extent> init_images) {
  JobForecast forecast;
  forecast.plan = plan_render(config, model, placement.ranks, init_images);
  forecast.placement = placement;
  forecast.memory_bytes = memory_of_rank(machine, placement);
  const worker::RenderTask& task = forecast.plan.task;
  forecast.checkpoint_bytes = checkpoint_bytes(task);
  const RenderPlan alone = plan_render(config, model, 1, init_images);
  // One rank of the same kind as the others.
  const Placement one{1, placement.ranks_per_host};
  for (int stage = 0; stage < static_cast<int>(task.stages.size()); ++stage) {
    const auto index = static_cast<std::size_t>(stage);
    forecast.plan.forecast[index] = forecast_stage(model, task, stage, {machine.value_bytes, 4});
    forecast.stages.push_back(predict_stage(model, task, stage, machine, placement));
    const double alone_seconds = predict_stage(model, alone.task, stage, machine, one).steps;
    const double all_seconds = placement.ranks * forecast.stages[index].steps;
    forecast.efficiency.push_back(all_seconds > 0 ? alone_seconds / all_seconds : 1);
  }
  return forecast;
}

std::optional<int> ranks_that_fit(const configs::JobConfig& config,
                                  const worker::ModelOutline& model,
                                  const configs::MachineConfig& machine, Placement placement) {
  for (int ranks = 2 * placement.ranks; ranks <= 2 * kMostStrips; ranks *= 2) {
    placement.ranks = ranks;
    if (forecast_job(config, model, machine, placement).fits()) return ranks;
  }
  return std::nullopt;
}

}  // namespace tessera::coordinator
