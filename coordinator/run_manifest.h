#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/checkpoint_data.h"

namespace tessera::coordinator {

/// A picture that a run makes.
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

  std::string version;  ///< of tessera
  std::string keys;     ///< RunIdentity::keys
  std::string hash;     ///< RunIdentity::hash
  /// What the first start drew for the seed -1; later ones that ask for -1 take it again.
  std::optional<std::int64_t> drawn_seed;
  State state = State::Running;
  int idle_starts = 0;  ///< starts in a row, up to the last, that finished no step
  std::vector<ManifestPicture> pictures;

  bool operator==(const RunManifest&) const = default;
  /// Nullptr if the run has no such picture.
  ManifestPicture* find(int item, int stage);
  /// The complete ones, as a checkpoint stores them.
  std::vector<storage::CheckpointOutput> outputs() const;
};

const char* name_of(RunManifest::State state);
std::string manifest_to_json(const RunManifest& manifest);
/// \throws storage::DataError naming the place.
RunManifest manifest_from_json(const std::string& text);

}  // namespace tessera::coordinator
