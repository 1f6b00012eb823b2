#include "storage/model_locator.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "storage/storage_error.h"
#include "storage/text_file.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;

bool is_plain_word(std::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

/// ORG/NAME: exactly one separator, both sides of the hub's alphabet.
bool is_repository_id(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_plain_word(text.substr(0, slash)) &&
         is_plain_word(text.substr(slash + 1));
}

fs::path check_folder(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_regular_file(folder / "model_index.json", ignored)) return folder;
  throw MissingFileError(folder.string() +
                         ": no model_index.json, so this is not the folder of a diffusers model. "
                         "Set model.path to a folder that has one.");
}

[[noreturn]] void refuse_file(const fs::path& file) {
  if (file.extension() == ".safetensors") {
    throw DataError(file.string() +
                    ": models in a single file are not supported yet. Use the folder form of the "
                    "model (it has model_index.json).");
  }
  if (file.extension() == ".ckpt") {
    throw DataError(
        file.string() +
        ": .ckpt files can hold code and are not read. Use the folder form of the model "
        "with .safetensors weights.");
  }
  throw DataError(file.string() + ": not a model. Use a folder that has model_index.json.");
}

/// The snapshot that refs/main names, else the only one there is.
fs::path snapshot_of(const fs::path& repository) {
  std::error_code ignored;
  const fs::path snapshots = repository / "snapshots";
  const fs::path main = repository / "refs" / "main";
  if (fs::is_regular_file(main, ignored)) {
    std::string revision = read_text(main, 1000);
    revision.erase(revision.find_last_not_of(" \r\n\t") + 1);
    if (is_plain_word(revision) && fs::is_directory(snapshots / revision, ignored)) {
      return snapshots / revision;
    }
  }
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(snapshots, ignored)) {
    if (entry.is_directory(ignored)) found.push_back(entry.path());
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return {};
  throw MissingFileError(repository.string() + ": " + std::to_string(found.size()) +
                         " snapshots and no refs/main that names one. Set model.path to the folder "
                         "of a snapshot.");
}

fs::path locate_in_cache(const std::string& id, const fs::path& huggingface_home) {
  std::string name = "models--" + id;
  name.replace(name.find('/'), 1, "--");
  const fs::path hub = huggingface_home / "hub";
  const fs::path snapshot = snapshot_of(hub / name);
  if (snapshot.empty()) {
    throw MissingFileError("model \"" + id + "\": no such folder, and not in the local cache " +
                           hub.string() + ". Fetch it with: hf download " + id);
  }
  return check_folder(snapshot);
}

}  // namespace

fs::path locate_video_model(const std::string& argument) {
  std::error_code ignored;
  const fs::path path(argument);
  if (fs::is_regular_file(path / "config.json", ignored)) return path;
  if (fs::is_regular_file(path / "model_index.json", ignored)) {
    throw DataError(argument + ": the model of a diffusers folder makes pictures, not clips.");
  }
  throw MissingFileError("video model \"" + argument +
                         "\": no folder with config.json. Make one with: tessera convert "
                         "MODEL.ckpt FOLDER --tokenizer DIR");
}

fs::path locate_model(const std::string& argument, const fs::path& huggingface_home) {
  std::error_code ignored;
  const fs::path path(argument);
  if (fs::is_directory(path, ignored)) return check_folder(path);
  if (fs::exists(path, ignored)) refuse_file(path);
  if (is_repository_id(argument)) return locate_in_cache(argument, huggingface_home);
  throw MissingFileError("model \"" + argument +
                         "\": no such folder. Set model.path to the folder of a diffusers model or "
                         "to the ORG/NAME of one in the local cache.");
}

}  // namespace tessera::storage
