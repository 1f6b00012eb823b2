#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/checkpoint_data.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// A picture, a frame or a container that a run makes.
struct ManifestPicture {
  enum class State {
    Due,      ///< not written yet
    Written,  ///< complete, with its digest
    Kept,     ///< was there before the run (`output.on_exists: skip`)
  };

  int item = 0;
  int stage = 0;
  std::string file;  ///< relative to the run directory
  State state = State::Due;
  std::string digest;  ///< SHA-256 of the file; "" unless written

  bool operator==(const ManifestPicture&) const = default;
};

/// manifest.json of a run directory: whose pictures it holds, which of them are complete, and how
/// the last start ended. Together with the newest checkpoint it says how the run goes on.
struct RunManifest {
  enum class State { Running, Stopped, Failed, Done };
  /// Checkpoint: the file was lost and made anew of a checkpoint, so that it may lack pictures.
  enum class Source { File, Checkpoint };

  std::string version;  ///< of tessera
  std::string keys;     ///< RunIdentity::keys
  std::string hash;     ///< RunIdentity::hash
  /// What the first start drew for the seed -1; later ones that ask for -1 take it again.
  std::optional<std::int64_t> drawn_seed;
  State state = State::Running;
  int idle_starts = 0;  ///< starts in a row, up to the last, that finished no step
  std::vector<ManifestPicture> pictures;
  Source source = Source::File;  ///< of the earliest start that it knows

  bool operator==(const RunManifest&) const = default;
  /// Nullptr if the run has no such picture. \param file  relative to the run directory.
  ManifestPicture* find(const std::string& file);
  /// The complete ones, as a checkpoint stores them.
  std::vector<storage::CheckpointOutput> outputs() const;
};

/// Items of the task, selected or not, with a picture or a frame that is kept and not complete.
/// \param kept_stages  of each item. \param manifest  of earlier starts; null if there were none.
std::set<int> unfinished_items(const worker::RenderTask& task, const std::vector<int>& kept_stages,
                               const RunManifest* manifest);

const char* name_of(RunManifest::State state);
std::string manifest_to_json(const RunManifest& manifest);
/// \throws storage::DataError naming the place.
RunManifest manifest_from_json(const std::string& text);

}  // namespace tessera::coordinator
