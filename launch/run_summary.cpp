#include "launch/run_summary.h"

#include <algorithm>
#include <cstddef>

#include "launch/formatted_text.h"

namespace tessera::launch {
namespace {

constexpr double kMebibyte = 1048576;

std::string stage_name(const worker::StagePlan& stage) {
  return formatted("stage %d %dx%d", stage.stage, stage.image.rows, stage.image.cols);
}

}  // namespace

std::vector<std::string> summary_lines(const coordinator::RenderPlan& plan,
                                       const coordinator::RunReport& report) {
  std::vector<std::string> lines;
  for (std::size_t s = 0; s < plan.task.stages.size(); ++s) {
    const auto& totals = report.stages()[s];
    lines.push_back(stage_name(plan.task.stages[s]) +
                    formatted(": %d steps, %.1f s (U-Net %.1f s, autoencoder %.1f s; of both, "
                              "communication %.1f s)",
                              totals.steps, totals.seconds, totals.unet_seconds, totals.vae_seconds,
                              totals.communication_seconds));
  }
  std::string memory = "peak memory in MiB by rank:";
  for (const std::uint64_t bytes : report.peak_memory()) {
    memory += formatted(" %.0f", static_cast<double>(bytes) / kMebibyte);
  }
  lines.push_back(memory);
  return lines;
}

std::string steps_text(const worker::StagePlan& stage) {
  if (stage.first_step >= stage.steps) return "no steps";
  return formatted("steps %d to %d", stage.first_step, stage.steps - 1);
}

std::vector<std::string> plan_lines(const coordinator::RenderPlan& plan) {
  const partition::RankGrid& grid = plan.task.grid;
  std::vector<std::string> lines{formatted("grid: %d ranks, %d useful, %d guidance %s", grid.world,
                                           plan.useful_ranks, grid.halves,
                                           grid.halves == 1 ? "part" : "halves")};
  for (std::size_t s = 0; s < plan.task.stages.size(); ++s) {
    const worker::StagePlan& stage = plan.task.stages[s];
    const coordinator::StageForecast& cost = plan.forecast[s];
    lines.push_back(stage_name(stage) + ": " + steps_text(stage) +
                    formatted(", %d strips, dilation %dx%d, %.3g TFLOP, about %.0f MiB per rank",
                              stage.strip_count, stage.dilation.rows, stage.dilation.cols,
                              cost.total_flop() / 1e12,
                              static_cast<double>(cost.peak_bytes) / kMebibyte));
  }
  const auto& items = plan.task.items;
  const auto due = std::count_if(items.begin(), items.end(), [](const worker::ItemTask& item) {
    return item.work == worker::ItemWork::Render;
  });
  const auto count = static_cast<std::ptrdiff_t>(items.size());
  lines.push_back(formatted("items: %td", count) +
                  (due < count ? formatted(", of which %td are rendered", due) : ""));
  return lines;
}

}  // namespace tessera::launch
