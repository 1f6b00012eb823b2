#pragma once

#include <optional>

#include "worker/render_task.h"

namespace tessera::coordinator {

/// Training timestep of schedule index `step` of `steps` (docs/algorithms.md, "Schedule").
/// Leading: floor(1000 / N) (N - 1 - i) + offset. Trailing: round(1000 - i 1000 / N) - 1.
/// \param step  0..steps-1. \param offset  the scheduler's steps_offset.
int timestep_of(worker::TimestepSpacing spacing, int step, int steps, int offset);

/// Where a stage > 0 starts: the first step whose timestep is at most `timestep`, at most N - 1.
/// `paper`: K = 700 (Turbo 500), FreeScale arXiv 2412.09626.
int restart_at_timestep(const worker::SamplingPlan& sampling, int offset, int timestep);

/// floor(fraction N), at most N - 1: the released program (0.3; Turbo 0.5).
int restart_at_fraction(const worker::SamplingPlan& sampling, double fraction);

}  // namespace tessera::coordinator
