#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "partition/extent.h"
#include "partition/rank_grid.h"
#include "worker/clip_plan.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

enum class SamplerKind { Euler, EulerAncestral };
enum class TimestepSpacing { Leading, Trailing };
enum class StateDtype { Fp32, Fp16 };
enum class Posterior { Sample, Mean };
enum class UpscaleSpace { Image, Latent };
enum class TokenizerKind { Clip, ClipBasic };

/// Random: made up from the shapes that the config files give, for measurements.
enum class WeightOrigin { Files, Random };

struct ModelFiles {
  std::string directory;      ///< diffusers layout
  std::string variant;        ///< "" or "fp16", ...
  std::string vae_directory;  ///< a replacement autoencoder, or ""
  TokenizerKind tokenizer = TokenizerKind::Clip;
  WeightOrigin weights = WeightOrigin::Files;

  bool operator==(const ModelFiles&) const = default;
};

struct SamplingPlan {
  SamplerKind sampler = SamplerKind::Euler;
  TimestepSpacing spacing = TimestepSpacing::Leading;
  int steps = 50;
  double guidance_scale = 7.5;  ///< 0 or 1: one prediction per step
  double guidance_rescale = 0;
  StateDtype state = StateDtype::Fp32;

  bool operator==(const SamplingPlan&) const = default;
  bool guided() const { return guidance_scale != 0.0 && guidance_scale != 1.0; }
};

struct FreeUPlan {
  double b1 = 1.1;
  double b2 = 1.2;
  double s1 = 0.6;
  double s2 = 0.4;

  bool operator==(const FreeUPlan&) const = default;
};

/// Leave: it is not selected, or its pictures are there: no command is issued for it.
enum class ItemWork { Render, Leave };

/// One prompt with one seed: one picture or clip.
struct ItemTask {
  int index = 0;
  std::string prompt;
  std::optional<std::string> negative_prompt;  ///< nullopt: zero embedding; of clips the empty text
  std::optional<std::string> second_prompt;    ///< a clip goes from `prompt` to this one
  std::uint64_t seed = 0;
  std::string init_image;  ///< replaces stage 0 (strength 0) or ""
  std::string init_mask;   ///< or ""
  double init_strength = 0;
  ItemWork work = ItemWork::Render;

  bool operator==(const ItemTask&) const = default;
  /// Otherwise stage 0 begins with noise: without an image, or with one of which nothing is left.
  bool starts_from_image() const { return !init_image.empty() && init_strength < 1; }
};

/// Study switches; none changes the picture of a run that does not replay.
struct ReplayTrace {
  std::string replay_file;  ///< take every random tensor and crop shift from here, or ""
  std::string trace_file;   ///< write latents and stage results here (rank 0), or ""
  int layers_stage = -1;    ///< with layers_step: also capture layers of that step
  int layers_step = -1;

  bool operator==(const ReplayTrace&) const = default;
};

/// All that workers compute from; every rank derives it by the same pure code.
struct RenderTask {
  ModelFiles model;
  SamplingPlan sampling;
  std::optional<FreeUPlan> free_u;
  partition::Extent base;               ///< pixels the network was trained for
  partition::Extent conditioning_size;  ///< pixels: the first resolution, told to the network
  Posterior posterior = Posterior::Sample;
  UpscaleSpace upscale_space = UpscaleSpace::Image;
  std::optional<ClipPlan> clip;  ///< nullopt: the items are pictures
  std::vector<StagePlan> stages;
  std::vector<ItemTask> items;
  partition::RankGrid grid;
  std::int64_t crop_batch_bytes = 64 << 20;  ///< crops attended in one call
  int cpu_threads = 1;                       ///< of this rank; not part of the plan hash
  ReplayTrace study;

  /// Of an item: 1 for pictures.
  int frames() const { return clip ? clip->frames : 1; }
};

}  // namespace tessera::worker
