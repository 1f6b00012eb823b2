#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/sampling/scaled_schedule.h"
#include "model/video/video_model.h"
#include "worker/predictions.h"
#include "worker/random_source.h"
#include "worker/render_task.h"

namespace tessera::worker {

/// Everything that is computed once per clip, on every rank alike.
struct ClipState {
  explicit ClipState(RandomSource source) : random(std::move(source)) {}

  RandomSource random;
  Predictions predictions = Predictions::Both;
  model::ScaledSchedule schedule;
  std::vector<partition::FrameWindow> windows;       ///< of temporal attention
  std::vector<int> noise_frames;                     ///< for every frame, whose noise it has
  std::vector<std::vector<at::Tensor>> time_shifts;  ///< [step][residual block] -> [1, C]

  /// Keys and values of every cross-attention; empty where the rank does not compute the
  /// prediction.
  std::vector<model::KeyValue> negative_cross;
  std::vector<model::KeyValue> cross;
  /// Of the second prompt alone, which some steps of the down and middle blocks see
  /// (model::two_prompt_cross); empty for one prompt.
  std::vector<model::KeyValue> second_cross;

  std::string dropped_prompt;    ///< text beyond 77 tokens, for a warning
  std::string dropped_negative;  ///< the same of the negative prompt

  int frames() const { return static_cast<int>(noise_frames.size()); }
};

/// Encodes and projects the prompts (an absent negative prompt is the empty text), makes the
/// schedule, the windows and the order of the noise. Local: no collective.
/// \param task  `task.clip` is there.
/// \throws storage::DataError for a prompt that is not UTF-8 or a replayed order that is none.
ClipState begin_clip(const RenderTask& task, const ItemTask& item, const model::VideoModel& models,
                     Predictions predictions);

}  // namespace tessera::worker
