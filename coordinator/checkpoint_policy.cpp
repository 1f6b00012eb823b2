#include "coordinator/checkpoint_policy.h"

#include "worker/outcome.h"

namespace tessera::coordinator {
namespace {

bool is_due(const configs::CheckpointConfig::Every& every, const CheckpointMoment& moment) {
  return (every.seconds && moment.seconds_since_last >= *every.seconds) ||
         (every.steps && moment.steps_since_last >= *every.steps);
}

}  // namespace

CheckpointDecision decide_checkpoint(const configs::CheckpointConfig& config,
                                     const CheckpointMoment& moment) {
  if ((moment.requests & worker::kRequestStop) != 0) return CheckpointDecision::WriteAndStop;
  if (moment.place == CheckpointMoment::Place::StageEnd ||
      (moment.requests & worker::kRequestCheckpoint) != 0) {
    return CheckpointDecision::Write;
  }
  const bool free = moment.writer == CheckpointMoment::Writer::Free;
  return free && is_due(config.every, moment) ? CheckpointDecision::Write
                                              : CheckpointDecision::GoOn;
}

}  // namespace tessera::coordinator
