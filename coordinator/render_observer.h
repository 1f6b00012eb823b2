#pragma once

#include "coordinator/render_records.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// Watches a render on rank 0: progress views, event logs, reports.
///
/// Called from rank 0's main thread, in the order of events, between commands; must return quickly,
/// since the other ranks wait meanwhile. An exception ends the run.
class RenderObserver {
 public:
  virtual ~RenderObserver() = default;

  virtual void on_item_begin(const worker::ItemTask& item) = 0;
  virtual void on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) = 0;
  /// After every command but Idle and Stop, whatever its outcome.
  virtual void on_command_end(const CommandRecord& record) = 0;
  /// A picture lies under its final name. Comes some commands later than its rows.
  virtual void on_frame_written(const FrameRecord& record) = 0;
  /// A checkpoint is written, or could not be. Comes some commands later than its snapshot.
  virtual void on_checkpoint(const CheckpointRecord& record) = 0;
  /// A rank wants the run to stop; once per start. The run stops at the next state that can be
  /// saved or is, and ends as usual if there is none any more.
  virtual void on_stop_requested(const StopRequest& request) = 0;
  virtual void on_failure(const FailureRecord& record) = 0;
  /// Last call, after success as after failure.
  virtual void on_finished(const RunSummary& summary) = 0;
};

}  // namespace tessera::coordinator
