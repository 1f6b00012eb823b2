#include "launch/prepared_render.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "configs/config_sources.h"
#include "configs/job_config_rules.h"
#include "coordinator/plan_hash.h"
#include "coordinator/planner.h"
#include "launch/cpu_threads.h"
#include "launch/environment.h"
#include "launch/initial_inputs.h"
#include "launch/run_folder.h"
#include "launch/run_history.h"
#include "launch/run_summary.h"
#include "launch/shipped_model.h"
#include "launch/source_collection.h"
#include "launch/usage_error.h"
#include "storage/model_locator.h"
#include "storage/storage_error.h"
#include "storage/video_format.h"
#include "worker/model_outline.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

/// What rank 0 reads from files for all ranks, since hosts may see files differently.
struct Inputs {
  std::string model_folder;
  std::string model_outline;
  std::vector<partition::Extent> init_images;  ///< pixels, one per prompt; empty without one
};

bool is_clip(const configs::JobConfig& job) { return job.kind == configs::JobConfig::Kind::Video; }

std::string find_model(const configs::JobConfig& job) {
  const configs::JobConfig::Model& model = job.model;
  const std::string shipped = find_shipped_model(model.path);
  const fs::path folder =
      fs::absolute(is_clip(job) ? storage::locate_video_model(shipped)
                                : storage::locate_model(shipped, huggingface_home()));
  if (!model.vae_path.empty() && !fs::is_directory(model.vae_path)) {
    throw storage::MissingFileError("model.vae_path: \"" + model.vae_path +
                                    "\" is not a folder that is here.");
  }
  const fs::path plain = folder.lexically_normal();
  return (plain.has_filename() ? plain : plain.parent_path()).string();
}

Inputs read_inputs(const configs::JobConfig& job, std::vector<std::string>& warnings) {
  Inputs inputs;
  inputs.model_folder = find_model(job);
  inputs.model_outline = worker::outline_to_text(
      is_clip(job) ? worker::read_video_outline(inputs.model_folder)
                   : worker::read_model_outline(inputs.model_folder, job.model.vae_path));
  InitialInputs initial = read_initial_inputs(job);
  inputs.init_images = std::move(initial.images);
  warnings.insert(warnings.end(), initial.warnings.begin(), initial.warnings.end());
  return inputs;
}

/// Numbers, then two lines, for the broadcast.
std::string to_text(const Inputs& inputs) {
  std::string text = std::to_string(inputs.init_images.size());
  for (const partition::Extent image : inputs.init_images) {
    text += " " + std::to_string(image.rows) + " " + std::to_string(image.cols);
  }
  return text + "\n" + inputs.model_outline + "\n" + inputs.model_folder;
}

Inputs inputs_from_text(const std::string& text) {
  std::istringstream lines(text);
  Inputs inputs;
  std::size_t prompts = 0;
  lines >> prompts;
  inputs.init_images.resize(prompts);
  for (partition::Extent& image : inputs.init_images) lines >> image.rows >> image.cols;
  lines >> std::ws;
  std::getline(lines, inputs.model_outline);
  std::getline(lines, inputs.model_folder, '\0');
  return inputs;
}

worker::ReplayTrace study_of(const RenderRequest& request, const worker::RenderTask& task) {
  if (request.trace_stage >= 0) {
    const auto stages = static_cast<int>(task.stages.size());
    const bool known = request.trace_stage < stages;
    const auto index = static_cast<std::size_t>(known ? request.trace_stage : 0);
    const worker::StagePlan& stage = task.stages[index];
    if (!known || request.trace_step < stage.first_step || request.trace_step >= stage.steps) {
      throw UsageError("--trace-layers: there is no step " + std::to_string(request.trace_step) +
                       " of stage " + std::to_string(request.trace_stage) + "." +
                       (known ? " The stage runs " + steps_text(stage) + "."
                              : " Stages are 0 to " + std::to_string(stages - 1) + "."));
    }
  }
  return {request.replay_file, request.trace_file, request.trace_stage, request.trace_step};
}

void check_study(const RenderRequest& request) {
  if (!request.replay_file.empty() && !fs::is_regular_file(request.replay_file)) {
    throw storage::MissingFileError("--replay: \"" + request.replay_file +
                                    "\" is not a file that is here.");
  }
  if (fs::is_directory(request.trace_file)) {
    throw storage::CannotCreateError("--trace: \"" + request.trace_file + "\" is a folder.");
  }
  const fs::path folder = fs::path(request.trace_file).parent_path();
  if (!folder.empty() && !fs::is_directory(folder)) {
    throw storage::CannotCreateError("--trace: there is no folder \"" + folder.string() + "\".");
  }
}

