#pragma once

#include <compare>
#include <cstdint>

namespace tessera::partition {

/// Rows and columns of a picture, latent or feature map. The space is named by the variable that
/// holds it (`image`, `latent`, `grid`).
struct Extent {
  int rows = 0;
  int cols = 0;

  auto operator<=>(const Extent&) const = default;
  std::int64_t area() const { return static_cast<std::int64_t>(rows) * cols; }
};

}  // namespace tessera::partition
