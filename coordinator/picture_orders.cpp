#include "coordinator/picture_orders.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "configs/job_config.h"
#include "coordinator/existing_policy.h"
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

using Place = std::pair<int, int>;  // item, stage

std::map<Place, ManifestPicture> by_place(const RunManifest* manifest) {
  std::map<Place, ManifestPicture> places;
  if (manifest == nullptr) return places;
  for (const ManifestPicture& picture : manifest->pictures) {
    places[{picture.item, picture.stage}] = picture;
  }
  return places;
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
void add_former(const std::map<Place, ManifestPicture>& known,
                std::vector<ManifestPicture>& pictures) {
  std::set<Place> listed;
  for (const ManifestPicture& picture : pictures) listed.insert({picture.item, picture.stage});
  for (const auto& [place, picture] : known) {
    if (picture.state != State::Due && !listed.contains(place)) pictures.push_back(picture);
  }
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
      stage_count_(sources.plan.task.stages.size()) {
  const worker::RenderTask& task = sources.plan.task;
  files_.resize(task.items.size() * stage_count_);
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
  const std::map<Place, ManifestPicture> known = by_place(earlier);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const Place place{kept[k].index, kept[k].stage};
    const auto before = known.find(place);
    const worker::ItemTask& item = task.items[static_cast<std::size_t>(kept[k].index)];
    if (item.work == worker::ItemWork::Leave) {
      if (before != known.end()) pictures_.push_back(before->second);
      continue;
    }
    ManifestPicture picture{place.first, place.second, names[k] + ".png", State::Due, ""};
    if (before != known.end()) {
      picture = before->second;
    } else {
      settle(picture, run, policy_for_unknown(sources.config, earlier));
    }
    final_file_ = run.file(picture.file);
    if (picture.state == State::Due) files_[frame(place.first, place.second)] = final_file_;
    pictures_.push_back(std::move(picture));
  }
  add_former(known, pictures_);
}

std::optional<PictureOrder> PictureOrders::order(int item, int stage) const {
  const std::size_t index = frame(item, stage);
  const std::optional<std::filesystem::path>& file = files_.at(index);
  if (!file) return std::nullopt;
  return PictureOrder{static_cast<int>(index), *file,
                      sources_.plan.task.stages.at(static_cast<std::size_t>(stage)).image,
                      picture_metadata(sources_, item, stage)};
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
  const auto per_item = static_cast<std::ptrdiff_t>(stage_count_);
  for (auto begin = files_.begin(); begin != files_.end(); begin += per_item) {
    const auto is_due = [](const auto& file) { return file.has_value(); };
    if (std::none_of(begin, begin + per_item, is_due)) {
      complete.push_back(static_cast<int>((begin - files_.begin()) / per_item));
    }
  }
  return complete;
}

}  // namespace tessera::coordinator
