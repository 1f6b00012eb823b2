#include "model/unet/unet_config.h"

#include <string>

#include "model/config_json.h"

namespace tessera::model {
namespace {

void refuse_variants(const ConfigJson& config) {
  for (const char* field :
       {"upcast_attention", "class_embed_type", "encoder_hid_dim", "time_cond_proj_dim",
        "dual_cross_attention", "only_cross_attention", "num_class_embeds", "time_embedding_dim",
        "timestep_post_act", "resnet_skip_time_act", "cross_attention_norm",
        "time_embedding_act_fn", "center_input_sample", "class_embeddings_concat",
        "mid_block_only_cross_attention", "encoder_hid_dim_type",
        "reverse_transformer_layers_per_block"}) {
    config.require_absent(field);
  }
  config.require_text("act_fn", {"silu", "swish"});
  config.require_text("resnet_time_scale_shift", {"default"});
  config.require_text("addition_embed_type", {"text_time"});
  config.require_text("mid_block_type", {"UNetMidBlock2DCrossAttn"});
  config.require_text("time_embedding_type", {"positional"});
  config.require_text("attention_type", {"default"});
  for (const char* field : {"mid_block_scale_factor", "resnet_out_scale_factor"}) {
    if (config.number_or(field, 1) != 1) config.refuse(field, "must be 1");
  }
  for (const char* field : {"conv_in_kernel", "conv_out_kernel"}) {
    if (config.integer_or(field, 3) != 3) config.refuse(field, "must be 3");
  }
  if (config.integer_or("downsample_padding", 1) != 1) {
    config.refuse("downsample_padding", "must be 1");
  }
  if (config.integer_or("freq_shift", 0) != 0) config.refuse("freq_shift", "must be 0");
  if (!config.flag_or("flip_sin_to_cos", true)) config.refuse("flip_sin_to_cos", "must be true");
  if (config.text_or("addition_embed_type", "").empty()) {
    config.refuse("addition_embed_type",
                  "missing; only SDXL-format U-Nets (text_time) are supported");
  }
}

/// Depth per level, 0 where the down block has no transformers; the up blocks must mirror it.
std::vector<int> read_depths(const ConfigJson& config, int levels) {
  std::vector<int> depths = config.integers("transformer_layers_per_block", levels);
  const auto down = config.texts("down_block_types");
  const auto up = config.texts("up_block_types");
  if (static_cast<int>(down.size()) != levels || static_cast<int>(up.size()) != levels) {
    config.refuse("down_block_types", "needs one entry per level");
  }
  for (int level = 0; level < levels; ++level) {
    const auto index = static_cast<std::size_t>(level);
    const auto mirrored = static_cast<std::size_t>(levels - 1 - level);
    const bool attends = down[index] == "CrossAttnDownBlock2D";
    if (!attends && down[index] != "DownBlock2D") {
      config.refuse("down_block_types", "\"" + down[index] + "\" is not supported");
    }
    if (up[mirrored] != (attends ? "CrossAttnUpBlock2D" : "UpBlock2D")) {
      config.refuse("up_block_types", "must mirror down_block_types");
    }
    if (!attends) depths[index] = 0;
  }
  if (depths.back() == 0) {
    config.refuse("down_block_types", "the deepest level must have transformers");
  }
  return depths;
}

}  // namespace

UnetConfig read_unet_config(const std::filesystem::path& config_json) {
  const ConfigJson config(config_json);
  refuse_variants(config);
  UnetConfig unet;
  unet.in_channels = config.integer("in_channels");
  unet.out_channels = config.integer("out_channels");
  if (unet.in_channels != 4) {
    config.refuse("in_channels", std::to_string(unet.in_channels) +
                                     "; only 4 is supported (inpainting U-Nets are not)");
  }
  if (unet.out_channels != 4) config.refuse("out_channels", "only 4 is supported");
  unet.widths = config.integers("block_out_channels");
  const int levels = unet.levels();
  if (levels < 2 || levels > 4) config.refuse("block_out_channels", "2 to 4 levels are supported");
  // attention_head_dim holds numbers of heads, a historical misnomer of the format.
  unet.heads = config.integers(
      config.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", levels);
  unet.transformer_depths = read_depths(config, levels);
  unet.resnets_per_level = config.integer("layers_per_block");
  if (unet.resnets_per_level == 0) config.refuse("layers_per_block", "must be above 0");
  unet.context_width = config.integer("cross_attention_dim");
  unet.time_ids_width = config.integer("addition_time_embed_dim");
  unet.added_width = config.integer("projection_class_embeddings_input_dim");
  unet.norm_groups = config.integer_or("norm_num_groups", 32);
  unet.norm_eps = config.number_or("norm_eps", 1e-5);
  unet.linear_projection = config.flag_or("use_linear_projection", false);
  unet.sample_size = config.integer("sample_size");
  for (int level = 0; level < levels; ++level) {
    const auto index = static_cast<std::size_t>(level);
    if (unet.norm_groups == 0 || unet.widths[index] % unet.norm_groups != 0) {
      config.refuse("norm_num_groups", "must divide every width");
    }
    if (unet.transformer_depths[index] > 0 &&
        (unet.heads[index] == 0 || unet.widths[index] % unet.heads[index] != 0)) {
      config.refuse("attention_head_dim", "the number of heads must divide the width of its level");
    }
  }
  if (unet.pooled_width() <= 0) {
    config.refuse("projection_class_embeddings_input_dim",
                  "smaller than 6 addition_time_embed_dim");
  }
  return unet;
}

}  // namespace tessera::model
