#include "coordinator/picture_record.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "configs/config_listing.h"
#include "configs/job_config.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using Json = nlohmann::ordered_json;

constexpr int kRecordFormat = 1;

/// Whether `file` is what the key has as `path`.
bool is_at(const InputFile& file, const std::string& path) {
  return file.path.empty() || file.path == path;
}

const InputFile* find_file(const RecordSources& sources, const std::string& key,
                           const std::string& path) {
  for (const InputFile& file : sources.files) {
    if (file.key == key && is_at(file, path)) {
      return &file;
    }
  }
  return nullptr;
}

bool is_of_item(const InputFile& file, const worker::ItemTask& item) {
  if (file.key == "init.image") return is_at(file, item.init_image);
  return file.key != "init.mask" || is_at(file, item.init_mask);
}

/// The name that a record gives to the file of a key; "" stays "".
std::string told_name(const RecordSources& sources, const std::string& key,
                      const std::string& path) {
  const InputFile* file = find_file(sources, key, path);
  if (path.empty() || file != nullptr) {
    return path.empty() ? "" : file->name;
  }
  const std::filesystem::path whole(path);
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

/// A list with one value for all stages stays; one with a value per stage >= 1 ends at `stage`.
void cut_exponents(std::vector<double>& values, int stage) {
  values.resize(std::min(values.size(), static_cast<std::size_t>(std::max(1, stage))));
}

/// The job that makes this one picture.
JobConfig job_of_picture(const RecordSources& sources, const worker::ItemTask& item, int stage) {
  JobConfig job = sources.config;
  job.prompts = {{.text = item.prompt}};
  job.negative_prompt = item.negative_prompt;
  job.images_per_prompt = 1;
  job.seed = static_cast<std::int64_t>(item.seed);
  job.model.path = told_name(sources, "model.path", job.model.path);
  job.model.vae_path = told_name(sources, "model.vae_path", job.model.vae_path);
  job.init = {told_name(sources, "init.image", item.init_image),
              told_name(sources, "init.mask", item.init_mask), item.init_strength};
  if (job.method.name != JobConfig::MethodName::Direct) {
    job.cascade.resolutions.resize(static_cast<std::size_t>(stage) + 1);
    cut_exponents(job.cascade.cosine_scale, stage);
    cut_exponents(job.cascade.cosine_scale_bg, stage);
  }
  return job;
}

const char* sampler_name(worker::SamplerKind sampler) {
  return sampler == worker::SamplerKind::EulerAncestral ? "Euler a" : "Euler";
}

storage::MetadataMode mode_of(JobConfig::Metadata metadata) {
  switch (metadata) {
    case JobConfig::Metadata::RedactPrompt:
      return storage::MetadataMode::RedactPrompt;
    case JobConfig::Metadata::None:
      return storage::MetadataMode::None;
    case JobConfig::Metadata::Full:
      break;
  }
  return storage::MetadataMode::Full;
}

}  // namespace

std::string picture_record(const RecordSources& sources, int item, int stage) {
  const worker::RenderTask& task = sources.plan.task;
  const worker::ItemTask& what = task.items.at(static_cast<std::size_t>(item));
  const JobConfig job = job_of_picture(sources, what, stage);
  const auto changes_picture = [](const configs::ConfigKey& key) {
    return key.picture == configs::ConfigKey::Picture::Changes;
  };
  Json record{{"program", "tessera"},
              {"format", kRecordFormat},
              {"version", sources.version},
              {"torch", sources.torch_version}};
  record["config"] = Json::parse(configs::keys_as_json(job, changes_picture));
  record["files"] = Json::array();
  for (const InputFile& file : sources.files) {
    if (!is_of_item(file, what)) continue;
    record["files"].push_back({{"key", file.key}, {"name", file.name}, {"sha256", file.digest}});
  }
  record["stage"] = stage;
  record["ranks"] = task.grid.world;
  record["guidance_halves"] = task.grid.halves;
  record["strips"] = task.stages.at(static_cast<std::size_t>(stage)).strip_count;
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

storage::PictureMetadata picture_metadata(const RecordSources& sources, int item, int stage) {
  const worker::RenderTask& task = sources.plan.task;
  const worker::ItemTask& what = task.items.at(static_cast<std::size_t>(item));
  storage::PictureMetadata metadata;
  metadata.prompt = what.prompt;
  metadata.negative_prompt = what.negative_prompt;
  metadata.steps = task.sampling.steps;
  metadata.sampler = task.clip ? "DDIM" : sampler_name(task.sampling.sampler);
  metadata.guidance_scale = task.sampling.guidance_scale;
  metadata.seed = what.seed;
  metadata.image = task.stages.at(static_cast<std::size_t>(stage)).image;
  metadata.model_name = told_name(sources, "model.path", sources.config.model.path);
  if (const InputFile* model = find_file(sources, "model.path", "")) {
    metadata.model_hash = model->digest;
  }
  metadata.version = sources.version;
  metadata.record = picture_record(sources, item, stage);
  metadata.mode = mode_of(sources.config.output.metadata);
  return metadata;
}

}  // namespace tessera::coordinator
