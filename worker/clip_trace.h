#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/video/video_model.h"
#include "worker/canvas_vae.h"
#include "worker/clip_state.h"
#include "worker/spatial/scale_fused_attention.h"
#include "worker/stage_start.h"
#include "worker/trace_recorder.h"

namespace tessera::worker {

/// What `--trace` records of a clip, in the names and layouts of VideoCrafter's recorded runs:
/// latents [1, 4, T, h, w], frames [3, H, W]. Tensors of stage 0 have no prefix; in a cascade they
/// are there behind "stage0.", too, as those of the others are behind "stage<k>.". All ranks make
/// the same calls; without a trace they do nothing.
class ClipTrace {
 public:
  /// The referenced objects outlive this one.
  ClipTrace(const RenderTask& task, TraceRecorder& recorder);

  /// Texts, schedule and the order of the frames' noise.
  void clip(const ItemTask& item, const ClipState& clip, const model::VideoModel& models);
  /// What a stage begins with; undefined tensors where the rank has no strip.
  void start(const StagePlan& plan, const ClipState& clip, const StageStart& start);
  /// Crops of every self-attention, once per step.
  CropObserver crop_observer(int stage);
  /// The tap of a step whose layers are captured; nullptr for the others.
  const model::TensorTap* begin_step(int stage, int index);
  /// \param noise  that the step added, or undefined.
  void end_step(const StagePlan& plan, int index, const at::Tensor& x_TCHW,
                const at::Tensor& noise);
  /// The last latents of a stage.
  void result(const StagePlan& plan, const at::Tensor& x_TCHW);
  /// A decoded frame, the rank's autoencoder rows. The first one of the last stage is encoded
  /// again, with the noise of the posterior, unless a replay lacks that.
  void frame(const StagePlan& plan, const ClipState& clip, const CanvasVae& vae, int index,
             const at::Tensor& image);

 private:
  void put(const StagePlan& plan, const std::string& name, const at::Tensor& whole);
  void latents(const StagePlan& plan, const std::string& name, const at::Tensor& x_TCHW);
  void reencode(const StagePlan& plan, const ClipState& clip, const CanvasVae& vae,
                const at::Tensor& image);

  const RenderTask* task_;
  TraceRecorder* recorder_;
  int step_ = -1;
  std::map<std::string, int> crops_of_step_;  ///< by path, the step whose crops were recorded last
};

}  // namespace tessera::worker
