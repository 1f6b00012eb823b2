#include "coordinator/run_identity.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "configs/config_listing.h"
#include "configs/job_config.h"
#include "coordinator/picture_version.h"
#include "storage/checkpoint_data.h"
#include "storage/content_digest.h"
#include "storage/storage_error.h"

namespace tessera::coordinator {
namespace {

using Json = nlohmann::json;  // keys in order of their names

constexpr std::size_t kLongestValue = 200;  // bytes of a value in a message

std::string shown(const Json& object, const std::string& key) {
  if (!object.contains(key)) return "nothing";
  std::string text = object[key].dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kLongestValue) text = text.substr(0, kLongestValue) + "...";
  return text;
}

Json object_of(const std::string& text) {
  Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) {
    throw storage::DataError("the keys of the stored run are not a JSON object: \"" +
                             text.substr(0, kLongestValue) + "\".");
  }
  return object;
}

std::string shown_digest(const InputFile& file) { return "SHA-256 " + file.digest; }

/// The job with the digest of each initial image and mask in place of its path, so that a run may
/// go on from another folder.
configs::JobConfig without_paths(configs::JobConfig job, const std::vector<InputFile>& files) {
  const auto exchange = [&files](std::string& path) {
    const auto is_it = [&path](const InputFile& file) { return file.path == path; };
    const auto file = std::find_if(files.begin(), files.end(), is_it);
    if (!path.empty() && file != files.end()) path = shown_digest(*file);
  };
  exchange(job.init.image);
  exchange(job.init.mask);
  for (configs::PromptConfig& prompt : job.prompts) {
    if (prompt.image) exchange(*prompt.image);
    if (prompt.mask) exchange(*prompt.mask);
  }
  return job;
}

bool changes_picture(const configs::ConfigKey& key) {
  return key.picture == configs::ConfigKey::Picture::Changes;
}

}  // namespace

RunIdentity run_identity(const configs::JobConfig& job, const std::vector<InputFile>& files) {
  Json keys = Json::parse(configs::keys_as_json(without_paths(job, files), changes_picture));
  for (const InputFile& file : files) {
    if (file.path.empty()) keys[file.key] = shown_digest(file);
  }
  keys["picture_version"] = kPictureVersion;
  keys["rng_scheme"] = storage::CheckpointData().rng_scheme;
  RunIdentity identity;
  identity.keys = keys.dump(-1, ' ', false, Json::error_handler_t::replace);
  identity.hash = storage::digest_of_text(identity.keys);
  return identity;
}

std::vector<std::string> identity_differences(const std::string& here, const std::string& there) {
  const Json mine = object_of(here);
  const Json stored = object_of(there);
  Json names = mine;
  names.update(stored);
  std::vector<std::string> differences;
  for (const auto& [key, value] : names.items()) {
    const bool equal = mine.contains(key) && stored.contains(key) && mine[key] == stored[key];
    if (equal) continue;
    differences.push_back(key + ": " + shown(mine, key) + " here, " + shown(stored, key) +
                          " there");
  }
  return differences;
}

}  // namespace tessera::coordinator
