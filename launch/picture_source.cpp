#include "launch/picture_source.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "configs/prompt_init.h"
#include "coordinator/recorded_picture.h"
#include "launch/environment.h"
#include "launch/shipped_model.h"
#include "storage/content_digest.h"
#include "storage/model_locator.h"
#include "storage/png_reader.h"
#include "storage/storage_error.h"
#include "storage/weight_files.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;
using configs::ConfigSources;
using coordinator::InputFile;
using Json = nlohmann::ordered_json;

struct Component {
  const char* folder;
  const char* weights;
};
constexpr Component kComponents[] = {{"unet", "diffusion_pytorch_model"},
                                     {"vae", "diffusion_pytorch_model"},
                                     {"text_encoder", "model"},
                                     {"text_encoder_2", "model"}};

constexpr const char* kFileKeys[] = {"model.path", "model.vae_path", "init.image", "init.mask"};

bool is_file_key(const std::string& key) {
  return std::find(std::begin(kFileKeys), std::end(kFileKeys), key) != std::end(kFileKeys);
}

std::string digest_of_weights(const fs::path& folder, const Component& part,
                              const std::string& variant) {
  storage::ContentDigest digest;
  for (const fs::path& file : storage::weight_files(folder, part.weights, variant).files) {
    digest.add(file.filename().string() + "\n" + storage::digest_of_file(file) + "\n");
  }
  return digest.hex();
}

std::string digest_of_video_model(const fs::path& folder) {
  storage::ContentDigest digest;
  for (const char* file : {"config.json", "merges.txt", "model.safetensors", "vocab.json"}) {
    digest.add(std::string(file) + "\n" + storage::digest_of_file(folder / file) + "\n");
  }
  return digest.hex();
}

/// Without the autoencoder when another one replaces it.
std::string digest_of_model(const configs::JobConfig& job) {
  const configs::JobConfig::Model& model = job.model;
  if (job.kind == configs::JobConfig::Kind::Video) return digest_of_video_model(model.path);
  storage::ContentDigest digest;
  for (const Component& part : kComponents) {
    if (!model.vae_path.empty() && std::string(part.folder) == "vae") continue;
    digest.add(std::string(part.folder) + "\n" +
               digest_of_weights(fs::path(model.path) / part.folder, part, model.variant) + "\n");
  }
  return digest.hex();
}

std::string last_name(const std::string& path) {
  const fs::path whole(path);
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

coordinator::RecordedPicture record_of(const std::string& picture) {
  const auto texts = storage::read_png_text(picture);
  const auto record = texts.find("tessera");
  if (record == texts.end()) {
    throw storage::DataError(picture +
                             ": this picture does not tell how it was made: it has no PNG text "
                             "\"tessera\". Give the settings yourself.");
  }
  return coordinator::read_record(record->second);
}

bool is_given(const ConfigSources& sources, const std::string& key) {
  const auto sets = [&](const ConfigSources::Setting& setting) { return setting.key == key; };
  return std::any_of(sources.options.begin(), sources.options.end(), sets) ||
         std::any_of(sources.environment.begin(), sources.environment.end(), sets);
}

/// Where the file that a record names lies, or "".
std::string find_by_name(const InputFile& file, const fs::path& picture_folder) {
  std::error_code ignored;
  std::vector<std::string> places{file.name, (picture_folder / file.name).string()};
  if (file.key == "model.path") places.push_back(find_shipped_model("examples/" + file.name));
  for (const std::string& place : places) {
    if (fs::exists(place, ignored)) return place;
  }
  if (file.key == "model.path" && file.name.find('/') != std::string::npos) {
    return storage::locate_model(file.name, huggingface_home()).string();
  }
  return "";
}

std::string option_of(const std::string& key) {
  if (key == "model.path") return "-m FOLDER";
  if (key == "model.vae_path") return "--vae-path FOLDER";
  return key == "init.image" ? "-i FILE" : "--mask FILE";
}

}  // namespace

std::vector<InputFile> input_files(const configs::JobConfig& job) {
  std::vector<InputFile> files;
  const std::string& variant = job.model.variant;
  files.push_back({"model.path", last_name(job.model.path), digest_of_model(job)});
  if (!job.model.vae_path.empty()) {
    files.push_back({"model.vae_path", last_name(job.model.vae_path),
                     digest_of_weights(job.model.vae_path, kComponents[1], variant)});
  }
  std::set<std::pair<std::string, std::string>> seen;
  const auto add_file = [&](const char* key, const std::string& path) {
    if (path.empty() || !seen.insert({key, path}).second) return;
    files.push_back({key, last_name(path), storage::digest_of_file(path), path});
  };
  for (const configs::PromptConfig& prompt : job.prompts) {
    const configs::JobConfig::Init init = configs::init_of(job, prompt);
    add_file("init.image", init.image);
    add_file("init.mask", init.mask);
  }
  return files;
}

void add_picture(const std::string& picture, ConfigSources& sources) {
  const coordinator::RecordedPicture record = record_of(picture);
  Json config = Json::parse(record.config);
  for (const char* key : kFileKeys) config[key] = "";
  for (const InputFile& file : record.files) {
    if (!is_file_key(file.key) || is_given(sources, file.key)) continue;
    const std::string found = find_by_name(file, fs::path(picture).parent_path());
    if (found.empty()) {
      throw storage::MissingFileError(file.key + ": the picture was made with \"" + file.name +
                                      "\", which is not found here. Give it with " +
                                      option_of(file.key) + ".");
    }
    config[file.key] = found;
  }
  sources.picture = ConfigSources::Document{picture, config.dump()};
}

void check_files_of_picture(const std::string& picture, const std::vector<InputFile>& files) {
  for (const InputFile& recorded : record_of(picture).files) {
    for (const InputFile& file : files) {
      if (file.key != recorded.key || recorded.digest.empty()) continue;
      if (file.digest == recorded.digest) continue;
      throw storage::DataError(file.key + ": \"" + file.name + "\" has SHA-256 " + file.digest +
                               ", but the picture was made with \"" + recorded.name + "\" of " +
                               recorded.digest + ". Give the same one with " + option_of(file.key) +
                               ".");
    }
  }
}

}  // namespace tessera::launch
