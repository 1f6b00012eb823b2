#include "model/sampling/noise_field.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <numbers>

#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

/// Two independent standard normals of two uniform words.
std::array<float, 2> box_muller(std::uint32_t radius_word, std::uint32_t angle_word) {
  constexpr double kUnit = 0x1p-32;
  const double u = (static_cast<double>(radius_word) + 1) * kUnit;  // (0, 1]
  const double angle = 2 * std::numbers::pi * (static_cast<double>(angle_word) * kUnit);
  const double radius = std::sqrt(-2 * std::log(u));
  return {static_cast<float>(radius * std::cos(angle)),
          static_cast<float>(radius * std::sin(angle))};
}

}  // namespace

at::Tensor keyed_normals(const NoiseKey& key, partition::RowRange rows, int cols, int channels) {
  const at::Tensor field = at::empty({1, channels, rows.rows(), cols}, at::kFloat);
  float* const values = field.data_ptr<float>();
  const std::int64_t plane = std::int64_t{rows.rows()} * cols;
  const auto philox_key = partition::philox_key(key.seed);
  const std::uint32_t purpose = partition::purpose_word(key.purpose, key.stage, key.step);

  const auto fill_row = [&](std::int64_t row, int quad) {
    const auto third =
        static_cast<std::uint32_t>(key.frame) << 8 | static_cast<std::uint32_t>(quad);
    const auto global_row = static_cast<std::uint32_t>(rows.begin + row);
    for (int col = 0; col < cols; ++col) {
      const auto words = partition::philox4x32(
          {global_row, static_cast<std::uint32_t>(col), third, purpose}, philox_key);
      const auto low = box_muller(words[0], words[1]);
      const auto high = box_muller(words[2], words[3]);
      const std::array<float, 4> normals{low[0], low[1], high[0], high[1]};
      for (int c = 0; c < 4 && 4 * quad + c < channels; ++c) {
        values[(4 * quad + c) * plane + row * cols + col] = normals[static_cast<std::size_t>(c)];
      }
    }
  };
  constexpr std::int64_t kChunkRows = 16;
  for_row_chunks(rows.rows(), kChunkRows, [&](std::int64_t begin, std::int64_t end) {
    for (int quad = 0; 4 * quad < channels; ++quad) {
      for (std::int64_t row = begin; row < end; ++row) fill_row(row, quad);
    }
  });
  return field;
}

}  // namespace tessera::model
