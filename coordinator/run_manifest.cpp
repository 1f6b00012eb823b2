#include "coordinator/run_manifest.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "storage/storage_error.h"

namespace tessera::coordinator {
namespace {

using Json = nlohmann::ordered_json;
using Picture = ManifestPicture;

constexpr int kFormat = 1;
constexpr std::array<const char*, 3> kPictureStates{"due", "written", "kept"};
constexpr std::array<const char*, 4> kRunStates{"running", "stopped", "failed", "done"};

/// The enumerator whose name stands at its index. \throws storage::DataError.
template <typename State, std::size_t N>
State state_of(const std::array<const char*, N>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw storage::DataError("manifest.json: unknown state \"" + name + "\".");
  }
  return static_cast<State>(found - names.begin());
}

Json to_json(const Picture& picture) {
  Json json{{"item", picture.item},
            {"stage", picture.stage},
            {"file", picture.file},
            {"state", kPictureStates[static_cast<std::size_t>(picture.state)]}};
  if (!picture.digest.empty()) json["sha256"] = picture.digest;
  return json;
}

Picture picture_from(const Json& json) {
  Picture picture;
  picture.item = json.at("item");
  picture.stage = json.at("stage");
  picture.file = json.at("file");
  picture.state = state_of<Picture::State>(kPictureStates, json.at("state"));
  picture.digest = json.value("sha256", "");
  return picture;
}

}  // namespace

ManifestPicture* RunManifest::find(const std::string& file) {
  const auto found = std::find_if(pictures.begin(), pictures.end(),
                                  [&](const Picture& picture) { return picture.file == file; });
  return found == pictures.end() ? nullptr : &*found;
}

std::vector<storage::CheckpointOutput> RunManifest::outputs() const {
  std::vector<storage::CheckpointOutput> complete;
  for (const Picture& picture : pictures) {
    if (picture.state == Picture::State::Written) {
      complete.push_back({picture.item, picture.stage, picture.file, picture.digest});
    }
  }
  return complete;
}

std::set<int> unfinished_items(const worker::RenderTask& task, const std::vector<int>& kept_stages,
                               const RunManifest* manifest) {
  std::map<std::pair<int, int>, int> complete;  // pictures and frames by item and stage
  if (manifest != nullptr) {
    for (const Picture& picture : manifest->pictures) {
      const bool there = picture.state != Picture::State::Due && picture.file.ends_with(".png");
      if (there) ++complete[{picture.item, picture.stage}];
    }
  }
  std::set<int> unfinished;
  for (const worker::ItemTask& item : task.items) {
    for (const int stage : kept_stages) {
      if (complete[{item.index, stage}] < task.frames()) unfinished.insert(item.index);
    }
  }
  return unfinished;
}

const char* name_of(RunManifest::State state) {
  return kRunStates[static_cast<std::size_t>(state)];
}

std::string manifest_to_json(const RunManifest& manifest) {
  Json json{{"program", "tessera"},
            {"format", kFormat},
            {"version", manifest.version},
            {"state", name_of(manifest.state)},
            {"idle_starts", manifest.idle_starts},
            {"config_hash", manifest.hash}};
  if (manifest.drawn_seed) json["drawn_seed"] = *manifest.drawn_seed;
  if (manifest.source == RunManifest::Source::Checkpoint) json["rebuilt"] = true;
  json["config"] = Json::parse(manifest.keys);
  json["pictures"] = Json::array();
  for (const Picture& picture : manifest.pictures) json["pictures"].push_back(to_json(picture));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

RunManifest manifest_from_json(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != kFormat) {
      throw storage::DataError("manifest.json has format " + json.at("format").dump() +
                               "; this tessera reads format " + std::to_string(kFormat) + ".");
    }
    RunManifest manifest;
    manifest.version = json.at("version");
    manifest.keys = nlohmann::json(json.at("config")).dump();  // keys in order of their names
    manifest.hash = json.at("config_hash");
    if (json.contains("drawn_seed")) manifest.drawn_seed = json["drawn_seed"].get<std::int64_t>();
    if (json.value("rebuilt", false)) manifest.source = RunManifest::Source::Checkpoint;
    manifest.state = state_of<RunManifest::State>(kRunStates, json.at("state"));
    manifest.idle_starts = json.at("idle_starts");
    for (const Json& picture : json.at("pictures")) {
      manifest.pictures.push_back(picture_from(picture));
    }
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw storage::DataError(std::string("manifest.json is not the manifest of a run: ") +
                             error.what());
  }
}

}  // namespace tessera::coordinator
