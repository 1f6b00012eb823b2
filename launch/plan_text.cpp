#include "launch/plan_text.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "launch/formatted_text.h"
#include "partition/size_text.h"
#include "partition/strip_layout.h"

namespace tessera::launch {
namespace {

using coordinator::JobForecast;
using coordinator::StageForecast;
using coordinator::StageTime;
using worker::StagePlan;

constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr double kMebibyte = 1024.0 * 1024.0;

std::string amount(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  return value >= kGibibyte ? formatted("%.1f GiB", value / kGibibyte)
                            : formatted("%.0f MiB", value / kMebibyte);
}

std::string duration(double seconds) {
  if (seconds < 0.1) return formatted("%.3g s", seconds);
  if (seconds < 600) return formatted("%.1f s", seconds);
  if (seconds < 7200) return formatted("%.0f min", seconds / 60);
  return formatted("%.1f h", seconds / 3600);
}

int tallest_rows(const StagePlan& stage) {
  return partition::make_strips(stage.blocks, stage.strip_count).tallest_rows();
}

/// Crops per axis product of the first level with self-attention are the same at every level but
/// for rounding; the dilation tells whether a stage has any.
std::string fused(const StagePlan& stage) {
  return stage.self_attention == worker::SelfAttention::ScaleFused
             ? formatted("%d", stage.blur_radius)
             : "-";
}

std::string stage_line(const JobForecast& forecast, std::size_t index) {
  const StagePlan& stage = forecast.plan.task.stages[index];
  const StageTime& time = forecast.stages[index];
  const std::string size = partition::size_text(stage.image);
  return formatted(
      "%-7d %-11s %6d %11d %6d %9s %7s %10s %10s %10s %6.0f%%", stage.stage, size.c_str(),
      stage.strip_count, tallest_rows(stage), forecast.plan.forecast[index].steps,
      formatted("%dx%d", stage.dilation.rows, stage.dilation.cols).c_str(), fused(stage).c_str(),
      duration(time.step.seconds()).c_str(), duration(time.transition + time.decode).c_str(),
      duration(time.seconds()).c_str(), 100 * forecast.efficiency[index]);
}

std::string memory_line(const JobForecast& forecast) {
  const std::size_t widest = forecast.widest_stage();
  const StageForecast& cost = forecast.plan.forecast[widest];
  return formatted("memory  about %s per rank at stage %zu (weights %s), %s usable",
                   amount(cost.peak_bytes).c_str(), widest, amount(cost.weight_bytes).c_str(),
                   amount(forecast.usable_bytes()).c_str());
}

std::string files_line(const JobForecast& forecast) {
  const worker::RenderTask& task = forecast.plan.task;
  std::int64_t pixels = 0;
  for (const StagePlan& stage : task.stages) pixels += stage.image.area();
  return formatted("files   %zu pictures, at most %s; a checkpoint holds %s",
                   task.stages.size() * task.items.size(),
                   amount(3 * pixels * static_cast<std::int64_t>(task.items.size())).c_str(),
                   amount(forecast.checkpoint_bytes).c_str());
}

nlohmann::json stage_json(const JobForecast& forecast, std::size_t index) {
  const StagePlan& stage = forecast.plan.task.stages[index];
  const StageForecast& cost = forecast.plan.forecast[index];
  const StageTime& time = forecast.stages[index];
  return {{"stage", stage.stage},
          {"height", stage.image.rows},
          {"width", stage.image.cols},
          {"strips", stage.strip_count},
          {"tallest_strip_rows", tallest_rows(stage)},
          {"steps", cost.steps},
          {"first_step", stage.first_step},
          {"dilation", {stage.dilation.rows, stage.dilation.cols}},
          {"step_flop", cost.step_flop},
          {"transition_flop", cost.transition_flop},
          {"decode_flop", cost.decode_flop},
          {"step_seconds", time.step.seconds()},
          {"step_communication_seconds", time.step.communication},
          {"step_bytes_sent", time.step.bytes},
          {"dilated_step_seconds", time.dilated_step.seconds()},
          {"dilated_step_bytes_sent", time.dilated_step.bytes},
          {"transition_seconds", time.transition},
          {"decode_seconds", time.decode},
          {"seconds", time.seconds()},
          {"efficiency", forecast.efficiency[index]},
          {"peak_bytes_per_rank", cost.peak_bytes},
          {"weight_bytes", cost.weight_bytes}};
}

}  // namespace

std::vector<std::string> forecast_lines(const JobForecast& forecast,
                                        const configs::MachineConfig& machine) {
  const partition::RankGrid& grid = forecast.plan.task.grid;
  std::vector<std::string> lines;
  lines.push_back(formatted("machine %s", machine.name.c_str()));
  lines.push_back(formatted("grid    %d ranks on %d hosts, %d useful = %d guidance %s x %d strips",
                            grid.world, forecast.placement.hosts(), forecast.plan.useful_ranks,
                            grid.halves, grid.halves == 1 ? "part" : "halves",
                            forecast.plan.useful_ranks / grid.halves));
  lines.emplace_back(
      "stage   canvas      strips latent rows  steps  dilation    blur       step        VAE      "
      "stage efficiency");
  for (std::size_t s = 0; s < forecast.stages.size(); ++s) {
    lines.push_back(stage_line(forecast, s));
  }
  lines.push_back(memory_line(forecast));
  lines.push_back(files_line(forecast));
  const std::size_t items = forecast.plan.task.items.size();
  lines.push_back("total   about " + duration(forecast.seconds()) +
                  (items > 1 ? formatted(" for %zu items", items) : "") +
                  ", once the model is loaded");
  return lines;
}

std::vector<std::string> comparison_lines(const std::vector<JobForecast>& forecasts) {
  std::vector<std::string> lines{
      "ranks  useful      total  last stage's step  efficiency  sent per "
      "step  memory per rank"};
  for (const JobForecast& forecast : forecasts) {
    const StageTime& last = forecast.stages.back();
    const std::int64_t peak = forecast.plan.forecast[forecast.widest_stage()].peak_bytes;
    lines.push_back(formatted("%5d  %6d %10s  %17s  %9.0f%%  %13s  %15s%s",
                              forecast.placement.ranks, forecast.plan.useful_ranks,
                              duration(forecast.seconds()).c_str(),
                              duration(last.step.seconds()).c_str(),
                              100 * forecast.efficiency.back(), amount(last.step.bytes).c_str(),
                              amount(peak).c_str(), forecast.fits() ? "" : "  does not fit"));
  }
  return lines;
}

std::string forecast_json(const std::vector<JobForecast>& forecasts,
                          const configs::MachineConfig& machine) {
  nlohmann::json plans = nlohmann::json::array();
  for (const JobForecast& forecast : forecasts) {
    nlohmann::json stages = nlohmann::json::array();
    for (std::size_t s = 0; s < forecast.stages.size(); ++s) {
      stages.push_back(stage_json(forecast, s));
    }
    plans.push_back({{"ranks", forecast.placement.ranks},
                     {"hosts", forecast.placement.hosts()},
                     {"useful_ranks", forecast.plan.useful_ranks},
                     {"guidance_halves", forecast.plan.task.grid.halves},
                     {"items", forecast.plan.task.items.size()},
                     {"fits", forecast.fits()},
                     {"usable_bytes_per_rank", forecast.usable_bytes()},
                     {"checkpoint_bytes", forecast.checkpoint_bytes},
                     {"seconds", forecast.seconds()},
                     {"stages", stages},
                     {"warnings", forecast.plan.warnings}});
  }
  return nlohmann::json{{"machine", machine.name}, {"plans", plans}}.dump(2);
}

std::string misfit_text(const JobForecast& forecast, int ranks) {
  const std::size_t widest = forecast.widest_stage();
  const StagePlan& stage = forecast.plan.task.stages[widest];
  std::string text = "stage " + std::to_string(widest) + " (" + partition::size_text(stage.image) +
                     ") needs about " + amount(forecast.plan.forecast[widest].peak_bytes) +
                     " per rank, " + amount(forecast.usable_bytes()) + " of " +
                     amount(forecast.memory_bytes) + " can be used. ";
  std::string remedy = ranks > 0 ? "Use at least " + std::to_string(ranks) + " ranks" : "";
  if (stage.vae_mode == worker::VaeMode::Full) {
    remedy += remedy.empty() ? "Use vae.mode tiled" : ", or vae.mode tiled";
  }
  if (remedy.empty()) remedy = "Use devices with more memory";
  return text + remedy + ", or a smaller stage (cascade.resolutions).";
}

}  // namespace tessera::launch
