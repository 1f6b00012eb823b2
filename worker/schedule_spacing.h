#pragma once

#include "model/sampling/noise_scheduler_config.h"
#include "worker/render_task.h"

namespace tessera::worker {

/// The spacing of a plan in the words of the schedule.
inline model::TimestepSpacing schedule_spacing(TimestepSpacing spacing) {
  return spacing == TimestepSpacing::Trailing ? model::TimestepSpacing::Trailing
                                              : model::TimestepSpacing::Leading;
}

}  // namespace tessera::worker
