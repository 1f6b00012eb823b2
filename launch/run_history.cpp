#include "launch/run_history.h"

#include <functional>
#include <system_error>
#include <utility>

#include "coordinator/resume.h"
#include "storage/checkpoint_reader.h"
#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;
using coordinator::ManifestPicture;
using coordinator::RunManifest;

constexpr const char* kStartOver = " To start over, use --resume never.";

/// The newest one of these items. \throws storage::DataError if all that there are are damaged.
storage::FoundCheckpoint newest_of(const storage::RunDirectory& run,
                                   const std::function<bool(int item)>& wants) {
  storage::FoundCheckpoint found = storage::find_checkpoint(run.checkpoints(), wants);
  if (found.data || found.rejected.empty()) return found;
  std::string text = run.checkpoints().string() +
                     ": every checkpoint of the unfinished items that are to be made is damaged:";
  for (const std::string& reason : found.rejected) text += " " + reason + ";";
  throw storage::DataError(text + " delete these files to begin their items anew.");
}

/// Of an item that is selected and unfinished: those of others are kept for other starts.
void read_newest(const storage::RunDirectory& run, const RunWork& work, RunHistory& history) {
  std::set<int> due;
  for (const worker::ItemTask& item : work.task.items) {
    const bool selected = item.work == worker::ItemWork::Render;
    if (selected && history.unfinished.contains(item.index)) due.insert(item.index);
  }
  storage::FoundCheckpoint found = newest_of(run, [&](int item) { return due.contains(item); });
  history.rejected = std::move(found.rejected);
  history.checkpoint = std::move(found.data);
  history.checkpoint_file = found.file;
}

[[noreturn]] void refuse_version(const storage::CheckpointVersionError& error) {
  throw coordinator::ResumeRefused(std::string(error.what()) + kStartOver);
}

/// The newest checkpoint, or the one that is named. One of another format version is not damaged:
/// its run is that of another program.
void read_checkpoints(const storage::RunDirectory& run, const RenderRequest& request,
                      const RunWork& work, RunHistory& history) {
  try {
    if (request.checkpoint_file.empty()) {
      read_newest(run, work, history);
    } else {
      history.checkpoint_file = request.checkpoint_file;
      history.checkpoint = storage::read_checkpoint(request.checkpoint_file);
    }
  } catch (const storage::CheckpointVersionError& error) {
    refuse_version(error);
  }
}

/// A checkpoint knows the pictures of its time, should the manifest be lost.
RunManifest manifest_of(const storage::CheckpointData& checkpoint) {
  RunManifest manifest;
  manifest.source = RunManifest::Source::Checkpoint;
  manifest.version = checkpoint.writer_version;
  manifest.keys = checkpoint.picture_keys;
  manifest.hash = checkpoint.config_hash;
  for (const storage::CheckpointOutput& output : checkpoint.outputs) {
    manifest.pictures.push_back(
        {output.item, output.stage, output.file, ManifestPicture::State::Written, output.digest});
  }
  return manifest;
}

/// \throws storage::DataError, IoError.
std::optional<RunManifest> stored_manifest(const fs::path& run) {
  const fs::path file = run / "manifest.json";
  if (!fs::exists(file)) return std::nullopt;
  return coordinator::manifest_from_json(storage::read_text(file));
}

void read_manifest(const storage::RunDirectory& run, RunHistory& history) {
  try {
    history.manifest = stored_manifest(run.root());
  } catch (const storage::DataError& error) {
    history.warnings.push_back(std::string("the manifest is passed over: ") + error.what());
  }
}

bool is_there(const fs::path& file, const std::string& digest) {
  return fs::is_regular_file(file) && storage::digest_of_file(file) == digest;
}

/// Of the newest checkpoint of any item, should manifest.json be lost.
void rebuild_manifest(const storage::RunDirectory& run, RunHistory& history) {
  try {
    const storage::FoundCheckpoint newest = newest_of(run, nullptr);
    if (newest.data) history.manifest = manifest_of(*newest.data);
  } catch (const storage::CheckpointVersionError& error) {
    refuse_version(error);
  }
}

/// A picture that was written counts only while its file has the recorded content.
void check_pictures(const storage::RunDirectory& run, RunHistory& history) {
  for (ManifestPicture& picture : history.manifest->pictures) {
    if (picture.state != ManifestPicture::State::Written) continue;
    if (is_there(run.root() / picture.file, picture.digest)) continue;
    history.warnings.push_back(picture.file + " is lost or was changed, and is made again");
    picture.state = ManifestPicture::State::Due;
    picture.digest.clear();
  }
}

}  // namespace

RunHistory read_history(const storage::RunDirectory& run, const RenderRequest& request,
                        const coordinator::RunIdentity& identity, const RunWork& work) {
  const std::string place = run.root().string();
  RunHistory history;
  history.unfinished = coordinator::unfinished_items(work.task, work.kept_stages, nullptr);
  if (request.resume == RenderRequest::Resume::Never) return history;
  read_manifest(run, history);
  if (!history.manifest) rebuild_manifest(run, history);
  if (history.manifest) {
    coordinator::check_same_run(place, identity, history.manifest->keys);
    check_pictures(run, history);
    history.unfinished =
        coordinator::unfinished_items(work.task, work.kept_stages, &*history.manifest);
  }
  read_checkpoints(run, request, work, history);
  const bool required = request.resume == RenderRequest::Resume::Require;
  if (history.empty() && required) {
    throw storage::DataError(run.root().string() +
                             " holds no run to go on with, neither a checkpoint nor a manifest." +
                             kStartOver);
  }
  if (history.checkpoint) {
    coordinator::check_same_run(place, identity, history.checkpoint->picture_keys);
  }
  return history;
}

std::optional<std::int64_t> drawn_seed_of(const fs::path& run, const RenderRequest& request) {
  if (request.resume == RenderRequest::Resume::Never) return std::nullopt;
  try {
    const std::optional<RunManifest> manifest = stored_manifest(run);
    return manifest ? manifest->drawn_seed : std::nullopt;
  } catch (const storage::DataError&) {
    return std::nullopt;  // read_history() tells it
  }
}

void forget_history(const storage::RunDirectory& run) {
  std::error_code error;
  fs::remove_all(run.checkpoints(), error);
  if (!error) fs::remove(run.root() / "manifest.json", error);
  if (error) {
    throw storage::IoError(run.root().string() +
                           ": cannot remove what an earlier run left: " + error.message() + ".");
  }
}

}  // namespace tessera::launch
