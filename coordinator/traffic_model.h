#pragma once

#include <cstdint>

#include "partition/extent.h"
#include "worker/model_outline.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// What one rank sends, and in how many operations that it waits for.
struct Traffic {
  std::int64_t gather_bytes = 0;    ///< of all-gathers, once per peer
  std::int64_t exchange_bytes = 0;  ///< between two ranks
  int operations = 0;

  std::int64_t bytes() const { return gather_bytes + exchange_bytes; }
  Traffic& operator+=(const Traffic& other);
  bool operator==(const Traffic&) const = default;
};

/// One denoising step of the rank that holds strip `strip` of a stage, exactly as the communicators
/// count it (comm::TrafficCounters; docs/algorithms.md, "What travels"). An all-gather counts once
/// per peer, padded to the tallest strip.
/// \param dilation     in force at the step: the stage's, or {1, 1} after `dilated_until_step`.
/// \param value_bytes  of an activation; statistics and predictions are fp32.
Traffic step_traffic(const worker::ModelOutline& model, const worker::RenderTask& task, int stage,
                     int strip, partition::Extent dilation, int value_bytes);

}  // namespace tessera::coordinator
