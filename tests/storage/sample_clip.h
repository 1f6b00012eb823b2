#pragma once

#include <cstdint>
#include <vector>

#include "partition/extent.h"

namespace tessera::storage {

using Rgb = std::vector<std::uint8_t>;

/// A frame whose samples all differ for a while, other ones in every frame.
inline Rgb ramp_frame(partition::Extent image, int frame) {
  Rgb rgb(static_cast<std::size_t>(image.area()) * 3);
  for (std::size_t i = 0; i < rgb.size(); ++i) {
    rgb[i] = static_cast<std::uint8_t>(7 * i + i / 255 + 31 * static_cast<std::size_t>(frame));
  }
  return rgb;
}

/// A frame of one colour.
inline Rgb plain_frame(partition::Extent image, std::uint8_t red, std::uint8_t green,
                       std::uint8_t blue) {
  Rgb rgb(static_cast<std::size_t>(image.area()) * 3);
  const std::uint8_t color[] = {red, green, blue};
  for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = color[i % 3];
  return rgb;
}

}  // namespace tessera::storage
