#pragma once

#include <span>

namespace tessera::coordinator {

/// Where a stage > 0 starts: the first step whose timestep is at most `highest`, at most the last.
/// `paper`: 700 of 1000 (Turbo 500), FreeScale arXiv 2412.09626.
/// \param timesteps  of all steps, falling; at least one.
int restart_at_timestep(std::span<const double> timesteps, int highest);

/// floor(fraction N), at most N - 1: the released program (0.3; Turbo 0.5).
int restart_at_fraction(int steps, double fraction);

}  // namespace tessera::coordinator
