#include "coordinator/restart_index.h"

#include <algorithm>
#include <cmath>

namespace tessera::coordinator {

int restart_at_timestep(std::span<const double> timesteps, int highest) {
  const auto first =
      std::find_if(timesteps.begin(), timesteps.end(), [&](double t) { return t <= highest; });
  const auto last = static_cast<int>(timesteps.size()) - 1;
  return std::min(static_cast<int>(first - timesteps.begin()), last);
}

int restart_at_fraction(int steps, double fraction) {
  const int step = static_cast<int>(std::floor(fraction * steps));
  return std::clamp(step, 0, steps - 1);
}

}  // namespace tessera::coordinator
