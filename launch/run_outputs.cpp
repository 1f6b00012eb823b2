#include "launch/run_outputs.h"

#include <build_info.h>

#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include "configs/config_listing.h"
#include "coordinator/existing_policy.h"
#include "coordinator/picture_version.h"
#include "coordinator/plan_hash.h"
#include "launch/environment.h"
#include "launch/picture_source.h"
#include "launch/run_folder.h"
#include "launch/slurm_job.h"
#include "storage/atomic_file.h"
#include "storage/content_digest.h"
#include "storage/existing_file.h"
#include "storage/png_writer.h"
#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kQueueBytes = 256 << 20;  // rows that wait for compression
constexpr std::string_view kRunDirToken = "{run_dir}";

storage::RunLock lock(const storage::RunDirectory& run) {
  const std::optional<SlurmJob> job = slurm_job_of_environment();
  return storage::RunLock::acquire(
      run.lock_file(), job ? job->lock_name() : "",
      [&](const std::string& other) { return slurm_job_has_ended(other, job, run_slurm_command); });
}

/// Extensions of the files that `-o` can copy.
std::vector<std::string> copied_extensions(const configs::JobConfig& job) {
  if (job.kind == configs::JobConfig::Kind::Image) return {".png"};
  return coordinator::container_extensions(job.output);
}

/// The file of `-o`, checked to be creatable.
std::optional<fs::path> settle_copy(const std::string& copy_to, const configs::JobConfig& job,
                                    configs::JobConfig::OnExists on_exists) {
  if (copy_to.empty()) return std::nullopt;
  std::string allowed;
  bool known = false;
  for (const std::string& extension : copied_extensions(job)) {
    allowed += (allowed.empty() ? "" : " or ") + extension;
    known = known || fs::path(copy_to).extension() == extension;
  }
  if (!known) {
    throw storage::CannotCreateError("-o: \"" + copy_to +
                                     "\" is not the name of a file that this run makes. " +
                                     (allowed.empty() ? "Let output.formats have mp4 or mkv."
                                                      : "Let it end in " + allowed + "."));
  }
  const auto settled = storage::settle_existing(copy_to, coordinator::existing_policy(on_exists));
  if (settled) const storage::AtomicFile probe(*settled);  // removed, since it is not committed
  return settled;
}

using Files = std::vector<coordinator::InputFile>;

/// A replayed run draws nothing, so the file decides about the picture.
Files with_replay(Files files, const RenderRequest& request) {
  if (!request.replay_file.empty()) {
    files.push_back({"--replay", fs::path(request.replay_file).filename().string(),
                     storage::digest_of_file(request.replay_file)});
  }
  return files;
}

/// So that the file serves from any folder.
configs::ResolvedConfig with_absolute_paths(configs::ResolvedConfig config) {
  const auto anchor = [](std::string& path) {
    if (!path.empty()) path = fs::absolute(path).lexically_normal().string();
  };
  anchor(config.job.model.vae_path);
  anchor(config.job.init.image);
  anchor(config.job.init.mask);
  for (configs::PromptConfig& prompt : config.job.prompts) {
    if (prompt.image) anchor(*prompt.image);
    if (prompt.mask) anchor(*prompt.mask);
  }
  return config;
}

}  // namespace

RunOutputs::RunOutputs(const PreparedRender& render, const RenderRequest& request)
    : render_(render),
      run_(storage::RunDirectory::create(run_folder(render.config.job, render.plan.task))),
      lock_(lock(run_)) {
  const configs::JobConfig& job = render.config.job;
  run_.remove_leftovers();
  files_ = input_files(job);
  if (!request.from_picture.empty()) check_files_of_picture(request.from_picture, files_);
  identity_ = coordinator::run_identity(job, with_replay(files_, request));
  const worker::RenderTask& task = render.plan.task;
  history_ = read_history(
      run_, request, identity_,
      {task, coordinator::kept_stages(job.output, static_cast<int>(task.stages.size()))});
  copy_to_ = settle_copy(
      request.copy_to, job,
      history_.empty() ? job.output.on_exists : configs::JobConfig::OnExists::Overwrite);
  const bool recorded = job.output.metadata != configs::JobConfig::Metadata::None;
  const coordinator::RecordSources sources{job, render.plan, build_info::kVersion,
                                           build_info::kTorchVersion, recorded ? files_ : Files()};
  const coordinator::RunManifest* earlier = history_.manifest ? &*history_.manifest : nullptr;
  orders_ = std::make_shared<coordinator::PictureOrders>(sources, run_, today(), slurm_ids().job,
                                                         earlier);
  if (history_.empty()) forget_history(run_);
  finished_containers_ = orders_->finish_containers();
  run_.write_text("run.yaml", configs::config_as_yaml(with_absolute_paths(render.config)));
}

