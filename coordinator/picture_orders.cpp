#include "coordinator/picture_orders.h"

#include <algorithm>
#include <stdexcept>

#include "configs/job_config.h"
#include "coordinator/existing_policy.h"
#include "storage/existing_file.h"
#include "storage/name_pattern.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;

JobConfig without_prompts(JobConfig config) {
  config.prompts.clear();
  return config;
}

bool is_kept(const RecordSources& sources, int stage) {
  const bool last = stage + 1 == static_cast<int>(sources.plan.task.stages.size());
  return last || sources.config.output.stages == JobConfig::Stages::All;
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

}  // namespace

PictureOrders::PictureOrders(const RecordSources& sources, const storage::RunDirectory& run,
                             const std::string& date, const std::string& job)
    : config_(without_prompts(sources.config)),
      sources_{config_, sources.plan, sources.version, sources.torch_version, sources.files},
      stage_count_(sources.plan.task.stages.size()) {
  const worker::RenderTask& task = sources.plan.task;
  files_.resize(task.items.size() * stage_count_);
  std::vector<storage::NameTokens> kept;
  for (const worker::ItemTask& item : task.items) {
    for (const worker::StagePlan& stage : task.stages) {
      if (is_kept(sources, stage.stage)) {
        kept.push_back(tokens_of(sources, item, stage));
        kept.back().date = date;
        kept.back().job = job;
      }
    }
  }
  const std::vector<std::string> names =
      storage::picture_names(sources.config.output.pattern, kept);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const worker::ItemTask& item = task.items[static_cast<std::size_t>(kept[k].index)];
    if (item.work == worker::ItemWork::Leave) continue;
    final_file_ = run.file(names[k] + ".png");
    const auto path =
        storage::settle_existing(final_file_, existing_policy(sources.config.output.on_exists));
    if (path) {
      final_file_ = *path;
      files_[frame(kept[k].index, kept[k].stage)] = *path;
    }
  }
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
