#include "worker/model_outline.h"

#include <filesystem>
#include <sstream>

#include "model/sampling/noise_scheduler_config.h"
#include "model/unet/unet_config.h"
#include "model/vae/vae_config.h"
#include "model/video/video_model_config.h"
#include "storage/storage_error.h"

namespace tessera::worker {
namespace {

void write_list(std::ostream& out, const std::vector<int>& values) {
  out << values.size();
  for (const int value : values) out << ' ' << value;
  out << ' ';
}

std::vector<int> read_list(std::istream& in) {
  std::size_t count = 0;
  in >> count;
  std::vector<int> values(in ? std::min<std::size_t>(count, 64) : 0);
  for (int& value : values) in >> value;
  return values;
}

}  // namespace

ModelOutline read_model_outline(const std::string& directory, const std::string& vae_directory) {
  const std::filesystem::path root = directory;
  const std::filesystem::path vae_root =
      vae_directory.empty() ? root / "vae" : std::filesystem::path(vae_directory);
  const model::UnetConfig unet = model::read_unet_config(root / "unet" / "config.json");
  const model::VaeConfig vae = model::read_vae_config(vae_root / "config.json");
  const model::SchedulerConfig scheduler =
      model::read_scheduler_config(root / "scheduler" / "scheduler_config.json");
  ModelOutline outline;
  outline.unet_widths = unet.widths;
  outline.transformer_depths = unet.transformer_depths;
  outline.head_counts = unet.heads;
  outline.resnets_per_level = unet.resnets_per_level;
  outline.context_width = unet.context_width;
  outline.sample_size = unet.sample_size;
  outline.vae_widths = vae.widths;
  outline.vae_resnets_per_level = vae.resnets_per_level;
  outline.vae_sample_size = vae.sample_size;
  outline.train_steps = scheduler.train_steps;
  outline.steps_offset = scheduler.steps_offset;
  outline.norm_groups = unet.norm_groups;
  return outline;
}

ModelOutline sdxl_outline() {
  ModelOutline outline;
  outline.unet_widths = {320, 640, 1280};
  outline.transformer_depths = {0, 2, 10};
  outline.head_counts = {5, 10, 20};
  outline.vae_widths = {128, 256, 512, 512};
  return outline;
}

ModelOutline video_crafter_outline() {
  ModelOutline outline;
  outline.unet_widths = {320, 640, 1280, 1280};
  outline.transformer_depths = {1, 1, 1, 0};
  outline.head_counts = {5, 10, 20, 20};
  outline.context_width = 1024;
  outline.vae_widths = {128, 256, 512, 512};
  outline.middle_depth = 1;
  outline.temporal_length = 16;
  return outline;
}

ModelOutline read_video_outline(const std::string& directory) {
  const model::VideoModelConfig config =
      model::read_video_model_config(std::filesystem::path(directory) / model::kVideoConfigFile);
  ModelOutline outline;
  outline.unet_widths = config.unet.widths;
  outline.transformer_depths = config.unet.transformer_depths;
  for (const int width : config.unet.widths) {
    outline.head_counts.push_back(width / config.unet.head_width);
  }
  outline.resnets_per_level = config.unet.resnets_per_level;
  outline.context_width = config.unet.context_width;
  outline.vae_widths = config.vae.widths;
  outline.vae_resnets_per_level = config.vae.resnets_per_level;
  outline.train_steps = config.schedule.train_steps;
  outline.middle_depth = config.unet.middle_depth;
  outline.temporal_length = config.unet.temporal_length;
  return outline;
}

std::string outline_to_text(const ModelOutline& outline) {
  std::ostringstream out;
  write_list(out, outline.unet_widths);
  write_list(out, outline.transformer_depths);
  write_list(out, outline.head_counts);
  write_list(out, outline.vae_widths);
  out << outline.resnets_per_level << ' ' << outline.context_width << ' ' << outline.sample_size
      << ' ' << outline.vae_sample_size << ' ' << outline.train_steps << ' ' << outline.steps_offset
      << ' ' << outline.norm_groups << ' ' << outline.vae_resnets_per_level << ' '
      << outline.middle_depth << ' ' << outline.temporal_length;
  return out.str();
}

ModelOutline outline_from_text(const std::string& text) {
  std::istringstream in(text);
  ModelOutline outline;
  outline.unet_widths = read_list(in);
  outline.transformer_depths = read_list(in);
  outline.head_counts = read_list(in);
  outline.vae_widths = read_list(in);
  in >> outline.resnets_per_level >> outline.context_width >> outline.sample_size >>
      outline.vae_sample_size >> outline.train_steps >> outline.steps_offset >>
      outline.norm_groups >> outline.vae_resnets_per_level >> outline.middle_depth >>
      outline.temporal_length;
  if (!in) throw storage::DataError("model outline: \"" + text + "\" is not readable");
  return outline;
}

}  // namespace tessera::worker
