#pragma once

#include <chrono>
#include <string>

#include "coordinator/render_records.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// Events of a render as one-line JSON objects without a line break: what events.jsonl,
/// metrics.jsonl and `progress: json` consist of. Every object has `event` and `time` (UTC,
/// ISO 8601, milliseconds). Pure.
class EventJson {
 public:
  using Time = std::chrono::system_clock::time_point;

  explicit EventJson(Time time) : time_(time) {}

  std::string item_begin(const worker::ItemTask& item) const;
  std::string stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) const;
  /// With seconds, waiting, bytes, memory and the error or warning of every rank.
  std::string command_end(const CommandRecord& record) const;
  std::string frame_written(const FrameRecord& record) const;
  /// \param holder  of the run directory's lock, which is gone.
  std::string takeover(const std::string& holder) const;
  /// \param reason  begins with the name of the file.
  std::string checkpoint_rejected(const std::string& reason) const;
  /// \param checkpoint  the file that the run goes on from, or "".
  std::string run_begin(int ranks, const std::string& checkpoint) const;
  std::string stop_requested(const StopRequest& request) const;
  std::string checkpoint(const CheckpointRecord& record) const;
  std::string failure(const FailureRecord& record) const;
  std::string finished(const RunSummary& summary) const;

 private:
  Time time_;
};

}  // namespace tessera::coordinator
