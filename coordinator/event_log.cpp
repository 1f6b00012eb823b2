#include "coordinator/event_log.h"

#include <chrono>
#include <string>
#include <utility>

#include "coordinator/event_json.h"
#include "storage/storage_error.h"

namespace tessera::coordinator {
namespace {

EventJson now() { return EventJson(std::chrono::system_clock::now()); }

}  // namespace

EventLog::EventLog(const std::filesystem::path& directory, Warn warn)
    : events_(directory / "events.jsonl"),
      metrics_(directory / "metrics.jsonl"),
      warn_(std::move(warn)) {}

void EventLog::add(storage::LineFile& file, const std::string& line) {
  try {
    file.add(line);
  } catch (const storage::IoError& error) {
    if (lost_++ > 0) return;
    warn_(std::string(error.what()) +
          ". The render goes on; what it would tell there is lost, and counted as events_lost in "
          "report.json.");
  }
}

void EventLog::note_findings(const RunFindings& findings) {
  if (!findings.lock_taken_from.empty()) add(events_, now().takeover(findings.lock_taken_from));
  for (const std::string& reason : findings.rejected) {
    add(events_, now().checkpoint_rejected(reason));
  }
}

void EventLog::begin_run(int ranks, const std::filesystem::path& checkpoint) {
  add(events_, now().run_begin(ranks, checkpoint.string()));
}

void EventLog::on_item_begin(const worker::ItemTask& item) { add(events_, now().item_begin(item)); }

void EventLog::on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) {
  add(events_, now().stage_begin(item, stage));
}

void EventLog::on_command_end(const CommandRecord& record) {
  const bool step = record.command.kind == worker::CommandKind::Step;
  add(step ? metrics_ : events_, now().command_end(record));
}

void EventLog::on_frame_written(const FrameRecord& record) {
  add(events_, now().frame_written(record));
}

void EventLog::on_checkpoint(const CheckpointRecord& record) {
  add(events_, now().checkpoint(record));
}

void EventLog::on_stop_requested(const StopRequest& request) {
  add(events_, now().stop_requested(request));
}

void EventLog::on_failure(const FailureRecord& record) { add(events_, now().failure(record)); }

void EventLog::on_finished(const RunSummary& summary) { add(events_, now().finished(summary)); }

}  // namespace tessera::coordinator
