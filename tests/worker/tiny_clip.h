#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/video/video_model.h"
#include "worker/render_task.h"

namespace tessera::testing {

/// Four levels of VideoCrafter2's shape with synthetic weights, one residual block per level.
model::VideoModel tiny_video_model();

/// A clip of four frames in windows of three: stages of one, three and five blocks of 8 latent rows
/// (64 x 128 -> 192 x 256 -> 320 x 320), three steps in each; in the later ones the first is
/// dilated and the second blends a sixteenth of the stage below.
worker::RenderTask tiny_clip_task(int ranks);

/// The task with other sizes: latents, blocks and strips follow. Stages above the first are
/// scale-fused, with the factors of `paper` mode.
void set_clip_sizes(worker::RenderTask& task, const std::vector<partition::Extent>& images);

/// One stage of a clip, whole canvas each, [T, 4, h, w].
struct SampledStage {
  at::Tensor start;
  at::Tensor z_up;                     ///< undefined at stage 0
  at::Tensor renoise;                  ///< the same
  std::vector<at::Tensor> after_step;  ///< of the steps that ran
};

/// Runs every stage of the task's first item on `task.grid.world` ranks as threads. Fails the test
/// if the guidance halves differ.
std::vector<SampledStage> sample_clip(const worker::RenderTask& task,
                                      const model::VideoModel& models);

}  // namespace tessera::testing
