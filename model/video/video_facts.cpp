#include "model/video/video_facts.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/storage_error.h"

namespace tessera::model {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return text;
}

class Facts {
 public:
  Facts(const StatedFacts& stated, std::string prefix)
      : stated_(stated), prefix_(std::move(prefix)) {}

  std::optional<std::string> text(const std::string& key) const {
    const auto found = stated_.values.find(prefix_ + key);
    if (found == stated_.values.end() || lower_case(found->second) == "null") return std::nullopt;
    return found->second;
  }

  void take(const std::string& key, double& value) const {
    const std::optional<std::string> stated = text(key);
    if (stated) value = number(key, *stated);
  }

  void take(const std::string& key, int& value) const {
    const std::optional<std::string> stated = text(key);
    if (!stated) return;
    const double whole = number(key, *stated);
    if (!(whole >= 1 && whole <= 1 << 24) || whole != static_cast<int>(whole)) {
      refuse(key, *stated, "a whole number above 0");
    }
    value = static_cast<int>(whole);
  }

  /// A size that the weights tell, too.
  void compare(const std::string& key, const std::vector<int>& sizes) const {
    std::string expected;
    for (const int size : sizes) {
      if (!expected.empty()) expected += ',';
      expected += std::to_string(size);
    }
    const std::optional<std::string> stated = text(key);
    if (stated && *stated != expected) refuse(key, *stated, expected + " as in the weights");
  }

  void require(const std::string& key, const std::string& value) const {
    const std::optional<std::string> stated = text(key);
    if (stated && lower_case(*stated) != value) {
      refuse(key, *stated, value + "; other variants are not supported");
    }
  }

 private:
  double number(const std::string& key, const std::string& stated) const {
    double value = 0;
    const char* end = stated.data() + stated.size();
    const auto [rest, error] = std::from_chars(stated.data(), end, value);
    if (error != std::errc() || rest != end) refuse(key, stated, "a number");
    return value;
  }

  [[noreturn]] void refuse(const std::string& key, const std::string& stated,
                           const std::string& expected) const {
    throw storage::DataError(stated_.file + ": " + prefix_ + key + " is " + stated + ", expected " +
                             expected + ".");
  }

  const StatedFacts& stated_;
  std::string prefix_;
};

std::vector<int> multiples(const std::vector<int>& widths) {
  std::vector<int> factors;
  for (const int width : widths) factors.push_back(width / widths.front());
  return factors;
}

void apply_schedule_facts(VideoScheduleConfig& schedule, const Facts& facts) {
  facts.take("timesteps", schedule.train_steps);
  facts.take("linear_start", schedule.beta_start);
  facts.take("linear_end", schedule.beta_end);
  facts.require("parameterization", "eps");
  facts.require("rescale_betas_zero_snr", "false");
  if (schedule.scale_end) facts.take("scale_b", *schedule.scale_end);
  if (lower_case(facts.text("use_scale").value_or("true")) == "false") schedule.scale_end.reset();
}

void apply_unet_facts(VideoUnetConfig& unet, const Facts& facts) {
  facts.take("temporal_length", unet.temporal_length);
  facts.compare("in_channels", {unet.in_channels});
  facts.compare("out_channels", {unet.out_channels});
  facts.compare("model_channels", {unet.widths.front()});
  facts.compare("channel_mult", multiples(unet.widths));
  facts.compare("num_res_blocks", {unet.resnets_per_level});
  facts.compare("num_head_channels", {unet.head_width});
  facts.compare("transformer_depth", {unet.middle_depth});
  facts.compare("context_dim", {unet.context_width});
  for (const char* key : {"use_linear", "temporal_conv", "temporal_attention",
                          "temporal_selfatt_only", "addition_attention", "fps_cond"}) {
    facts.require(key, "true");
  }
  for (const char* key : {"use_relative_position", "use_causal_attention", "use_scale_shift_norm",
                          "resblock_updown", "use_image_attention"}) {
    facts.require(key, "false");
  }
}

void apply_vae_facts(VaeConfig& vae, const Facts& facts) {
  facts.compare("ch", {vae.widths.front()});
  facts.compare("ch_mult", multiples(vae.widths));
  facts.compare("num_res_blocks", {vae.resnets_per_level});
  facts.compare("z_channels", {vae.latent_channels});
  facts.require("double_z", "true");
  facts.require("attn_resolutions", "");
}

}  // namespace

void apply_model_facts(VideoModelConfig& config, const StatedFacts& yaml) {
  const Facts model(yaml, "model.params.");
  model.take("scale_factor", config.vae.scaling_factor);
  model.require("scale_by_std", "false");
  apply_schedule_facts(config.schedule, model);
  apply_unet_facts(config.unet, Facts(yaml, "model.params.unet_config.params."));
  apply_vae_facts(config.vae, Facts(yaml, "model.params.first_stage_config.params.ddconfig."));
  Facts(yaml, "model.params.cond_stage_config.params.").require("layer", "penultimate");
}

void apply_text_facts(VideoModelConfig& config, const StatedFacts& json) {
  const Facts facts(json, "text_cfg.");
  ClipTextConfig& text = config.text;
  facts.take("heads", text.heads);
  facts.compare("context_length", {text.positions});
  facts.compare("vocab_size", {text.vocabulary_size});
  facts.compare("width", {text.width});
  facts.compare("layers", {text.layers + 1});
  facts.require("quick_gelu", "false");
  if (text.heads != 0 && text.width % text.heads != 0) {
    throw storage::DataError(json.file + ": text_cfg.heads is " + std::to_string(text.heads) +
                             ", which does not divide the width " + std::to_string(text.width) +
                             ".");
  }
}

}  // namespace tessera::model
