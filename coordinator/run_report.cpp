#include "coordinator/run_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "storage/text_file.h"

namespace tessera::coordinator {
namespace {

using Json = nlohmann::ordered_json;
using worker::CommandKind;

/// Means over the ranks that took part in the work of a stage: an idle rank only waits.
double mean_wait(const CommandRecord& record) {
  double sum = 0;
  int working = 0;
  for (const worker::Outcome& outcome : record.outcomes) {
    if (outcome.unet_seconds > 0 || outcome.vae_seconds > 0) {
      sum += outcome.wait_seconds;
      ++working;
    }
  }
  return working > 0 ? sum / working : 0;
}

Json stage_json(const worker::StagePlan& plan, const RunReport::StageTotals& totals) {
  Json object{{"stage", plan.stage},
              {"width", plan.image.cols},
              {"height", plan.image.rows},
              {"strips", plan.strip_count},
              {"steps", totals.steps},
              {"seconds", totals.seconds},
              {"unet_seconds", totals.unet_seconds},
              {"vae_seconds", totals.vae_seconds},
              {"communication_seconds", totals.communication_seconds}};
  object["bytes_sent_per_step"] = Json::array();
  for (const std::uint64_t bytes : totals.step_bytes) {
    object["bytes_sent_per_step"].push_back(
        totals.steps > 0 ? bytes / static_cast<std::uint64_t>(totals.steps) : 0);
  }
  return object;
}

Json frame_json(const FrameRecord& frame) {
  return {{"item", frame.item},        {"stage", frame.stage},       {"file", frame.path.string()},
          {"width", frame.image.cols}, {"height", frame.image.rows}, {"bytes", frame.file_bytes}};
}

}  // namespace

RunReport::RunReport(const RenderPlan& plan, std::filesystem::path file, const EventLog* events)
    : plan_(plan), file_(std::move(file)), events_(events), stages_(plan.task.stages.size()) {}

void RunReport::on_command_end(const CommandRecord& record) {
  peak_memory_.resize(record.outcomes.size());
  double unet = 0;
  double vae = 0;
  for (std::size_t rank = 0; rank < record.outcomes.size(); ++rank) {
    const worker::Outcome& outcome = record.outcomes[rank];
    peak_memory_[rank] = std::max(peak_memory_[rank], outcome.memory_peak);
    unet = std::max(unet, outcome.unet_seconds);
    vae = std::max(vae, outcome.vae_seconds);
  }
  const CommandKind kind = record.command.kind;
  if (kind == CommandKind::BeginItem || kind == CommandKind::EndItem) {
    item_seconds_ += record.seconds;
    return;
  }
  StageTotals& stage = stages_.at(static_cast<std::size_t>(record.command.stage));
  stage.seconds += record.seconds;
  stage.unet_seconds += unet;
  stage.vae_seconds += vae;
  stage.communication_seconds += mean_wait(record);
  stage.step_bytes.resize(record.outcomes.size());
  if (kind == CommandKind::Step) {
    ++stage.steps;
    for (std::size_t rank = 0; rank < record.outcomes.size(); ++rank) {
      stage.step_bytes[rank] += record.outcomes[rank].bytes_sent;
    }
  }
}

void RunReport::on_checkpoint(const CheckpointRecord& record) {
  checkpoints_ += record.written() ? 1 : 0;
  checkpoint_seconds_ += record.seconds;
}

void RunReport::on_failure(const FailureRecord& record) { failure_ = record.message; }

std::string RunReport::to_json(const RunSummary& summary) const {
  Json object{{"exit_code", summary.exit_code},   {"seconds", summary.seconds},
              {"ranks", plan_.task.grid.world},   {"guidance_halves", plan_.task.grid.halves},
              {"items", plan_.task.items.size()}, {"items_done", summary.items_done},
              {"item_seconds", item_seconds_}};
  object["checkpoints"] = checkpoints_;
  object["checkpoint_seconds"] = checkpoint_seconds_;
  object["events_lost"] = events_ != nullptr ? events_->lost() : 0;
  if (!failure_.empty()) {
    object["failure"] = failure_;
  }
  object["peak_memory_bytes"] = peak_memory_;
  object["stages"] = Json::array();
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    object["stages"].push_back(stage_json(plan_.task.stages[s], stages_[s]));
  }
  object["files"] = Json::array();
  for (const FrameRecord& frame : summary.frames) {
    object["files"].push_back(frame_json(frame));
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void RunReport::on_finished(const RunSummary& summary) {
  storage::write_text(file_, to_json(summary));
}

}  // namespace tessera::coordinator
