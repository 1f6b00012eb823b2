#include "launch/prepared_render.h"

#include <filesystem>

#include "configs/config_sources.h"
#include "configs/job_config_rules.h"
#include "coordinator/plan_hash.h"
#include "coordinator/planner.h"
#include "launch/cpu_threads.h"
#include "launch/environment.h"
#include "launch/shipped_model.h"
#include "launch/source_collection.h"
#include "launch/usage_error.h"
#include "storage/model_locator.h"
#include "storage/storage_error.h"
#include "worker/model_outline.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;

/// Folder and outline of the model as two lines, for all ranks: hosts may see files differently.
std::string find_model(const configs::JobConfig::Model& model) {
  const fs::path folder =
      fs::absolute(storage::locate_model(find_shipped_model(model.path), huggingface_home()));
  if (!model.vae_path.empty() && !fs::is_directory(model.vae_path)) {
    throw storage::MissingFileError("model.vae_path: \"" + model.vae_path +
                                    "\" is not a folder that is here.");
  }
  const fs::path plain = folder.lexically_normal();
  const std::string text = (plain.has_filename() ? plain : plain.parent_path()).string();
  return text + "\n" + worker::outline_to_text(worker::read_model_outline(text));
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
                       (known ? " The stage runs steps " + std::to_string(stage.first_step) +
                                    " to " + std::to_string(stage.steps - 1) + "."
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
  const fs::path folder = fs::path(request.trace_file).parent_path();
  if (!folder.empty() && !fs::is_directory(folder)) {
    throw storage::CannotCreateError("--trace: there is no folder \"" + folder.string() + "\".");
  }
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
  });
  configs::JobConfig& job = render.config.job;
  const std::string model = startup.text_of_root([&] {
    check_study(line.render);
    return find_model(job.model);
  });
  startup.on_all([&] {
    job.model.path = model.substr(0, model.find('\n'));
    const worker::ModelOutline outline =
        worker::outline_from_text(model.substr(model.find('\n') + 1));
    render.plan = coordinator::plan_render(job, outline, session.size());
    render.plan.task.cpu_threads = cpu_threads_of_this_rank(job.distributed.cpu_threads);
    render.plan.task.study = study_of(line.render, render.plan.task);
    for (const std::string& warning : render.plan.warnings) render.warnings.push_back(warning);
  });
  startup.same_on_all("the plan", coordinator::plan_hash(render.plan.task));
  return render;
}

}  // namespace tessera::launch
