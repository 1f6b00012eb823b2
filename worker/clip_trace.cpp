#include "worker/clip_trace.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "model/sampling/renoise.h"

namespace tessera::worker {
namespace {

using model::ScaledLevel;

std::string stage_prefix(int stage) { return "stage" + std::to_string(stage) + "."; }

std::string numbered(const char* what, int index) {
  char text[32];
  std::snprintf(text, sizeof text, "%s%02d", what, index);
  return text;
}

/// A column of the schedule in ascending order of timesteps, as VideoCrafter's sampler holds it.
template <typename Column>
at::Tensor ascending(const model::ScaledSchedule& schedule, Column column) {
  at::Tensor values = at::empty({static_cast<std::int64_t>(schedule.size())}, at::kDouble);
  auto* value = values.mutable_data_ptr<double>();
  for (auto level = schedule.rbegin(); level != schedule.rend(); ++level) *value++ = column(*level);
  return values;
}

void record_schedule(const model::ScaledSchedule& schedule, TraceRecorder& trace) {
  const auto put = [&](const char* name, auto column) {
    trace.whole(std::string("schedule.") + name, ascending(schedule, column));
  };
  trace.whole("schedule.timesteps", ascending(schedule, [](const ScaledLevel& level) {
                                      return level.timestep;
                                    }).to(at::kInt));
  put("alphas", [](const ScaledLevel& level) { return level.alpha; });
  put("alphas_prev", [](const ScaledLevel& level) { return level.alpha_prev; });
  put("sigmas", [](const ScaledLevel& level) { return level.sigma; });
  put("sqrt_one_minus_alphas", [](const ScaledLevel& level) { return std::sqrt(1 - level.alpha); });
  put("scale_arr", [](const ScaledLevel& level) { return level.scale; });
  put("scale_arr_prev", [](const ScaledLevel& level) { return level.scale_prev; });
}

void record_text(const std::string& name, const std::string& prompt,
                 const model::VideoModel& models, TraceRecorder& trace) {
  const model::TokenIds tokens = models.text.tokenizer.encode(prompt);
  const auto count = static_cast<std::int64_t>(tokens.ids.size());
  at::Tensor ids_1N = at::empty({1, count}, at::kInt);
  std::copy(tokens.ids.begin(), tokens.ids.end(), ids_1N.mutable_data_ptr<int>());
  trace.whole("text.input_ids_" + name, ids_1N);
  trace.whole("text." + name, model::encode_text(models.text.weights, tokens.ids).context_1NC);
}

at::Tensor table_of(const std::vector<partition::FrameWindow>& windows) {
  at::Tensor table = at::empty({static_cast<std::int64_t>(windows.size()), 2}, at::kInt);
  int* value = table.mutable_data_ptr<int>();
  for (const partition::FrameWindow& window : windows) {
    *value++ = window.begin;
    *value++ = window.end;
  }
  return table;
}

/// For every frame beyond the first window the one, among those that left it last, whose noise it
/// has: a row per stride, as recorded_frame_sources() reads it.
at::Tensor permutation_of(const std::vector<int>& sources, partition::WindowRule rule) {
  const auto beyond = static_cast<std::int64_t>(sources.size()) - rule.window;
  at::Tensor table = at::empty({beyond / rule.stride, rule.stride}, at::kInt);
  int* value = table.mutable_data_ptr<int>();
  for (std::int64_t k = 0; k < beyond; ++k) {
    const auto first = sources.begin() + k / rule.stride * rule.stride;
    const int source = sources[static_cast<std::size_t>(rule.window + k)];
    *value++ = static_cast<int>(std::find(first, first + rule.stride, source) - sources.begin());
  }
  return table;
}

}  // namespace

ClipTrace::ClipTrace(const RenderTask& task, TraceRecorder& recorder)
    : task_(&task), recorder_(&recorder) {}

void ClipTrace::put(const StagePlan& plan, const std::string& name, const at::Tensor& whole) {
  if (plan.stage == 0) recorder_->whole(name, whole);
  if (task_->stages.size() > 1) recorder_->whole(stage_prefix(plan.stage) + name, whole);
}

void ClipTrace::latents(const StagePlan& plan, const std::string& name, const at::Tensor& x_TCHW) {
  const at::Tensor whole = recorder_->gathered(x_TCHW, plan.stage, TraceRows::Strips);
  if (recorder_->on_root() && whole.defined()) put(plan, name, whole.transpose(0, 1).unsqueeze(0));
}

void ClipTrace::clip(const ItemTask& item, const ClipState& clip, const model::VideoModel& models) {
  if (!recorder_->active() || !recorder_->on_root()) return;
  record_text("cond", item.prompt, models, *recorder_);
  if (item.second_prompt) record_text("second", *item.second_prompt, models, *recorder_);
  if (task_->sampling.guided()) {
    record_text("uncond", item.negative_prompt.value_or(""), models, *recorder_);
  }
  record_schedule(clip.schedule, *recorder_);
  if (clip.windows.size() > 1) recorder_->whole("freenoise.windows", table_of(clip.windows));
}

void ClipTrace::start(const StagePlan& plan, const ClipState& clip, const StageStart& start) {
  if (!recorder_->active()) return;
  // Later frames have the noise of the first window.
  const int window = std::min(clip.frames(), task_->clip->windows.window);
  const auto of_window = [&](const at::Tensor& noise_TCHW) {
    return noise_TCHW.defined() ? noise_TCHW.narrow(0, 0, window) : noise_TCHW;
  };
  if (plan.stage > 0) {
    latents(plan, "z_up", start.z_up);
    latents(plan, "renoise", of_window(start.renoise));
    latents(plan, "start", start.x);
    return;
  }
  const at::Tensor whole = recorder_->gathered(start.x, plan.stage, TraceRows::Strips);
  if (!recorder_->on_root()) return;
  const at::Tensor x_1CTHW = whole.transpose(0, 1).unsqueeze(0);
  recorder_->whole("initial", x_1CTHW.narrow(2, 0, window));
  if (clip.frames() > window) {
    recorder_->whole("freenoise.x_T", x_1CTHW);
    recorder_->whole("freenoise.permutation",
                     permutation_of(clip.noise_frames, task_->clip->windows));
  }
}

CropObserver ClipTrace::crop_observer(int stage) {
  if (!recorder_->active()) return {};
  // Both predictions of a rank have the same crops.
  return [this, stage](const model::AttentionSite& site, const partition::CropGrid& grid,
                       const std::vector<partition::CropShift>& shifts) {
    const auto [last, added] = crops_of_step_.try_emplace(site.path, step_);
    if (!added && last->second == step_) return;
    last->second = step_;
    recorder_->crops(stage, site.path, grid, shifts);
  };
}

const model::TensorTap* ClipTrace::begin_step(int stage, int index) {
  step_ = index;
  const bool captured = recorder_->active() && task_->study.layers_stage == stage &&
                        task_->study.layers_step == index;
  return captured ? recorder_->begin_layers(model::TapDetail::EveryLayer) : nullptr;
}

void ClipTrace::end_step(const StagePlan& plan, int index, const at::Tensor& x_TCHW,
                         const at::Tensor& noise) {
  if (!recorder_->active()) return;
  if (task_->study.layers_stage == plan.stage && task_->study.layers_step == index) {
    recorder_->end_layers(plan.stage,
                          plan.stage == 0 ? "" : "stage" + std::to_string(plan.stage) + "/");
  }
  latents(plan, numbered("step", index) + ".latents", x_TCHW);
  if (noise.defined()) latents(plan, numbered("step", index) + ".noise", noise);
}

void ClipTrace::result(const StagePlan& plan, const at::Tensor& x_TCHW) {
  if (recorder_->active()) latents(plan, "final_latents", x_TCHW);
}

void ClipTrace::frame(const StagePlan& plan, const ClipState& clip, const CanvasVae& vae, int index,
                      const at::Tensor& image) {
  if (!recorder_->active()) return;
  const bool last = plan.stage + 1 == static_cast<int>(task_->stages.size());
  const at::Tensor whole = recorder_->gathered(image, plan.stage, TraceRows::Vae);
  if (recorder_->on_root()) {
    const std::string name = numbered("frame", index) + ".rgb";
    recorder_->whole(last ? name : stage_prefix(plan.stage) + name, whole[0]);
  }
  if (last && index == 0) reencode(plan, clip, vae, image);
}

void ClipTrace::reencode(const StagePlan& plan, const ClipState& clip, const CanvasVae& vae,
                         const at::Tensor& image) {
  const std::optional<at::Tensor> noise = clip.random.frame_posterior(plan);
  if (!noise) return;
  const at::Tensor moments =
      recorder_->gathered(vae.encode(plan, image), plan.stage, TraceRows::Vae);
  if (!recorder_->on_root()) return;
  recorder_->whole("frame00.moments", moments);
  recorder_->whole("frame00.posterior", *noise);
  recorder_->whole("frame00.z0", model::sample_posterior(moments, *noise, vae.scaling_factor()));
}

}  // namespace tessera::worker
