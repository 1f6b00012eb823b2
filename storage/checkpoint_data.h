#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tessera::storage {

/// A whole-canvas array of floats, row-major, e.g. latents [F, 4, h, w] (F = 1 for images).
struct CheckpointArray {
  std::vector<std::int64_t> shape;  ///< empty: there is no such array
  std::vector<float> values;

  bool operator==(const CheckpointArray&) const = default;
};

/// Where a run stands. A stage whose steps are all done has next_step == steps: its file is that of
/// the stage's end, and its picture is not decoded yet.
struct CheckpointProgress {
  int item = 0;
  int segment = 0;  ///< of a long video; 0 for images
  int stage = 0;
  int next_step = 0;
  int steps = 0;  ///< one past the last schedule index
  int stage_count = 1;
  std::uint64_t seed = 0;  ///< of the item
  int world_size = 1;      ///< for information only

  bool at_stage_end() const { return next_step == steps; }
  bool operator==(const CheckpointProgress&) const = default;
};

/// A file that a configuration key names, by content.
struct CheckpointInput {
  std::string key;     ///< e.g. "model.path"
  std::string digest;  ///< SHA-256, 64 hexadecimal digits

  bool operator==(const CheckpointInput&) const = default;
};

/// The final latents of a finished stage of the running item.
struct CheckpointStage {
  int stage = 0;
  CheckpointArray latents;

  bool operator==(const CheckpointStage&) const = default;
};

/// A picture that lies complete under its final name.
struct CheckpointOutput {
  int item = 0;
  int stage = 0;
  std::string file;    ///< relative to the run directory
  std::string digest;  ///< SHA-256 of the file

  bool operator==(const CheckpointOutput&) const = default;
};

/// Everything that a run needs to go on; the content of one checkpoint file, whatever its layout
/// (docs/checkpoint_format.md). Noise and crop jitter are not in it: they follow from the seed.
struct CheckpointData {
  std::string created_utc;     ///< e.g. "2026-11-25T11:04:11Z"
  std::string writer_version;  ///< of tessera
  int picture_version = 1;     ///< raised whenever a change to the program changes pictures
  std::string rng_scheme = "philox4x32-10/1";
  std::string config_hash;   ///< of all that decides about the picture; 64 hexadecimal digits
  std::string plan_hash;     ///< for information only
  std::string mode;          ///< `method.mode`
  std::string job_id;        ///< of the batch system, or ""
  std::string config_yaml;   ///< the complete merged configuration
  std::string picture_keys;  ///< JSON object: every key that changes the picture, with its value
  CheckpointProgress progress;
  std::vector<CheckpointInput> inputs;
  CheckpointArray x;                      ///< sampler latents before step next_step
  CheckpointArray z_up;                   ///< upscaled clean latents of the stage; none at stage 0
  std::vector<CheckpointStage> stages;    ///< finished stages of the item, ascending
  std::vector<CheckpointOutput> outputs;  ///< of all items

  bool operator==(const CheckpointData&) const = default;
};

}  // namespace tessera::storage
