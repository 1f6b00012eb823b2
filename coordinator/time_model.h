#pragma once

#include <cstdint>

#include "configs/machine_config.h"
#include "partition/extent.h"
#include "worker/model_outline.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// Seconds of one step of the slowest rank.
struct StepTime {
  double compute = 0;
  double communication = 0;
  std::int64_t bytes = 0;  ///< sent, the most of any rank

  double seconds() const { return compute + communication; }
  bool operator==(const StepTime&) const = default;
};

/// How long one stage of one item takes, loading left out.
struct StageTime {
  StepTime step;          ///< late in the stage: undilated
  StepTime dilated_step;  ///< early; equal to `step` where nothing is dilated
  double steps = 0;       ///< seconds of all steps
  double transition = 0;  ///< encoding of the picture that the stage starts from
  double decode = 0;

  double seconds() const { return transition + steps + decode; }
};

/// Where the ranks of a job run.
struct Placement {
  int ranks = 1;
  int ranks_per_host = 1;

  int hosts() const { return (ranks + ranks_per_host - 1) / ranks_per_host; }
};

/// Predicts a stage from rates: every layer of the rank with most work at the rate of its kind and
/// width, element-wise work at the memory's rate, then what it sends, one operation after the other
/// (docs/planning.md).
///
/// Ranks on CPUs share the cores of their host. \param task  planned for placement.ranks ranks.
StageTime predict_stage(const worker::ModelOutline& model, const worker::RenderTask& task,
                        int stage, const configs::MachineConfig& machine, Placement placement);

}  // namespace tessera::coordinator
