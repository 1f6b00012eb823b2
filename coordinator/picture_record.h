#pragma once

#include <string>
#include <vector>

#include "coordinator/render_plan.h"
#include "storage/picture_metadata.h"

namespace tessera::configs {
struct JobConfig;
}

namespace tessera::coordinator {

/// A file or folder that a configuration key names, as a picture may tell it: never a local path.
struct InputFile {
  std::string key;     ///< "model.path", "model.vae_path", "init.image", "init.mask"
  std::string name;    ///< last element of the path, or ORG/NAME
  std::string digest;  ///< SHA-256, 64 hexadecimal digits, or "" when it was not computed
  std::string path{};  ///< as the key has it, where items have different files; never recorded

  bool operator==(const InputFile&) const = default;
};

/// Everything that the pictures of a run tell about their making. References outlive this object.
struct RecordSources {
  const configs::JobConfig& config;
  const RenderPlan& plan;
  std::string version;        ///< of tessera
  std::string torch_version;  ///< the kernels decide about the last bits
  std::vector<InputFile> files;
};

/// JSON object from which `render --from` makes the picture of `item` at `stage` again:
///   {"program": "tessera", "format": 1, "version", "torch", "config": {"key": value, ...},
///    "files": [{"key", "name", "sha256"}], "stage", "ranks", "guidance_halves", "strips"}
/// `config` holds the keys that change pictures, with the item's own prompts, seed and initial
/// image and, for an earlier stage, the cascade up to it; files appear by name, those of the item
/// alone.
std::string picture_record(const RecordSources& sources, int item, int stage);

/// All that a picture file says, the record included.
storage::PictureMetadata picture_metadata(const RecordSources& sources, int item, int stage);

}  // namespace tessera::coordinator
