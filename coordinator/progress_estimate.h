#pragma once

#include "coordinator/cascade_state.h"
#include "coordinator/render_plan.h"
#include "worker/command.h"

namespace tessera::coordinator {

/// How far a run is and how long it will take, from predicted FLOP and measured seconds.
class ProgressEstimate {
 public:
  /// \param plan   outlives the estimate. \param state  where the run starts; what comes before is
  /// no part of it.
  ProgressEstimate(const RenderPlan& plan, CascadeState state);

  /// A command of the run has ended after `seconds`.
  void add(const worker::Command& command, double seconds);

  /// 0..1, never falls.
  double done() const;
  /// < 0 until something was measured.
  double eta_seconds() const;

 private:
  const RenderPlan& plan_;
  double total_flop_ = 0;
  double done_flop_ = 0;
  double seconds_ = 0;  ///< of commands with a predicted cost
};

}  // namespace tessera::coordinator
