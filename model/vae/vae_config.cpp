#include "model/vae/vae_config.h"

#include <string>

#include "model/config_json.h"

namespace tessera::model {
namespace {

void require_block_types(const ConfigJson& config, const std::string& field, const char* type,
                         std::size_t levels) {
  const auto types = config.texts(field);
  if (types.size() != levels) config.refuse(field, "needs one entry per level");
  for (const std::string& entry : types) {
    if (entry != type) config.refuse(field, "\"" + entry + "\" is not supported");
  }
}

/// Fields of later diffusers versions: their values for SDXL's autoencoder are the ones supported.
void refuse_variants(const ConfigJson& config) {
  config.require_text("act_fn", {"silu", "swish"});
  for (const char* field : {"shift_factor", "latents_mean", "latents_std"}) {
    config.require_absent(field);
  }
  for (const char* field : {"use_quant_conv", "use_post_quant_conv", "mid_block_add_attention"}) {
    if (!config.flag_or(field, true)) config.refuse(field, "must be true");
  }
}

}  // namespace

VaeConfig read_vae_config(const std::filesystem::path& config_json) {
  const ConfigJson config(config_json);
  refuse_variants(config);
  VaeConfig vae;
  vae.widths = config.integers("block_out_channels");
  if (vae.widths.size() != 4) {
    config.refuse("block_out_channels", "4 levels (8 pixels per latent) are supported");
  }
  require_block_types(config, "down_block_types", "DownEncoderBlock2D", vae.widths.size());
  require_block_types(config, "up_block_types", "UpDecoderBlock2D", vae.widths.size());
  vae.resnets_per_level = config.integer("layers_per_block");
  if (vae.resnets_per_level == 0) config.refuse("layers_per_block", "must be above 0");
  vae.latent_channels = config.integer("latent_channels");
  if (vae.latent_channels != 4) config.refuse("latent_channels", "only 4 is supported");
  if (config.integer("in_channels") != 3) config.refuse("in_channels", "only 3 is supported");
  if (config.integer("out_channels") != 3) config.refuse("out_channels", "only 3 is supported");
  vae.norm_groups = config.integer_or("norm_num_groups", 32);
  for (const int width : vae.widths) {
    if (vae.norm_groups == 0 || width % vae.norm_groups != 0) {
      config.refuse("norm_num_groups", "must divide every width");
    }
  }
  vae.scaling_factor = config.number("scaling_factor");
  if (!(vae.scaling_factor > 0)) config.refuse("scaling_factor", "must be above 0");
  vae.sample_size = config.integer("sample_size");
  return vae;
}

}  // namespace tessera::model
