#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "configs/machine_config.h"
#include "coordinator/render_plan.h"
#include "coordinator/time_model.h"
#include "partition/extent.h"
#include "worker/model_outline.h"

namespace tessera::configs {
struct JobConfig;
}

namespace tessera::coordinator {

/// What a job takes on a machine: its plan with time and memory.
struct JobForecast {
  RenderPlan plan;  ///< its memory in the machine's number formats
  Placement placement;
  std::vector<StageTime> stages;
  /// Of the steps of each stage: time of one rank / (ranks x time of all).
  std::vector<double> efficiency;
  std::int64_t memory_bytes = 0;      ///< that a rank may use
  std::int64_t checkpoint_bytes = 0;  ///< of the largest running state

  double item_seconds() const;
  /// All items, one after the other.
  double seconds() const { return item_seconds() * static_cast<double>(plan.task.items.size()); }
  /// Index of the stage that needs most memory.
  std::size_t widest_stage() const;
  bool fits() const { return plan.forecast[widest_stage()].peak_bytes <= usable_bytes(); }
  /// A part of a device is left to its driver and libraries.
  std::int64_t usable_bytes() const;
};

/// \param init_images  as plan_render() takes them. \throws PlanError.
JobForecast forecast_job(const configs::JobConfig& config, const worker::ModelOutline& model,
                         const configs::MachineConfig& machine, Placement placement,
                         std::span<const partition::Extent> init_images = {});

/// The smallest number of ranks, a doubling of the forecast's, on which the job fits; nothing if no
/// number up to one rank per canonical block and guidance half does.
std::optional<int> ranks_that_fit(const configs::JobConfig& config,
                                  const worker::ModelOutline& model,
                                  const configs::MachineConfig& machine, Placement placement);

}  // namespace tessera::coordinator
