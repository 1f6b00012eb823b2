#pragma once

#include <vector>

#include "partition/extent.h"

namespace tessera::fusion {

/// The 2 radius + 1 taps of a Gaussian, tap(j) proportional to exp(-j^2 / (2 sigma^2)) for
/// j = -radius..radius, divided by their sum. FreeScale (arXiv 2412.09626) uses sigma = 1.
/// Computed in double, rounded once to fp32.
/// \throws std::invalid_argument unless radius >= 0 and sigma > 0.
std::vector<float> gaussian_taps(int radius, double sigma);

/// Blur radius of `paper` mode: clamp(ceil(H W / (H_b W_b)) - 1, 1, 4), both extents in pixels.
///
/// The paper's kernel is 2 H W / (H_b W_b) - 1 wide; the taps beyond 4 sum to 3.0e-6 and are
/// dropped. \throws std::invalid_argument if an extent is empty.
int paper_blur_radius(partition::Extent image, partition::Extent base);

/// Blur radius of `official` mode: max(floor(H / base), floor(W / base)) - 1, the released
/// program's kernel 2 max(n_h, n_w) - 1; 0 means that the blur is the identity.
///
/// Cut at 13, since farther taps at sigma 1 are below the smallest normal fp32 number.
/// \throws std::invalid_argument if both sides are below the base.
int official_blur_radius(partition::Extent image, int base_px);

}  // namespace tessera::fusion
