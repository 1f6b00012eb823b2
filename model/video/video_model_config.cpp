#include "model/video/video_model_config.h"

#include <nlohmann/json.hpp>

#include "model/config_json.h"

namespace tessera::model {
namespace {

constexpr char kFormat[] = "tessera video model";
constexpr int kVersion = 1;

VideoUnetConfig read_unet(const ConfigJson& json) {
  VideoUnetConfig unet;
  unet.in_channels = json.positive("in_channels");
  unet.out_channels = json.positive("out_channels");
  unet.widths = json.integers("widths");
  unet.transformer_depths = json.integers("transformer_depths", unet.levels());
  unet.middle_depth = json.positive("middle_depth");
  unet.resnets_per_level = json.positive("resnets_per_level");
  unet.head_width = json.positive("head_width");
  unet.context_width = json.positive("context_width");
  unet.temporal_length = json.positive("temporal_length");
  for (const int width : unet.widths) {
    if (width == 0 || width % unet.head_width != 0) {
      json.refuse("widths", std::to_string(width) + " is no multiple of head_width");
    }
  }
  return unet;
}

VaeConfig read_vae(const ConfigJson& json) {
  VaeConfig vae;
  vae.widths = json.integers("widths");
  vae.resnets_per_level = json.positive("resnets_per_level");
  vae.latent_channels = json.positive("latent_channels");
  vae.scaling_factor = json.number("scale_factor");
  if (!(vae.scaling_factor > 0)) json.refuse("scale_factor", "must be above 0");
  return vae;
}

ClipTextConfig read_text(const ConfigJson& json) {
  ClipTextConfig text;
  text.vocabulary_size = json.positive("vocabulary_size");
  text.positions = json.positive("positions");
  text.width = json.positive("width");
  text.mlp_width = json.positive("mlp_width");
  text.layers = json.positive("layers");
  text.heads = json.positive("heads");
  text.activation = TextActivation::Gelu;
  text.context = TextContext::FinalNorm;
  if (text.width % text.heads != 0) json.refuse("heads", "does not divide width");
  return text;
}

VideoScheduleConfig read_schedule(const ConfigJson& json) {
  VideoScheduleConfig schedule;
  schedule.train_steps = json.positive("train_steps");
  schedule.beta_start = json.number("beta_start");
  schedule.beta_end = json.number("beta_end");
  schedule.scale_end.reset();
  if (json.has("scale_end")) schedule.scale_end = json.number("scale_end");
  return schedule;
}

}  // namespace

std::string video_config_json(const VideoModelConfig& config) {
  const VideoUnetConfig& unet = config.unet;
  const VaeConfig& vae = config.vae;
  const ClipTextConfig& text = config.text;
  const VideoScheduleConfig& schedule = config.schedule;
  using Json = nlohmann::ordered_json;
  Json json = {{"format", kFormat}, {"version", kVersion}};
  json["unet"] = {{"in_channels", unet.in_channels},
                  {"out_channels", unet.out_channels},
                  {"widths", unet.widths},
                  {"transformer_depths", unet.transformer_depths},
                  {"middle_depth", unet.middle_depth},
                  {"resnets_per_level", unet.resnets_per_level},
                  {"head_width", unet.head_width},
                  {"context_width", unet.context_width},
                  {"temporal_length", unet.temporal_length}};
  json["vae"] = {{"widths", vae.widths},
                 {"resnets_per_level", vae.resnets_per_level},
                 {"latent_channels", vae.latent_channels},
                 {"scale_factor", vae.scaling_factor}};
  json["text"] = {{"vocabulary_size", text.vocabulary_size},
                  {"positions", text.positions},
                  {"width", text.width},
                  {"mlp_width", text.mlp_width},
                  {"layers", text.layers},
                  {"heads", text.heads}};
  json["schedule"] = {{"train_steps", schedule.train_steps},
                      {"beta_start", schedule.beta_start},
                      {"beta_end", schedule.beta_end},
                      {"scale_end", schedule.scale_end ? Json(*schedule.scale_end) : Json()}};
  return json.dump(1) + "\n";
}

VideoModelConfig read_video_model_config(const std::filesystem::path& config_json) {
  const ConfigJson json(config_json);
  if (json.text("format") != kFormat) json.refuse("format", "is not that of a video model");
  if (json.integer("version") != kVersion) json.refuse("version", "only 1 is known");
  VideoModelConfig config;
  config.unet = read_unet(json.section("unet"));
  config.vae = read_vae(json.section("vae"));
  config.text = read_text(json.section("text"));
  config.schedule = read_schedule(json.section("schedule"));
  return config;
}

}  // namespace tessera::model
