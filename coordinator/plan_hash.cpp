#include "coordinator/plan_hash.h"

#include <charconv>
#include <string_view>
#include <type_traits>

#include "partition/size_text.h"
#include "storage/content_digest.h"

namespace tessera::coordinator {
namespace {

/// Collects `name = value` lines under a prefix that names the place.
class Lines {
 public:
  void text(std::string_view name, std::string_view value) {
    text_ += prefix_;
    text_ += name;
    text_ += " = ";
    // Length first: a value may hold line breaks.
    text_ += std::to_string(value.size());
    text_ += ':';
    text_ += value;
    text_ += '\n';
  }

  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void number(std::string_view name, Number value) {
    char digits[64];
    // Shortest form that reads back as the same double, and the same in every locale.
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text(name, {digits, static_cast<std::size_t>(end - digits)});
  }

  template <typename Enum>
  requires std::is_enum_v<Enum>
  void choice(std::string_view name, Enum value) { number(name, static_cast<int>(value)); }

  void extent(std::string_view name, partition::Extent value) {
    text(name, partition::size_text(value));
  }

  void enter(std::string_view name, std::size_t index) {
    prefix_ = std::string(name) + "[" + std::to_string(index) + "].";
  }

  std::string take() { return std::move(text_); }

 private:
  std::string prefix_;
  std::string text_;
};

void add_settings(Lines& lines, const worker::RenderTask& task) {
  lines.text("model.directory", task.model.directory);
  lines.text("model.variant", task.model.variant);
  lines.text("model.vae_directory", task.model.vae_directory);
  lines.choice("model.tokenizer", task.model.tokenizer);
  lines.choice("model.weights", task.model.weights);
  lines.choice("sampling.sampler", task.sampling.sampler);
  lines.choice("sampling.spacing", task.sampling.spacing);
  lines.number("sampling.steps", task.sampling.steps);
  lines.number("sampling.guidance_scale", task.sampling.guidance_scale);
  lines.number("sampling.guidance_rescale", task.sampling.guidance_rescale);
  lines.choice("sampling.state", task.sampling.state);
  if (task.free_u) {
    lines.number("free_u.b1", task.free_u->b1);
    lines.number("free_u.b2", task.free_u->b2);
    lines.number("free_u.s1", task.free_u->s1);
    lines.number("free_u.s2", task.free_u->s2);
  }
  lines.extent("base", task.base);
  lines.extent("conditioning_size", task.conditioning_size);
  lines.choice("posterior", task.posterior);
  lines.choice("upscale_space", task.upscale_space);
  if (task.clip) {
    lines.number("clip.frames", task.clip->frames);
    lines.number("clip.fps_condition", task.clip->fps_condition);
    lines.number("clip.eta", task.clip->eta);
    lines.number("clip.window", task.clip->windows.window);
    lines.number("clip.stride", task.clip->windows.stride);
    lines.choice("clip.decoded", task.clip->decoded);
  }
  lines.number("grid.world", task.grid.world);
  lines.number("grid.halves", task.grid.halves);
  lines.number("grid.ranks_per_half", task.grid.ranks_per_half);
  lines.number("crop_batch_bytes", task.crop_batch_bytes);
  lines.text("study.replay_file", task.study.replay_file);
  lines.text("study.trace_file", task.study.trace_file);
  lines.number("study.layers_stage", task.study.layers_stage);
  lines.number("study.layers_step", task.study.layers_step);
}

void add_stage(Lines& lines, const worker::StagePlan& stage) {
  lines.number("stage", stage.stage);
  lines.extent("image", stage.image);
  lines.extent("latent", stage.latent);
  lines.number("first_step", stage.first_step);
  lines.number("steps", stage.steps);
  lines.choice("self_attention", stage.self_attention);
  lines.choice("global_branch", stage.global_branch);
  lines.extent("phases", stage.phases);
  lines.choice("crop_rule", stage.crop_rule);
  lines.choice("border_tokens", stage.border_tokens);
  lines.number("crop_jitter", stage.crop_jitter);
  lines.choice("blur_axes", stage.blur_axes);
  lines.number("blur_radius", stage.blur_radius);
  lines.number("blur_sigma", stage.blur_sigma);
  lines.extent("dilation", stage.dilation);
  lines.number("dilated_until_step", stage.dilated_until_step);
  lines.number("cosine_scale", stage.cosine_scale);
  lines.number("cosine_scale_bg", stage.cosine_scale_bg);
  lines.choice("vae_mode", stage.vae_mode);
  lines.number("vae_tile", stage.vae_tile);
  lines.number("strip_count", stage.strip_count);
  for (const partition::RowRange& block : stage.blocks) {
    lines.text("block", std::to_string(block.begin) + ".." + std::to_string(block.end));
  }
}

void add_item(Lines& lines, const worker::ItemTask& item) {
  lines.number("index", item.index);
  lines.text("prompt", item.prompt);
  lines.number("has_negative_prompt", item.negative_prompt ? 1 : 0);
  lines.text("negative_prompt", item.negative_prompt.value_or(""));
  lines.number("has_second_prompt", item.second_prompt ? 1 : 0);
  lines.text("second_prompt", item.second_prompt.value_or(""));
  lines.number("seed", item.seed);
  lines.text("init_image", item.init_image);
  lines.text("init_mask", item.init_mask);
  lines.number("init_strength", item.init_strength);
  lines.choice("work", item.work);
}

}  // namespace

std::string describe_task(const worker::RenderTask& task) {
  Lines lines;
  add_settings(lines, task);
  for (std::size_t s = 0; s < task.stages.size(); ++s) {
    lines.enter("stages", s);
    add_stage(lines, task.stages[s]);
  }
  for (std::size_t k = 0; k < task.items.size(); ++k) {
    lines.enter("items", k);
    add_item(lines, task.items[k]);
  }
  return lines.take();
}

std::string plan_hash(const worker::RenderTask& task) {
  return storage::digest_of_text(describe_task(task));
}

}  // namespace tessera::coordinator
