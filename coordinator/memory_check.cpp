#include "coordinator/memory_check.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tessera::coordinator {
namespace {

constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;

std::string gibibytes(double bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f GiB", bytes / kGibibyte);
  return text.data();
}

std::string remedies(const worker::StagePlan& stage, int ranks_on_host) {
  std::string text =
      ranks_on_host > 1 ? "Use fewer ranks on this host or more hosts" : "Use ranks on more hosts";
  if (stage.vae_mode == worker::VaeMode::Full) {
    text += ", vae.mode tiled";
  }
  return text + ", or a smaller stage (cascade.resolutions).";
}

}  // namespace

std::optional<std::string> check_memory(const RenderPlan& plan, std::int64_t available_bytes,
                                        int ranks_on_host) {
  const auto less = [](const StageForecast& a, const StageForecast& b) {
    return a.peak_bytes < b.peak_bytes;
  };
  const auto largest = std::max_element(plan.forecast.begin(), plan.forecast.end(), less);
  if (largest == plan.forecast.end()) {
    return std::nullopt;
  }
  const auto index = static_cast<std::size_t>(largest - plan.forecast.begin());
  const worker::StagePlan& stage = plan.task.stages.at(index);
  const auto weights = static_cast<double>(largest->weight_bytes);
  const auto peak = static_cast<double>(largest->peak_bytes);
  const double available = static_cast<double>(available_bytes) / ranks_on_host;
  if (peak <= available) {
    return std::nullopt;
  }
  std::string text = "stage " + std::to_string(index) + " (" + std::to_string(stage.image.rows) +
                     "x" + std::to_string(stage.image.cols) + ") needs about " + gibibytes(peak) +
                     " per rank, " + gibibytes(weights) + " of it weights, but " +
                     gibibytes(available) + " are free for ";
  text += ranks_on_host > 1
              ? "each of the " + std::to_string(ranks_on_host) + " ranks on this host. "
              : "the rank on this host. ";
  text += remedies(stage, ranks_on_host);
  if (weights + (peak - weights) * 2 / 3 > available) {
    throw MemoryError(text);
  }
  return text;
}

}  // namespace tessera::coordinator