coordinator::RunStart RunOutputs::start() const {
  if (!history_.checkpoint) return {};
  const storage::CheckpointProgress& at = history_.checkpoint->progress;
  std::vector<int> lost;
  for (int stage = 0; stage < at.stage && stage < at.stage_count; ++stage) {
    if (orders_->is_due(at.item, stage)) lost.push_back(stage);
  }
  return coordinator::resume_from(*history_.checkpoint, render_.plan.task, lost);
}

coordinator::RunManifest RunOutputs::manifest() const {
  coordinator::RunManifest manifest;
  manifest.version = build_info::kVersion;
  manifest.keys = identity_.keys;
  manifest.hash = identity_.hash;
  manifest.pictures = orders_->pictures();
  if (render_.config.origins.of("seed").kind == configs::ConfigOrigin::Kind::Drawn) {
    manifest.drawn_seed = render_.config.job.seed;
  }
  if (history_.manifest) {
    manifest.idle_starts = history_.manifest->idle_starts;
    manifest.drawn_seed = history_.manifest->drawn_seed;
    manifest.source = history_.manifest->source;
  }
  return manifest;
}

void RunOutputs::record_complete() const {
  coordinator::RunManifest complete = manifest();
  complete.state = coordinator::RunManifest::State::Done;
  complete.idle_starts = 0;
  run_.write_text("manifest.json", coordinator::manifest_to_json(complete));
  if (!history_.unfinished.empty()) return;
  std::error_code ignored;  // a STOP that stays is removed by a later start
  fs::remove(run_.stop_file(), ignored);
}

storage::CheckpointData RunOutputs::checkpoint_base() const {
  storage::CheckpointData base;
  base.writer_version = build_info::kVersion;
  base.picture_version = coordinator::kPictureVersion;
  base.config_hash = identity_.hash;
  base.plan_hash = coordinator::plan_hash(render_.plan.task);
  base.mode =
      render_.config.job.method.mode == configs::JobConfig::Mode::Official ? "official" : "paper";
  base.job_id = slurm_ids().job;
  base.config_yaml = configs::config_as_yaml(render_.config);
  base.picture_keys = identity_.keys;
  for (const coordinator::InputFile& file : files_) base.inputs.push_back({file.key, file.digest});
  return base;
}

fs::path RunOutputs::log_directory() const {
  std::string pattern = render_.config.job.log.directory;
  const std::size_t token = pattern.find(kRunDirToken);
  if (token != std::string::npos) {
    pattern.replace(token, kRunDirToken.size(), run_.root().string());
  }
  return pattern;
}

std::unique_ptr<coordinator::OutputWriter> RunOutputs::make_writer(
    const coordinator::FilePatience& patience) const {
  const configs::JobConfig::Output& output = render_.config.job.output;
  const storage::PngOptions options{
      output.bit_depth == 16 ? storage::PngDepth::Bits16 : storage::PngDepth::Bits8,
      output.png_level};
  auto writer = std::make_unique<storage::PngWriter>(
      [orders = orders_](int frame) { return orders->file_of(frame); }, options);
  return std::make_unique<coordinator::OutputWriter>(
      std::move(writer),
      [orders = orders_](int item, int stage, int frame) {
        return orders->order(item, stage, frame);
      },
      kQueueBytes, patience);
}

std::optional<fs::path> RunOutputs::copy_final_picture() const {
  if (!copy_to_) return std::nullopt;
  const fs::path from = orders_->final_file(copy_to_->extension().string());
  if (from.empty()) return std::nullopt;
  std::ifstream picture(from, std::ios::binary);
  storage::AtomicFile copy(*copy_to_);
  std::array<char, 1 << 16> bytes{};
  while (picture.read(bytes.data(), bytes.size()) || picture.gcount() > 0) {
    copy.write(std::string_view(bytes.data(), static_cast<std::size_t>(picture.gcount())));
  }
  if (!picture.eof()) throw storage::IoError(from.string() + ": cannot be read for the copy.");
  copy.commit();
  return copy_to_;
}

}  // namespace tessera::launch
