#include "fusion/gaussian_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "partition/size_text.h"

namespace tessera::fusion {
namespace {

/// exp(-14^2 / 2) is 2.7e-43, a subnormal fp32 number.
constexpr int kLargestRadius = 13;

}  // namespace

std::vector<float> gaussian_taps(int radius, double sigma) {
  if (radius < 0 || !(sigma > 0.0)) {
    throw std::invalid_argument("gaussian taps: radius " + std::to_string(radius) + ", sigma " +
                                std::to_string(sigma) +
                                "; the radius must be >= 0 and sigma positive");
  }
  std::vector<double> exact;
  double sum = 0.0;
  for (int j = -radius; j <= radius; ++j) {
    exact.push_back(std::exp(-0.5 * j * j / (sigma * sigma)));
    sum += exact.back();
  }
  std::vector<float> taps;
  for (const double tap : exact) {
    taps.push_back(static_cast<float>(tap / sum));
  }
  return taps;
}

int paper_blur_radius(partition::Extent image, partition::Extent base) {
  if (image.rows < 1 || image.cols < 1 || base.rows < 1 || base.cols < 1) {
    throw std::invalid_argument("blur radius: stage " + partition::size_text(image) +
                                " px on base " + partition::size_text(base) + " px");
  }
  const std::int64_t scale = (image.area() + base.area() - 1) / base.area();
  return static_cast<int>(std::clamp<std::int64_t>(scale - 1, 1, 4));
}

int official_blur_radius(partition::Extent image, int base_px) {
  const int scale = base_px < 1 ? 0 : std::max(image.rows / base_px, image.cols / base_px);
  if (scale < 1) {
    throw std::invalid_argument("blur radius: stage " + partition::size_text(image) +
                                " px is below the base of " + std::to_string(base_px) + " px");
  }
  return std::min(scale - 1, kLargestRadius);
}

}  // namespace tessera::fusion
