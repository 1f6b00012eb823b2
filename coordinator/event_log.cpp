#include "coordinator/event_log.h"

#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "coordinator/event_json.h"
#include "storage/file_descriptor.h"
#include "storage/storage_error.h"

namespace tessera::coordinator {
namespace {

EventJson now() { return EventJson(std::chrono::system_clock::now()); }

}  // namespace

EventLog::Lines::Lines(std::filesystem::path path)
    : path_(std::move(path)), stream_(path_, std::ios::app) {
  if (!stream_) {
    throw storage::CannotCreateError(
        storage::system_message("cannot open for writing", path_, errno) +
        ". Move it away, or choose another folder (--run-dir or output.run_dir).");
  }
}

void EventLog::Lines::add(const std::string& line) {
  stream_ << line << '\n';
  stream_.flush();
  if (!stream_) {
    throw storage::IoError(path_.string() + ": writing failed; is the disk full?");
  }
}

EventLog::EventLog(const std::filesystem::path& directory)
    : events_(directory / "events.jsonl"), metrics_(directory / "metrics.jsonl") {}

void EventLog::begin_run(int ranks, const std::filesystem::path& checkpoint) {
  events_.add(now().run_begin(ranks, checkpoint.string()));
}

void EventLog::on_item_begin(const worker::ItemTask& item) { events_.add(now().item_begin(item)); }

void EventLog::on_stage_begin(const worker::ItemTask& item, const worker::StagePlan& stage) {
  events_.add(now().stage_begin(item, stage));
}

void EventLog::on_command_end(const CommandRecord& record) {
  const bool step = record.command.kind == worker::CommandKind::Step;
  (step ? metrics_ : events_).add(now().command_end(record));
}

void EventLog::on_frame_written(const FrameRecord& record) {
  events_.add(now().frame_written(record));
}

void EventLog::on_checkpoint(const CheckpointRecord& record) {
  events_.add(now().checkpoint(record));
}

void EventLog::on_failure(const FailureRecord& record) { events_.add(now().failure(record)); }

void EventLog::on_finished(const RunSummary& summary) { events_.add(now().finished(summary)); }

}  // namespace tessera::coordinator
