#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/render_observer.h"

namespace tessera::coordinator {

/// Keeps what it is told, one word per event; can throw at one of them.
class RecordingObserver final : public RenderObserver {
 public:
  void on_item_begin(const worker::ItemTask& item) override {
    note("item" + std::to_string(item.index));
  }
  void on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) override {
    note("stage" + std::to_string(item.index) + "." + std::to_string(stage.stage));
  }
  void on_command_end(const CommandRecord& record) override {
    commands.push_back(record);
    commands.back().outcomes = {};
    ranks = static_cast<int>(record.outcomes.size());
    switch (record.command.kind) {
      case worker::CommandKind::BeginItem:
        return note("I");
      case worker::CommandKind::BeginStage:
        return note("B");
      case worker::CommandKind::Step:
        return note("s");
      case worker::CommandKind::Checkpoint:
        return note("C");
      case worker::CommandKind::EndStage:
        return note("E");
      case worker::CommandKind::EndItem:
        return note("D");
      default:
        return note("unexpected");
    }
  }
  void on_frame_written(const FrameRecord& frame) override { frames.push_back(frame); }
  void on_checkpoint(const CheckpointRecord& record) override {
    checkpoints.push_back(record);
    note(record.written() ? "saved" : "unsaved");
  }
  void on_stop_requested(const StopRequest& request) override {
    stop_request = request;
    note("asked");
  }
  void on_failure(const FailureRecord& record) override {
    failure = record;
    note("failure");
  }
  void on_finished(const RunSummary& finished) override {
    summary = finished;
    note("finished");
  }

  std::string text() const {
    std::string result;
    for (const std::string& event : events) {
      if (!result.empty()) result += ' ';
      result += event;
    }
    return result;
  }

  std::vector<std::string> events;
  std::vector<CommandRecord> commands;
  std::vector<FrameRecord> frames;
  std::vector<CheckpointRecord> checkpoints;
  std::optional<StopRequest> stop_request;
  std::optional<FailureRecord> failure;
  std::optional<RunSummary> summary;
  int ranks = 0;
  std::function<void(const std::string& event)> on_event;

 private:
  void note(const std::string& event) {
    events.push_back(event);
    if (on_event) on_event(event);
  }
};

}  // namespace tessera::coordinator
