#include "worker/item_state.h"

#include <ATen/ATen.h>

#include "partition/size_text.h"
#include "storage/image_reader.h"
#include "storage/storage_error.h"
#include "worker/replay_check.h"
#include "worker/schedule_spacing.h"

namespace tessera::worker {
namespace {

/// The rank's batch elements out of (unconditional, conditional).
at::Tensor choose(Predictions predictions, const at::Tensor& unconditional,
                  const at::Tensor& conditional) {
  switch (predictions) {
    case Predictions::Both:
      return at::cat({unconditional, conditional}, 0);
    case Predictions::Unconditional:
      return unconditional;
    case Predictions::Conditional:
    case Predictions::ConditionalOnly:
      break;
  }
  return conditional;
}

void embed_steps(const RenderTask& task, const at::Tensor& pooled_BP, const ModelSet& models,
                 ItemState& state) {
  const auto height = static_cast<float>(task.conditioning_size.rows);
  const auto width = static_cast<float>(task.conditioning_size.cols);
  state.time_ids = {height, width, 0, 0, height, width};
  state.added_BE = models.unet.embed_added(pooled_BP, state.time_ids);
  for (const double timestep : state.schedule.timesteps) {
    state.time_shifts.push_back(
        models.unet.project_time(models.unet.embed_time(timestep) + state.added_BE));
  }
}

InitialImage read_initial(const ItemTask& item) {
  const storage::RgbImage image = storage::read_image(item.init_image);
  auto* const pixels = const_cast<float*>(image.pixels.data());
  const at::Tensor rgb = at::from_blob(pixels, {1, image.extent.rows, image.extent.cols, 3},
                                       at::TensorOptions(at::kFloat));
  InitialImage initial;
  initial.rgb = (rgb * 2.0 - 1.0).permute({0, 3, 1, 2});
  return initial;
}

/// The plan's stage 0 has the size of the image (or, with a strength, the image has the stage's).
void check_initial(const RenderTask& task, const ItemTask& item, const InitialImage& initial) {
  const partition::Extent planned = task.stages.front().image;
  const partition::Extent image{static_cast<int>(initial.rgb.size(2)),
                                static_cast<int>(initial.rgb.size(3))};
  if (image == planned) return;
  throw storage::DataError(item.init_image + ": the image is " + partition::size_text(image) +
                           " (height x width), " + partition::size_text(planned) +
                           " expected. Resize it, or change cascade.resolutions.");
}

void trace_item(const RenderTask& task, const ItemState& state,
                const model::PromptEmbedding& negative, const model::PromptEmbedding& positive,
                TraceRecorder& trace) {
  if (!trace.active()) return;
  const auto tensor_of = [](const auto& values, c10::ScalarType dtype) {
    at::Tensor result = at::empty({static_cast<std::int64_t>(values.size())}, at::kDouble);
    for (std::size_t k = 0; k < values.size(); ++k) {
      result[static_cast<std::int64_t>(k)] = static_cast<double>(values[k]);
    }
    return result.to(dtype);
  };
  trace.whole("schedule.timesteps", tensor_of(state.schedule.timesteps, at::kDouble));
  trace.whole("schedule.sigmas", tensor_of(state.schedule.sigmas, at::kFloat));
  trace.whole("schedule.cosine_u", tensor_of(state.schedule.cosine_u, at::kDouble));
  trace.whole("schedule.init_noise_sigma",
              at::full({1}, state.schedule.init_noise_sigma, at::kDouble));
  trace.whole("text.time_ids", tensor_of(state.time_ids, at::kFloat).unsqueeze(0));
  const bool guided = task.sampling.guided();
  const auto both = [&](const at::Tensor& first, const at::Tensor& second) {
    return guided && first.defined() ? at::cat({first, second}, 0) : second;
  };
  trace.whole("text.prompt_embeds", both(negative.context_1NC, positive.context_1NC));
  trace.whole("text.pooled", both(negative.pooled_1P, positive.pooled_1P));
  for (const int tower : {0, 1}) {
    const auto ids = [&](const at::Tensor& ids_2N) {
      return ids_2N.defined() ? ids_2N.narrow(0, tower, 1) : at::Tensor();
    };
    trace.whole("text.input_ids_" + std::to_string(tower + 1),
                both(ids(negative.input_ids_2N), ids(positive.input_ids_2N)));
  }
}

}  // namespace

Predictions predictions_of(const RenderTask& task, int rank) {
  if (!task.sampling.guided()) return Predictions::ConditionalOnly;
  if (task.grid.halves == 1 || !task.grid.has_place(rank)) return Predictions::Both;
  return task.grid.place(rank).half == 0 ? Predictions::Unconditional : Predictions::Conditional;
}

ItemState begin_item(const RenderTask& task, const ItemTask& item, const ModelSet& models,
                     Predictions predictions, TraceRecorder& trace) {
  ItemState state(item, RandomSource(item.seed, task.study.replay_file, tensor_prefix(task, item)));
  trace.begin_item(item);
  state.schedule = model::make_schedule(models.scheduler, task.sampling.steps,
                                        schedule_spacing(task.sampling.spacing));
  if (item.starts_from_image()) {
    state.initial = read_initial(item);
    check_initial(task, item, *state.initial);
  }
  if (!item.init_mask.empty()) {
    storage::GrayMask mask = storage::read_mask(item.init_mask);
    state.mask = DetailMask{std::move(mask.pixels), mask.extent};
  }
  if (!task.study.replay_file.empty()) check_replay(task, item, state.random, models.unet);
  const model::PromptEmbedding positive = model::embed_prompt(models.text, item.prompt);
  model::PromptEmbedding negative;
  if (task.sampling.guided()) negative = model::embed_negative(models.text, item.negative_prompt);
  state.dropped_prompt = positive.dropped;
  state.dropped_negative = negative.dropped;
  const at::Tensor context = choose(predictions, negative.context_1NC, positive.context_1NC);
  state.cross = models.unet.project_text(context);
  embed_steps(task, choose(predictions, negative.pooled_1P, positive.pooled_1P), models, state);
  trace_item(task, state, negative, positive, trace);
  return state;
}

}  // namespace tessera::worker
