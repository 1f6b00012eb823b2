#include "coordinator/picture_orders.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "configs/job_config.h"
#include "coordinator/existing_policy.h"
#include "storage/content_digest.h"
#include "storage/existing_file.h"
#include "storage/name_pattern.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using State = ManifestPicture::State;

JobConfig without_prompts(JobConfig config) {
  config.prompts.clear();
  return config;
}

storage::NameTokens tokens_of(const RecordSources& sources, const worker::ItemTask& item,
                              const worker::StagePlan& stage) {
  storage::NameTokens tokens;
  tokens.index = item.index;
  tokens.seed = item.seed;
  tokens.stage = stage.stage;
  tokens.image = stage.image;
  tokens.prompt = item.prompt;
  tokens.name = sources.config.name;
  return tokens;
}

/// Pictures that an earlier start knew: by item and stage, then by their part of a clip.
using Known = std::map<std::pair<int, int>, std::map<std::string, ManifestPicture>>;

Known known_of(const RunManifest* manifest) {
  Known known;
  if (manifest == nullptr) return known;
  for (const ManifestPicture& picture : manifest->pictures) {
    known[{picture.item, picture.stage}][part_of_clip(picture.file)] = picture;
  }
  return known;
}

/// The file of a picture that no earlier start knew, which may be there for another reason.
void settle(ManifestPicture& picture, const storage::RunDirectory& run,
            JobConfig::OnExists on_exists) {
  const auto path = storage::settle_existing(run.file(picture.file), existing_policy(on_exists));
  if (path) {
    picture.file = path->lexically_relative(run.root()).generic_string();
  } else {
    picture.state = State::Kept;
  }
}

/// What happens to the file of a picture that `earlier` does not know.
JobConfig::OnExists policy_for_unknown(const JobConfig& config, const RunManifest* earlier) {
  const bool ours = earlier != nullptr && earlier->source == RunManifest::Source::Checkpoint;
  return ours ? JobConfig::OnExists::Overwrite : config.output.on_exists;
}

/// Complete pictures of an earlier start that this one keeps no more (`output.stages`): they are
/// still those of the run.
void add_former(const Known& known, std::vector<ManifestPicture>& pictures) {
  std::set<std::string> listed;
  for (const ManifestPicture& picture : pictures) listed.insert(picture.file);
  for (const auto& [place, parts] : known) {
    for (const auto& [part, picture] : parts) {
      if (picture.state != State::Due && !listed.contains(picture.file)) {
        pictures.push_back(picture);
      }
    }
  }
}

/// A folder for the frames of a clip that no earlier start knew: with `suffix` one of its own.
std::string settle_folder(const std::string& folder, const storage::RunDirectory& run,
                          JobConfig::OnExists on_exists) {
  if (on_exists != JobConfig::OnExists::Suffix) return folder;
  std::string free = folder;
  for (int number = 2; std::filesystem::exists(run.file(free)); ++number) {
    free = folder + "_" + std::to_string(number);
  }
  return free;
}

}  // namespace

std::vector<int> kept_stages(const JobConfig::Output& output, int stage_count) {
  std::vector<int> kept;
  const bool all = output.stages == JobConfig::Stages::All;
  for (int stage = all ? 0 : stage_count - 1; stage < stage_count; ++stage) kept.push_back(stage);
  return kept;
}

PictureOrders::PictureOrders(const RecordSources& sources, const storage::RunDirectory& run,
                             const std::string& date, const std::string& job,
                             const RunManifest* earlier)
    : config_(without_prompts(sources.config)),
      sources_{config_, sources.plan, sources.version, sources.torch_version, sources.files},
      run_(run),
      on_exists_(policy_for_unknown(sources.config, earlier)),
      stage_count_(sources.plan.task.stages.size()),
      frame_count_(static_cast<std::size_t>(sources.plan.task.frames())) {
  const worker::RenderTask& task = sources.plan.task;
  files_.resize(task.items.size() * stage_count_ * frame_count_);
  std::vector<storage::NameTokens> kept;
  for (const worker::ItemTask& item : task.items) {
    for (const int stage : kept_stages(sources.config.output, static_cast<int>(stage_count_))) {
      kept.push_back(tokens_of(sources, item, task.stages[static_cast<std::size_t>(stage)]));
      kept.back().date = date;
      kept.back().job = job;
    }
  }
  const std::vector<std::string> names =
      storage::picture_names(sources.config.output.pattern, kept);
  Known known = known_of(earlier);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const Place place{kept[k].index, kept[k].stage};
    Parts& parts = known[{place.item, place.stage}];
    const worker::ItemTask& item = task.items[static_cast<std::size_t>(place.item)];
    if (item.work == worker::ItemWork::Leave) {
      for (const auto& [part, picture] : parts) pictures_.push_back(picture);
    } else if (task.clip) {
      add_clip(place, names[k], parts);
    } else {
      add_picture(place, names[k], parts);
    }
  }
  add_former(known, pictures_);
}

/// A picture as an earlier start left it, or as it is to be written.
ManifestPicture PictureOrders::settled(Place place, const std::string& file, const Parts& parts) {
  const auto before = parts.find(part_of_clip(file));
  if (before != parts.end()) return before->second;
  ManifestPicture picture{place.item, place.stage, file, State::Due, ""};
  settle(picture, run_, on_exists_);
  return picture;
}