/// A program without FFmpeg writes frames alone: a container that was asked for is refused.
void settle_formats(configs::ResolvedConfig& config, std::vector<std::string>& warnings) {
  std::vector<configs::JobConfig::OutputFormat>& formats = config.job.output.formats;
  if (!is_clip(config.job) || storage::video_is_built()) return;
  if (config.origins.of("output.formats").kind == configs::ConfigOrigin::Kind::VideoDefault) {
    formats = {configs::JobConfig::OutputFormat::Frames};
    warnings.emplace_back("this program was built without FFmpeg: the clip is written as frames");
    return;
  }
  for (const auto format : formats) {
    if (format == configs::JobConfig::OutputFormat::Frames) continue;
    throw storage::CannotCreateError(
        "output.formats: this program was built without FFmpeg, so it writes frames alone. Use "
        "frames, or build it with -DTESSERA_VIDEO=ON.");
  }
}

bool has_drawn_seed(const PreparedRender& render) {
  return render.config.origins.of("seed").kind == configs::ConfigOrigin::Kind::Drawn;
}

void tell_selection(int chosen, PreparedRender& render, Console& console) {
  console.note(std::to_string(chosen) + " of " + std::to_string(render.plan.task.items.size()) +
               " items are selected");
  if (!has_drawn_seed(render)) return;
  const std::string seed = std::to_string(render.config.job.seed);
  render.warnings.push_back(
      "the seed " + seed + " was drawn for this part of the items alone. Give the other parts -s " +
      seed + ".");
}

/// Every rank plans alike.
coordinator::RenderPlan plan_on_rank(const PreparedRender& render, const Inputs& inputs,
                                     const RankSession& session) {
  const configs::JobConfig& job = render.config.job;
  coordinator::RenderPlan plan =
      coordinator::plan_render(job, render.model, session.size(), inputs.init_images);
  plan.task.cpu_threads = cpu_threads_of_this_rank(job.distributed.cpu_threads);
  return plan;
}

/// A run whose first start drew its seed goes on with that one, so that the same command, seed -1
/// included, continues it. All ranks; the plan names the run directory.
void settle_drawn_seed(PreparedRender& render, const RenderRequest& request,
                       StartupExchange& startup, Console& console) {
  configs::JobConfig& job = render.config.job;
  std::filesystem::path run;
  const std::string earlier = startup.text_of_root([&] {
    run = run_folder(job, render.plan.task);
    const std::optional<std::int64_t> seed = drawn_seed_of(run, request);
    return seed ? std::to_string(*seed) : "";
  });
  if (!earlier.empty()) job.seed = std::stoll(earlier);
  console.note("seed " + std::to_string(job.seed) +
               (earlier.empty() ? " was drawn"
                                : " was drawn by the first start in " + run.string() +
                                      " and is taken again; --resume never draws another"));
}

}  // namespace

PreparedRender prepare_render(const CommandLine& line, RankSession& session,
                              StartupExchange& startup, Console& console) {
  PreparedRender render;
  const std::string sources = startup.text_of_root(
      [&] { return configs::sources_to_text(collect_sources(line, console)); });
  startup.on_all([&] {
    render.config = configs::read_job_config(configs::sources_from_text(sources));
    render.warnings = configs::check_job_config(render.config.job, render.config.origins);
    configs::check_render_inputs(render.config.job);
    settle_formats(render.config, render.warnings);
  });
  configs::JobConfig& job = render.config.job;
  const Inputs inputs = inputs_from_text(startup.text_of_root([&] {
    check_study(line.render);
    return to_text(read_inputs(job, render.warnings));
  }));
  job.model.path = inputs.model_folder;
  startup.on_all([&] {
    render.model = worker::outline_from_text(inputs.model_outline);
    render.plan = plan_on_rank(render, inputs, session);
  });
  if (has_drawn_seed(render)) {
    settle_drawn_seed(render, line.render, startup, console);
    startup.on_all([&] { render.plan = plan_on_rank(render, inputs, session); });
  }
  int chosen = 0;
  startup.on_all([&] {
    chosen = leave_unselected(line.render.selection, render.plan.task);
    render.plan.task.study = study_of(line.render, render.plan.task);
    for (const std::string& warning : render.plan.warnings) render.warnings.push_back(warning);
  });
  startup.same_on_all("plan", coordinator::plan_hash(render.plan.task));
  if (!line.render.selection.takes_all()) tell_selection(chosen, render, console);
  return render;
}

}  // namespace tessera::launch
