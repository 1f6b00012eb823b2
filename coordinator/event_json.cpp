#include "coordinator/event_json.h"

#include <nlohmann/json.hpp>

#include "coordinator/command_text.h"
#include "coordinator/utc_time.h"

namespace tessera::coordinator {
namespace {

using Json = nlohmann::ordered_json;

Json event(const char* name, EventJson::Time time) {
  return {{"event", name}, {"time", utc_time(time)}};
}

/// Prompts may hold bytes that are no UTF-8; they become replacement characters.
std::string line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json rank_json(const worker::Outcome& outcome) {
  Json object{{"seconds", outcome.step_seconds},      {"wait_seconds", outcome.wait_seconds},
              {"unet_seconds", outcome.unet_seconds}, {"vae_seconds", outcome.vae_seconds},
              {"bytes_sent", outcome.bytes_sent},     {"memory_peak", outcome.memory_peak}};
  if (!outcome.message_text().empty()) {
    object["message"] = std::string(outcome.message_text());
  }
  return object;
}

}  // namespace

std::string EventJson::item_begin(const worker::ItemTask& item) const {
  Json object = event("item_begin", time_);
  object["item"] = item.index;
  object["prompt"] = item.prompt;
  object["seed"] = item.seed;
  return line(object);
}

std::string EventJson::stage_begin(const worker::ItemTask& item,
                                   const worker::StagePlan& stage) const {
  Json object = event("stage_begin", time_);
  object["item"] = item.index;
  object["stage"] = stage.stage;
  object["width"] = stage.image.cols;
  object["height"] = stage.image.rows;
  object["first_step"] = stage.first_step;
  object["steps"] = stage.steps;
  object["strips"] = stage.strip_count;
  return line(object);
}

std::string EventJson::command_end(const CommandRecord& record) const {
  Json object = event("command_end", time_);
  object["command"] = name_of(record.command.kind);
  object["item"] = record.command.item;
  object["stage"] = record.command.stage;
  object["step"] = record.command.step;
  object["seconds"] = record.seconds;
  object["since_start"] = record.since_start;
  object["progress"] = record.progress;
  object["eta_seconds"] = record.eta_seconds < 0 ? Json() : Json(record.eta_seconds);
  object["ranks"] = Json::array();
  for (const worker::Outcome& outcome : record.outcomes) {
    object["ranks"].push_back(rank_json(outcome));
  }
  return line(object);
}

std::string EventJson::frame_written(const FrameRecord& record) const {
  Json object = event("frame_written", time_);
  object["item"] = record.item;
  object["stage"] = record.stage;
  if (record.frame >= 0) object["frame"] = record.frame;
  object["file"] = record.path.string();
  object["width"] = record.image.cols;
  object["height"] = record.image.rows;
  object["bytes"] = record.file_bytes;
  object["sha256"] = record.digest;
  object["since_start"] = record.since_start;
  return line(object);
}

std::string EventJson::takeover(const std::string& holder) const {
  Json object = event("takeover", time_);
  object["holder"] = holder;
  return line(object);
}

std::string EventJson::checkpoint_rejected(const std::string& reason) const {
  Json object = event("checkpoint_rejected", time_);
  object["message"] = reason;
  return line(object);
}

std::string EventJson::run_begin(int ranks, const std::string& checkpoint) const {
  Json object = event("run_begin", time_);
  object["ranks"] = ranks;
  if (!checkpoint.empty()) object["resumed_from"] = checkpoint;
  return line(object);
}

std::string EventJson::stop_requested(const StopRequest& request) const {
  Json object = event("stop_requested", time_);
  object["rank"] = request.rank;
  object["reason"] = request.reason;
  object["since_start"] = request.since_start;
  return line(object);
}

std::string EventJson::checkpoint(const CheckpointRecord& record) const {
  Json object = event(record.written() ? "checkpoint" : "checkpoint_failed", time_);
  object["item"] = record.progress.item;
  object["stage"] = record.progress.stage;
  object["next_step"] = record.progress.next_step;
  object["seconds"] = record.seconds;
  object["since_start"] = record.since_start;
  if (record.written()) {
    object["file"] = record.path.string();
    object["bytes"] = record.file_bytes;
  } else {
    object["message"] = record.error;
  }
  return line(object);
}

std::string EventJson::failure(const FailureRecord& record) const {
  Json object = event("failure", time_);
  object["rank"] = record.rank;
  object["exit_code"] = record.exit_code;
  object["message"] = record.message;
  object["command"] = describe(record.command);
  return line(object);
}

std::string EventJson::finished(const RunSummary& summary) const {
  Json object = event("finished", time_);
  object["exit_code"] = summary.exit_code;
  object["seconds"] = summary.seconds;
  object["items_done"] = summary.items_done;
  object["steps_done"] = summary.steps_done;
  if (!summary.stop_reason.empty()) object["stop_reason"] = summary.stop_reason;
  object["frames"] = summary.frames.size();
  return line(object);
}

}  // namespace tessera::coordinator
