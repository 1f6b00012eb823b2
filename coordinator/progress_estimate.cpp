#include "coordinator/progress_estimate.h"

#include <algorithm>

#include "coordinator/command_cost.h"

namespace tessera::coordinator {

ProgressEstimate::ProgressEstimate(const RenderPlan& plan, CascadeState state) : plan_(plan) {
  while (const std::optional<worker::Command> command = state.next()) {
    total_flop_ += command_flop(plan_, *command);
    state.apply(*command);
  }
}

void ProgressEstimate::add(const worker::Command& command, double seconds) {
  const double flop = command_flop(plan_, command);
  if (flop > 0) {
    done_flop_ += flop;
    seconds_ += seconds;
  }
}

double ProgressEstimate::done() const {
  return total_flop_ > 0 ? std::min(1.0, done_flop_ / total_flop_) : 1.0;
}

double ProgressEstimate::eta_seconds() const {
  if (done_flop_ <= 0) {
    return -1;
  }
  return std::max(0.0, total_flop_ - done_flop_) * (seconds_ / done_flop_);
}

}  // namespace tessera::coordinator
