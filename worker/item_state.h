#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "model/sampling/noise_schedule.h"
#include "partition/extent.h"
#include "worker/model_set.h"
#include "worker/predictions.h"
#include "worker/random_source.h"
#include "worker/render_task.h"
#include "worker/trace_recorder.h"

namespace tessera::worker {

/// An initial image: RGB around [-1, 1], [1, 3, rows, cols].
struct InitialImage {
  at::Tensor rgb;
};

/// Where `cascade.cosine_scale` counts; `cascade.cosine_scale_bg` elsewhere.
struct DetailMask {
  std::vector<std::uint8_t> pixels;  ///< row-major, nonzero is foreground
  partition::Extent extent;
};

/// Everything that is computed once per item, on every rank alike.
struct ItemState {
  ItemState(const ItemTask& item, RandomSource source) : task(&item), random(std::move(source)) {}

  const ItemTask* task;
  RandomSource random;
  model::NoiseSchedule schedule;
  std::vector<model::KeyValue> cross;                ///< of the rank's batch elements
  std::vector<std::vector<at::Tensor>> time_shifts;  ///< [step][resnet] -> [B, C]
  std::vector<float> time_ids;                       ///< (H, W, 0, 0, H, W) of the first resolution
  at::Tensor added_BE;                               ///< embedding of pooled text and time_ids
  std::optional<InitialImage> initial;
  std::optional<DetailMask> mask;  ///< with or without an initial image
  std::string dropped_prompt;      ///< text beyond 77 tokens, for a warning
  std::string dropped_negative;    ///< the same of the negative prompt

  bool image_replaces_stage0() const { return initial && task->init_strength == 0; }
};

/// Encodes the prompts, projects them for every cross-attention, draws the schedule, reads the
/// image. Local: no collective.
/// \throws storage::DataError for a prompt that is not UTF-8 or an image or mask of a wrong kind.
ItemState begin_item(const RenderTask& task, const ItemTask& item, const ModelSet& models,
                     Predictions predictions, TraceRecorder& trace);

/// The predictions of a rank with this place.
Predictions predictions_of(const RenderTask& task, int rank);

}  // namespace tessera::worker
