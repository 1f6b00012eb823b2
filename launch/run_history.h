#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/run_identity.h"
#include "coordinator/run_manifest.h"
#include "launch/render_request.h"
#include "storage/checkpoint_data.h"
#include "storage/run_directory.h"
#include "worker/render_task.h"

namespace tessera::launch {

/// What a start of a run is to make.
struct RunWork {
  const worker::RenderTask& task;  ///< items that are not selected are left in it
  std::vector<int> kept_stages;    ///< whose pictures are kept
};

/// What an earlier start left in a run directory for this one to go on from.
struct RunHistory {
  std::optional<coordinator::RunManifest> manifest;  ///< with the pictures that are really there
  std::optional<storage::CheckpointData> checkpoint;
  std::filesystem::path checkpoint_file;
  std::set<int> unfinished;           ///< items with a picture that is not there
  std::vector<std::string> rejected;  ///< damaged checkpoints that are passed over: name and reason
  std::vector<std::string> warnings;  ///< of lost pictures and of an unreadable manifest

  bool empty() const { return !manifest && !checkpoint; }
};

/// Reads the manifest of a run directory and the newest checkpoint of an item that is selected and
/// unfinished, and checks that they are of the run that is asked for. Rank 0, with the lock. Empty
/// with `--resume never`. \throws coordinator::ResumeRefused, also for a checkpoint of another
/// format version;
///         storage::DataError if every checkpoint is damaged, or there
///         is nothing to go on from and `--resume require` wants it; MissingFileError for
///         --checkpoint; IoError.
RunHistory read_history(const storage::RunDirectory& run, const RenderRequest& request,
                        const coordinator::RunIdentity& identity, const RunWork& work);

/// The seed that an earlier start in this run directory drew, if there was one. Rank 0; needs no
/// lock, since it stays the same for the life of a run. Nothing with `--resume never`.
std::optional<std::int64_t> drawn_seed_of(const std::filesystem::path& run,
                                          const RenderRequest& request);

/// Removes checkpoints and manifest of an earlier run, for one that starts over.
/// \throws storage::IoError.
void forget_history(const storage::RunDirectory& run);

}  // namespace tessera::launch