void PictureOrders::add_picture(Place place, const std::string& name, const Parts& parts) {
  ManifestPicture picture = settled(place, name + ".png", parts);
  const std::filesystem::path file = run_.file(picture.file);
  final_files_ = {file};
  if (picture.state == State::Due) files_[index_of(place.item, place.stage, 0)] = file;
  pictures_.push_back(std::move(picture));
}

void PictureOrders::add_clip(Place place, const std::string& name, const Parts& parts) {
  const auto first = parts.find(frame_name(0));
  const std::string folder =
      first != parts.end()
          ? std::filesystem::path(first->second.file).parent_path().generic_string()
          : settle_folder(frames_folder(name), run_, on_exists_);
  for (int frame = 0; frame < static_cast<int>(frame_count_); ++frame) {
    ManifestPicture picture = settled(place, folder + "/" + frame_name(frame), parts);
    if (picture.state == State::Due) {
      files_[index_of(place.item, place.stage, frame)] = run_.file(picture.file);
    }
    pictures_.push_back(std::move(picture));
  }
  final_files_.clear();
  for (const std::string& extension : container_extensions(config_.output)) {
    ManifestPicture picture = settled(place, name + extension, parts);
    final_files_.push_back(run_.file(picture.file));
    if (picture.state == State::Due) {
      containers_[clip_of(place.item, place.stage)].push_back(
          container(place, picture.file, extension, run_.file(folder)));
    }
    pictures_.push_back(std::move(picture));
  }
}

ContainerOrder PictureOrders::container(Place place, const std::string& file,
                                        const std::string& extension,
                                        const std::filesystem::path& folder) const {
  ContainerOrder order;
  order.path = run_.file(file);
  order.form.format = format_of_extension(extension);
  order.form.image = sources_.plan.task.stages.at(static_cast<std::size_t>(place.stage)).image;
  order.form.frames_per_second = config_.video.fps;
  order.form.crf = config_.output.video_crf;
  order.form.parameters =
      storage::parameters_text(picture_metadata(sources_, place.item, place.stage));
  order.folder = folder;
  order.frames = static_cast<int>(frame_count_);
  return order;
}

std::optional<PictureOrder> PictureOrders::order(int item, int stage, int frame) const {
  const std::size_t index = index_of(item, stage, frame);
  const std::optional<std::filesystem::path>& file = files_.at(index);
  if (!file) return std::nullopt;
  PictureOrder order{static_cast<int>(index), *file,
                     sources_.plan.task.stages.at(static_cast<std::size_t>(stage)).image,
                     picture_metadata(sources_, item, stage)};
  if (!sources_.plan.task.clip) return order;
  order.frame = frame;
  const auto clip = containers_.find(clip_of(item, stage));
  if (clip != containers_.end() && frame == last_due(clip->first)) order.containers = clip->second;
  return order;
}

/// The last frame of a clip that is not there yet, or -1.
int PictureOrders::last_due(std::size_t clip) const {
  for (auto frame = static_cast<int>(frame_count_) - 1; frame >= 0; --frame) {
    if (files_[clip * frame_count_ + static_cast<std::size_t>(frame)]) return frame;
  }
  return -1;
}

std::vector<std::filesystem::path> PictureOrders::finish_containers() {
  std::vector<std::filesystem::path> made;
  for (auto clip = containers_.begin(); clip != containers_.end();) {
    if (last_due(clip->first) >= 0) {
      ++clip;
      continue;
    }
    for (const ContainerOrder& order : clip->second) {
      build_container(order);
      const std::string file = order.path.lexically_relative(run_.root()).generic_string();
      const auto same = [&](const ManifestPicture& picture) { return picture.file == file; };
      ManifestPicture& picture = *std::find_if(pictures_.begin(), pictures_.end(), same);
      picture.state = State::Written;
      picture.digest = storage::digest_of_file(order.path);
      made.push_back(order.path);
    }
    clip = containers_.erase(clip);
  }
  return made;
}

std::filesystem::path PictureOrders::final_file(const std::string& extension) const {
  const auto same = [&](const std::filesystem::path& file) {
    return file.extension() == extension;
  };
  const auto found = std::find_if(final_files_.begin(), final_files_.end(), same);
  return found == final_files_.end() ? std::filesystem::path() : *found;
}

std::filesystem::path PictureOrders::file_of(int frame_index) const {
  const auto& file = files_.at(static_cast<std::size_t>(frame_index));
  if (!file) {
    throw std::out_of_range("picture " + std::to_string(frame_index) + " is not kept");
  }
  return *file;
}

std::vector<int> PictureOrders::complete_items() const {
  std::vector<int> complete;
  const auto per_item = static_cast<std::ptrdiff_t>(stage_count_ * frame_count_);
  for (auto begin = files_.begin(); begin != files_.end(); begin += per_item) {
    const auto is_due = [](const auto& file) { return file.has_value(); };
    if (std::none_of(begin, begin + per_item, is_due)) {
      complete.push_back(static_cast<int>((begin - files_.begin()) / per_item));
    }
  }
  return complete;
}

}  // namespace tessera::coordinator
