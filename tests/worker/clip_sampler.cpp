#include "tests/worker/clip_sampler.h"

#include <ATen/ATen.h>

#include <cmath>

#include "model/sampling/ddim_sampler.h"
#include "model/sampling/guidance.h"
#include "model/sampling/renoise.h"
#include "partition/frame_sources.h"

namespace tessera::testing {

using model::TapLayout;

namespace {

/// Frames of which the fixtures hold the decoded picture.
constexpr std::array kDecodedFrames{0, 11, 21};

at::Tensor as_clip(const at::Tensor& x_TCHW) { return x_TCHW.transpose(0, 1).unsqueeze(0); }

std::string numbered(const char* what, int index) {
  return what + std::string(index < 10 ? "0" : "") + std::to_string(index);
}

}  // namespace

at::Tensor join_strips(const std::vector<Capture>& strips) {
  std::vector<at::Tensor> parts;
  for (const Capture& strip : strips) parts.push_back(strip.value);
  switch (strips.front().layout) {
    case TapLayout::Map:
      return at::cat(parts, 2);
    case TapLayout::Tokens:
    case TapLayout::Grid:
      return at::cat(parts, 1);
    case TapLayout::Clip:
      return as_clip(at::cat(parts, 2));
    case TapLayout::Pixels:
      return at::cat(parts, 0);
    case TapLayout::Whole:
      break;
  }
  return parts.front();
}

ClipSampler::ClipSampler(const model::VideoModel& model, const VideoCase& video,
                         const NamedTensors& injected)
    : model_(model),
      video_(video),
      injected_(injected),
      latent_{video.image.rows / 8, video.image.cols / 8},
      schedule_(model::make_scaled_schedule(model.config.schedule, video.steps, 0)),
      windows_(partition::frame_windows(video.frames, {})) {}

Captures ClipSampler::run(const Place& place, const Share& share) {
  place_ = place;
  start();
  for (int i = 0; i < static_cast<int>(schedule_.size()); ++i) step(i, share);
  for (const int frame : kDecodedFrames) {
    if (place_.spatial != nullptr && place_.predicts[0] && frame < video_.frames) decode(frame);
  }
  return std::move(captures_);
}

void ClipSampler::start() {
  add_schedule();
  add_text("cond", video_.prompt);
  add_text("uncond", "");
  const at::Tensor first = injected_.at("initial")[0].transpose(0, 1);
  std::vector<int> table;
  if (injected_.contains("freenoise.permutation")) {
    const at::Tensor order = injected_.at("freenoise.permutation").contiguous();
    table.assign(order.data_ptr<int>(), order.data_ptr<int>() + order.numel());
  }
  const std::vector<int> sources = partition::recorded_frame_sources(video_.frames, {}, table);
  x_TCHW_ = first.index_select(0, at::tensor(sources, at::kLong))
                .contiguous(at::MemoryFormat::ChannelsLast);
  whole("freenoise.x_T", as_clip(x_TCHW_));
  std::vector<int> bounds;
  for (const partition::FrameWindow& window : windows_) {
    bounds.insert(bounds.end(), {window.begin, window.end});
  }
  whole("freenoise.windows", at::tensor(bounds, at::kInt).view({-1, 2}));
}

void ClipSampler::add_schedule() {
  const auto table = [&](const std::string& name, auto value) {
    std::vector<double> values;
    for (auto level = schedule_.rbegin(); level != schedule_.rend(); ++level) {
      values.push_back(value(*level));
    }
    whole("schedule." + name, at::tensor(values, at::kDouble));
  };
  using Level = const model::ScaledLevel&;
  table("timesteps", [](Level level) { return static_cast<double>(level.timestep); });
  table("alphas", [](Level level) { return level.alpha; });
  table("alphas_prev", [](Level level) { return level.alpha_prev; });
  table("sigmas", [](Level level) { return level.sigma; });
  table("sqrt_one_minus_alphas", [](Level level) { return std::sqrt(1 - level.alpha); });
  table("scale_arr", [](Level level) { return level.scale; });
  table("scale_arr_prev", [](Level level) { return level.scale_prev; });
}

void ClipSampler::add_text(const std::string& name, const std::string& prompt) {
  const auto ids = model_.text.tokenizer.encode(prompt).ids;
  whole("text.input_ids_" + name, at::tensor(ids, at::kInt).unsqueeze(0));
  const at::Tensor context = model::encode_text(model_.text.weights, ids).context_1NC;
  whole("text." + name, context);
  cross_.push_back(model_.unet.project_text(context));
}

void ClipSampler::step(int index, const Share& share) {
  const model::ScaledLevel& level = schedule_[static_cast<std::size_t>(index)];
  const bool captured = index == video_.captured_step;
  const at::Tensor time = model_.unet.embed_time(level.timestep);
  const at::Tensor fps = model_.unet.embed_fps(video_.fps);
  if (captured) {
    whole("unet.timestep", at::tensor(std::vector<int>{level.timestep}, at::kInt));
    whole("unet.fps", at::tensor(std::vector<int>{static_cast<int>(video_.fps)}, at::kInt));
    whole("block.time_embed.out", time);
    whole("block.fps_embedding.out", fps);
  }
  const std::vector<at::Tensor> shifts = model_.unet.project_time(time + fps);
  Pair own;
  for (const std::size_t half : {0U, 1U}) {
    if (place_.spatial != nullptr && place_.predicts[half]) {
      own[half] = predict(index, half, shifts);
    }
  }
  const Pair both = share(own);
  const at::Tensor eps = model::guide(both[1], both[0], video_.guidance);
  const at::Tensor clean = model::predict_clean(x_TCHW_, eps, level);
  x_TCHW_ = model::ddim_step(clean, eps, {}, level);
  whole(numbered("step", index) + ".latents", as_clip(x_TCHW_));
  if (!captured) return;
  whole("unet.out_cond", as_clip(both[0]));
  whole("unet.out_uncond", as_clip(both[1]));
  whole("step.pred_x0", as_clip(clean));
}

at::Tensor ClipSampler::predict(int index, std::size_t half,
                                const std::vector<at::Tensor>& shifts) {
  const model::TensorTap tap = [this](const std::string& name, const at::Tensor& value,
                                      TapLayout layout) {
    captures_[name] = {value.clone(), layout};
  };
  model::StepContext context;
  context.step = index;
  context.time_shifts = &shifts;
  context.cross = &cross_[half];
  context.windows = &windows_;
  context.tap_detail = model::TapDetail::EveryLayer;
  if (index == video_.captured_step && half == 0) context.tap = &tap;
  return model_.unet.forward(own_rows(x_TCHW_), context, *place_.spatial);
}

void ClipSampler::decode(int frame) {
  const at::Tensor latents =
      own_rows(x_TCHW_.narrow(0, frame, 1)) / model_.config.vae.scaling_factor;
  const at::Tensor rgb = model_.decoder.decode(latents, *place_.spatial);
  // [3, H, W]: rows in dimension 1, as those of a grid.
  captures_[numbered("frame", frame) + ".rgb"] = {rgb[0], TapLayout::Grid};
  if (frame == 0 && injected_.contains("frame00.posterior")) encode_again(rgb);
}

void ClipSampler::encode_again(const at::Tensor& rgb) {
  const at::Tensor moments = model_.encoder.encode(rgb, *place_.spatial);
  const at::Tensor noise = own_rows(injected_.at("frame00.posterior"));
  captures_["frame00.moments"] = {moments, TapLayout::Map};
  captures_["frame00.z0"] = {
      model::sample_posterior(moments, noise, model_.config.vae.scaling_factor), TapLayout::Map};
}

at::Tensor ClipSampler::own_rows(const at::Tensor& map) const {
  return map.narrow(2, place_.rows.begin, place_.rows.rows())
      .contiguous(at::MemoryFormat::ChannelsLast);
}

void ClipSampler::whole(const std::string& name, const at::Tensor& value) {
  captures_[name] = {value.clone(), TapLayout::Whole};
}

}  // namespace tessera::testing
