#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "coordinator/cascade_state.h"
#include "coordinator/run_identity.h"
#include "storage/checkpoint_data.h"
#include "worker/render_task.h"
#include "worker/stage_snapshot.h"

namespace tessera::coordinator {

/// The run directory belongs to a run with another configuration, model or program (exit code 76).
class ResumeRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// \param place  the run directory, for the message. \param stored  RunIdentity::keys of the run in
/// it. \throws ResumeRefused naming every key that differs with both values; storage::DataError.
void check_same_run(const std::string& place, const RunIdentity& here, const std::string& stored);

/// Where a run begins and what its stages begin from. Without snapshots it starts with the first
/// item that is to be rendered.
struct RunStart {
  CascadeStart start;
  std::vector<worker::StageSnapshot> snapshots;

  bool from_checkpoint() const { return !snapshots.empty(); }
};

/// How a run goes on from a checkpoint. \param task  finished items are left in it.
/// \param lost  finished stages of the checkpoint's item whose pictures are kept but not there.
/// A start without snapshots if the checkpoint's item is left: all its pictures are complete.
/// \throws storage::DataError if the checkpoint does not fit the task, naming both values.
RunStart resume_from(const storage::CheckpointData& checkpoint, const worker::RenderTask& task,
                     const std::vector<int>& lost);

}  // namespace tessera::coordinator
