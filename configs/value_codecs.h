#pragma once

#include <cstdint>
#include <string>

#include "configs/value_codec.h"
#include "partition/extent.h"

namespace tessera::configs {

/// Longest side of a picture in pixels that a key takes: the limit of PNG readers in wide use.
inline constexpr int kLongestSidePx = 65'500;

enum class Emptiness { Allowed, Refused };

/// Bounds are inclusive; an upper bound that is the type's largest (or infinite) value is no bound.
ValueCodec<int> integer(int low, int high);
ValueCodec<std::int64_t> long_integer(std::int64_t low, std::int64_t high);
ValueCodec<double> number(double low, double high);
ValueCodec<bool> boolean();
/// Any scalar is text. \param type  for people: "path of a file".
ValueCodec<std::string> text(const std::string& type, Emptiness emptiness);
/// Height x width in pixels: `HxW`, `[H, W]`, or a number for a square.
ValueCodec<partition::Extent> picture_size();
/// Seconds: a number, or one with the unit s, min or h.
ValueCodec<double> duration();
/// Bytes: a whole number, or one with the unit KiB, MiB or GiB.
ValueCodec<std::int64_t> byte_count();
/// `{b1, b2, s1, s2}`; what is left out keeps the default.
ValueCodec<JobConfig::FreeU> free_u_factors();

/// The shortest text that reads back as the same number.
std::string number_text(double value);

}  // namespace tessera::configs
