#include "partition/crop_jitter.h"

#include "partition/philox.h"

namespace tessera::partition {
namespace {

/// Uniform in [low, high]: low + floor(x (high - low + 1) / 2^32).
int uniform_in(ShiftRange range, std::uint32_t word) {
  const auto span = static_cast<std::uint64_t>(range.high - range.low + 1);
  return range.low + static_cast<int>(word * span >> 32);
}

}  // namespace

std::vector<CropShift> draw_jitter(const CropGrid& grid, const JitterKey& key) {
  std::vector<CropShift> shifts;
  shifts.reserve(static_cast<std::size_t>(grid.count()));
  const PhiloxKey seed = philox_key(key.seed);
  const std::uint32_t when = purpose_word(NoisePurpose::CropJitter, key.stage, key.step);
  for (int row = 0; row < grid.rows.count(); ++row) {
    for (int col = 0; col < grid.cols.count(); ++col) {
      const PhiloxCounter words =
          philox4x32({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(col),
                      static_cast<std::uint32_t>(key.layer), when},
                     seed);
      shifts.push_back({uniform_in(grid.rows.shift_range(row), words[0]),
                        uniform_in(grid.cols.shift_range(col), words[1])});
    }
  }
  return shifts;
}

}  // namespace tessera::partition
