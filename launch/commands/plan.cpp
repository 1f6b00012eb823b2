#include "launch/commands/plan.h"

#include <filesystem>
#include <string>
#include <vector>

#include "configs/job_config_reader.h"
#include "configs/job_config_rules.h"
#include "configs/machine_config.h"
#include "coordinator/job_forecast.h"
#include "coordinator/memory_check.h"
#include "launch/environment.h"
#include "launch/initial_inputs.h"
#include "launch/plan_text.h"
#include "launch/shipped_model.h"
#include "launch/source_collection.h"
#include "launch/usage_error.h"
#include "storage/model_locator.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "worker/model_outline.h"

namespace tessera::launch {
namespace {

constexpr const char* kThisDevice = "cpu";

configs::MachineConfig machine_of(const PlanRequest& request) {
  const std::string name = request.machine.empty() ? kThisDevice : request.machine;
  configs::MachineConfig machine;
  if (const configs::MachineConfig* known = configs::find_machine(name)) {
    machine = *known;
  } else if (std::filesystem::is_regular_file(name)) {
    machine = configs::read_machine(storage::read_text(name), name);
  } else {
    std::string names;
    for (const auto& known_machine : configs::known_machines()) names += " " + known_machine.name;
    throw UsageError("--machine: \"" + name + "\" is neither a file nor one of:" + names + ".");
  }
  if (request.device_memory) machine.memory_bytes = *request.device_memory;
  return machine;
}

coordinator::Placement placement_of(int ranks, const PlanRequest& request,
                                    const configs::MachineConfig& machine) {
  const bool shared = machine.device == configs::MachineConfig::Device::Cpu;
  const int usual = shared ? ranks : machine.devices_per_host;
  const int asked = request.ranks_per_host > 0 ? request.ranks_per_host : usual;
  if (!shared && asked > machine.devices_per_host) {
    throw UsageError("--ranks-per-host is " + std::to_string(asked) + ", but a host of " +
                     machine.name + " has " + std::to_string(machine.devices_per_host) +
                     " devices, one for each rank.");
  }
  return {ranks, std::min(asked, ranks)};
}

worker::ModelOutline outline_of(const configs::JobConfig& job, Console& console) {
  const bool clip = job.kind == configs::JobConfig::Kind::Video;
  if (job.model.path.empty()) {
    console.note(std::string("no model is given: planned for the published ") +
                 (clip ? "VideoCrafter2" : "SDXL"));
    return clip ? worker::video_crafter_outline() : worker::sdxl_outline();
  }
  if (clip) {
    return worker::read_video_outline(
        storage::locate_video_model(find_shipped_model(job.model.path)).string());
  }
  const std::filesystem::path folder =
      storage::locate_model(find_shipped_model(job.model.path), huggingface_home());
  return worker::read_model_outline(folder.string(), job.model.vae_path);
}

void show(const std::vector<coordinator::JobForecast>& forecasts,
          const configs::MachineConfig& machine, CommandLine::Form form, Console& console) {
  if (form == CommandLine::Form::Json) return console.result(forecast_json(forecasts, machine));
  const std::vector<std::string> lines = forecasts.size() == 1
                                             ? forecast_lines(forecasts.front(), machine)
                                             : comparison_lines(forecasts);
  for (const std::string& text : lines) console.result(text);
}

}  // namespace

void plan(const CommandLine& line, Console& console) {
  configs::ResolvedConfig resolved = configs::read_job_config(collect_sources(line, console));
  configs::JobConfig& job = resolved.job;
  for (const auto& warning : configs::check_job_config(job, resolved.origins)) {
    console.warning(warning);
  }
  if (job.prompts.empty()) job.prompts.emplace_back();  // any prompt takes the same time
  const InitialInputs inputs = read_initial_inputs(job);
  const worker::ModelOutline model = outline_of(job, console);
  const configs::MachineConfig machine = machine_of(line.plan);
  std::vector<coordinator::JobForecast> forecasts;
  for (const int ranks : line.plan.ranks) {
    const coordinator::Placement placement = placement_of(ranks, line.plan, machine);
    forecasts.push_back(coordinator::forecast_job(job, model, machine, placement, inputs.images));
    for (const std::string& warning : forecasts.back().plan.warnings) {
      console.warning((line.plan.ranks.size() > 1 ? std::to_string(ranks) + " ranks: " : "") +
                      warning);
    }
  }
  show(forecasts, machine, line.form, console);
  const coordinator::JobForecast& only = forecasts.front();
  if (forecasts.size() == 1 && !only.fits()) {
    const auto ranks = coordinator::ranks_that_fit(job, model, machine, only.placement);
    throw coordinator::MemoryError(misfit_text(only, ranks.value_or(0)));
  }
}

}  // namespace tessera::launch
