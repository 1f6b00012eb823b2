#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "coordinator/render_observer.h"
#include "storage/line_file.h"

namespace tessera::coordinator {

/// Appends the event stream of a run to events.jsonl and one object per denoising step to
/// metrics.jsonl, line by line, so that other programs can follow a run. Lines that cannot be
/// written, as on a full disk, are lost and counted; the run goes on without them.
class EventLog final : public RenderObserver {
 public:
  /// Hears of the first line that is lost.
  using Warn = std::function<void(const std::string&)>;

  /// \param directory  of the run; exists. \throws storage::CannotCreateError.
  EventLog(const std::filesystem::path& directory, Warn warn);

  /// A line for the lock that was taken over, one for each checkpoint that was passed over.
  void note_findings(const RunFindings& findings);
  /// The begin of a start that has something to do.
  /// \param checkpoint  that it goes on from, or empty.
  void begin_run(int ranks, const std::filesystem::path& checkpoint);

  void on_item_begin(const worker::ItemTask& item) override;
  void on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) override;
  void on_command_end(const CommandRecord& record) override;
  void on_frame_written(const FrameRecord& record) override;
  void on_checkpoint(const CheckpointRecord& record) override;
  void on_stop_requested(const StopRequest& request) override;
  void on_failure(const FailureRecord& record) override;
  void on_finished(const RunSummary& summary) override;

  /// Lines of both files that could not be written.
  int lost() const { return lost_; }

 private:
  void add(storage::LineFile& file, const std::string& line);

  storage::LineFile events_;
  storage::LineFile metrics_;
  Warn warn_;
  int lost_ = 0;
};

}  // namespace tessera::coordinator
