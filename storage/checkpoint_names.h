#pragma once

#include <compare>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "storage/checkpoint_data.h"

namespace tessera::storage {

/// What the name of a checkpoint says; compares in the order of the run: item, stage, step, with
/// the end of a stage after its steps.
struct CheckpointName {
  int item = 0;
  int stage = 0;
  enum class Kind { Running, StageEnd } kind = Kind::Running;
  int step = 0;  ///< of a running file: the next one; 0 at the end of a stage

  auto operator<=>(const CheckpointName&) const = default;
};

CheckpointName name_of(const CheckpointProgress& progress);

/// `item-00003-stage-2-step-031.h5`, or `item-00003-stage-2-end.h5` at the end of a stage.
std::filesystem::path checkpoint_name(const CheckpointProgress& progress);

/// Nothing for any other name, a temporary file's included.
std::optional<CheckpointName> parse_checkpoint_name(std::string_view name);

struct NamedCheckpoint {
  CheckpointName name;
  std::filesystem::path file;
};

/// Whatever has the name of a checkpoint in a folder, first to last in the order of the run. A
/// folder that does not exist has none. \throws IoError if it cannot be read.
std::vector<NamedCheckpoint> list_checkpoints(const std::filesystem::path& folder);

/// Those of `files` that a run which has just written `current` needs no more. It keeps `current`,
/// the newest `keep` running files of the item up to it and the ends of its stages up to it. Later
/// ones go: a run that went back to an older file leaves them. So do files of other items that are
/// not in `spared`.
std::vector<std::filesystem::path> superseded_checkpoints(const std::vector<NamedCheckpoint>& files,
                                                          const CheckpointName& current, int keep,
                                                          const std::set<int>& spared = {});

}  // namespace tessera::storage
