#include "model/sampling/scaled_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

namespace tessera::model {
namespace {

/// Timesteps over which the scale of x0 falls (VideoCrafter).
constexpr int kFallingScale = 400;

/// `count` numbers from `first` to `last`, both included.
double equal_step(double first, double last, int index, int count) {
  return count < 2 ? first : first + (last - first) * index / (count - 1);
}

double rounded(double value) { return static_cast<double>(static_cast<float>(value)); }

std::vector<double> alpha_table(const VideoScheduleConfig& config) {
  std::vector<double> table;
  double product = 1;
  for (int t = 0; t < config.train_steps; ++t) {
    const double root =
        equal_step(std::sqrt(config.beta_start), std::sqrt(config.beta_end), t, config.train_steps);
    product *= 1 - root * root;
    table.push_back(rounded(product));
  }
  return table;
}

double scale_at(const VideoScheduleConfig& config, int timestep) {
  if (!config.scale_end) return 1;
  const int index = std::min(timestep, kFallingScale - 1);
  return rounded(equal_step(1, *config.scale_end, index, kFallingScale));
}

}  // namespace

std::vector<int> scaled_timesteps(int train_steps, int steps) {
  if (steps < 1 || 2 * steps > train_steps) {
    throw std::invalid_argument("a schedule of " + std::to_string(steps) +
                                " steps was asked for; the model allows 1 to " +
                                std::to_string(train_steps / 2));
  }
  std::vector<int> timesteps;
  for (int t = 1; t < train_steps; t += train_steps / steps) timesteps.push_back(t);
  return timesteps;
}

ScaledSchedule make_scaled_schedule(const VideoScheduleConfig& config, int steps, double eta) {
  if (!(eta >= 0)) throw std::invalid_argument("eta is " + std::to_string(eta) + ", must be >= 0");
  const std::vector<double> alphas = alpha_table(config);
  ScaledSchedule schedule;
  int below = 0;
  for (const int timestep : scaled_timesteps(config.train_steps, steps)) {
    ScaledLevel level;
    level.timestep = timestep;
    level.alpha = alphas.at(static_cast<std::size_t>(timestep));
    level.alpha_prev = alphas.at(static_cast<std::size_t>(below));
    level.scale = scale_at(config, timestep);
    level.scale_prev = scale_at(config, below);
    level.sigma = eta * std::sqrt((1 - level.alpha_prev) / (1 - level.alpha) *
                                  (1 - level.alpha / level.alpha_prev));
    const double train_steps = config.train_steps;
    level.cosine_u =
        0.5 * (1 + std::cos(std::numbers::pi * (train_steps - timestep) / train_steps));
    schedule.push_back(level);
    below = timestep;
  }
  std::reverse(schedule.begin(), schedule.end());
  return schedule;
}

}  // namespace tessera::model
