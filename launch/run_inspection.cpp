#include "launch/run_inspection.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "configs/job_config_reader.h"
#include "storage/checkpoint_names.h"
#include "storage/checkpoint_reader.h"
#include "storage/content_digest.h"
#include "storage/run_lock.h"
#include "storage/text_file.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::streamoff kTailBytes = 65536;

Json config_json(const fs::path& file) {
  if (!fs::exists(file)) return {};
  try {
    configs::ConfigSources sources;
    sources.file = configs::ConfigSources::Document{file.string(), storage::read_text(file)};
    const configs::JobConfig job = configs::read_job_config(sources).job;
    return {{"name", job.name},
            {"model", job.model.path},
            {"prompts", job.prompts.size()},
            {"images_per_prompt", job.images_per_prompt},
            {"seed", job.seed}};
  } catch (const std::exception& error) {
    return {{"error", error.what()}};
  }
}

/// The last whole line of the event stream that is an object.
Json last_event(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) return {};
  const std::streamoff size = stream.tellg();
  stream.seekg(std::max<std::streamoff>(0, size - kTailBytes));
  Json last;
  for (std::string line; std::getline(stream, line);) {
    Json event = Json::parse(line, nullptr, false);
    if (event.is_object()) last = std::move(event);
  }
  if (last.is_object()) last.erase("ranks");
  return last;
}

Json manifest_json(const fs::path& file) {
  if (!fs::exists(file)) return {};
  Json manifest = Json::parse(storage::read_text(file), nullptr, false);
  return manifest.is_discarded() ? Json{{"error", "not JSON"}} : manifest;
}

Json checkpoint_json(const fs::path& file, InspectionDepth depth,
                     std::optional<storage::CheckpointData>& data) {
  std::error_code ignored;
  Json report = {{"file", file.filename().string()}, {"bytes", fs::file_size(file, ignored)}};
  try {
    data = depth == InspectionDepth::Everything ? storage::read_checkpoint(file)
                                                : storage::read_checkpoint_header(file);
    report["created_utc"] = data->created_utc;
    report["config_hash"] = data->config_hash;
  } catch (const std::runtime_error& error) {
    report["error"] = error.what();
  }
  return report;
}

/// All checkpoints; `newest` becomes the last valid one.
Json checkpoints_json(const fs::path& folder, InspectionDepth depth,
                      std::optional<storage::CheckpointData>& newest) {
  Json report = Json::array();
  for (const storage::NamedCheckpoint& each : storage::list_checkpoints(folder)) {
    std::optional<storage::CheckpointData> data;
    report.push_back(checkpoint_json(each.file, depth, data));
    if (data) newest = std::move(data);
  }
  return report;
}

std::string output_state(const fs::path& file, const std::string& digest, InspectionDepth depth) {
  if (!fs::exists(file)) return "missing";
  if (depth == InspectionDepth::Headers) return "there";
  return storage::digest_of_file(file) == digest ? "verified" : "differs from its digest";
}

/// Below images/, with what the newest checkpoint says of them.
Json pictures_json(const fs::path& root, const std::optional<storage::CheckpointData>& newest,
                   InspectionDepth depth) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(root / "images", error), end; !error && entry != end;
       entry.increment(error)) {
    const bool is_hidden = entry->path().filename().string().starts_with('.');
    if (entry->is_regular_file() && !is_hidden) {
      files.push_back(entry->path().lexically_relative(root).string());
    }
  }
  std::ranges::sort(files);
  Json report = Json::array();
  for (const std::string& file : files) {
    report.push_back({{"file", file}, {"bytes", fs::file_size(root / file)}});
  }
  if (!newest) return report;
  for (const storage::CheckpointOutput& output : newest->outputs) {
    const auto known = std::ranges::find(files, output.file);
    const std::string state = output_state(root / output.file, output.digest, depth);
    if (known == files.end()) {
      report.push_back({{"file", output.file}, {"recorded", state}});
    } else {
      report[static_cast<std::size_t>(known - files.begin())]["recorded"] = state;
    }
  }
  return report;
}

/// By the manifest; by the events, which a full disk may cut, where there is none.
std::string state_of(const std::optional<std::string>& holder, const Json& manifest,
                     const Json& event) {
  if (holder) return "running";
  if (manifest.is_object() && manifest.contains("state")) {
    return manifest["state"] == "done" ? "finished" : "unfinished";
  }
  const bool is_finished = event.is_object() && event.value("event", "") == "finished" &&
                           event.value("exit_code", 1) == 0;
  return is_finished ? "finished" : "unfinished";
}

}  // namespace

std::string inspect_run(const fs::path& folder, InspectionDepth depth) {
  const std::optional<std::string> holder = storage::lock_holder(folder / "LOCK");
  const Json event = last_event(folder / "events.jsonl");
  std::optional<storage::CheckpointData> newest;
  Json checkpoints = checkpoints_json(folder / "checkpoints", depth, newest);
  Json manifest = manifest_json(folder / "manifest.json");
  Json report = {{"path", folder.string()},
                 {"kind", "run"},
                 {"state", state_of(holder, manifest, event)},
                 {"locked_by", holder ? Json(*holder) : Json()},
                 {"config", config_json(folder / "run.yaml")},
                 {"last_event", event},
                 {"checkpoints", std::move(checkpoints)},
                 {"pictures", pictures_json(folder, newest, depth)}};
  if (!manifest.is_null()) report["manifest"] = std::move(manifest);
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tessera::launch
