#include "model/sampling/bicubic_upscale.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

using partition::Extent;
using partition::RowRange;

constexpr std::size_t kTaps = 4;

struct Position {
  std::int64_t floor = 0;
  double fraction = 0;
};

/// (dst + 0.5) in/out - 0.5 = ((2 dst + 1) in - out) / (2 out), split without rounding.
Position position_of(int dst, int in, int out) {
  const std::int64_t numerator = (2 * std::int64_t{dst} + 1) * in - out;
  const std::int64_t denominator = 2 * std::int64_t{out};
  std::int64_t floor = numerator / denominator;
  if (floor * denominator > numerator) --floor;
  const std::int64_t rest = numerator - floor * denominator;
  return {floor, static_cast<double>(rest) / static_cast<double>(denominator)};
}

std::array<double, kTaps> tap_weights(double fraction) {
  constexpr double a = -0.75;
  const auto near = [](double y) { return ((a + 2) * y - (a + 3)) * y * y + 1; };
  const auto far = [](double y) { return ((a * y - 5 * a) * y + 8 * a) * y - 4 * a; };
  return {far(1 + fraction), near(fraction), near(1 - fraction), far(2 - fraction)};
}

/// Indices and weights of every target position of one axis.
struct AxisTaps {
  std::array<at::Tensor, kTaps> index_N;
  std::array<at::Tensor, kTaps> weight_N;
};

/// \param held_begin  subtracted from the indices.
AxisTaps make_taps(RowRange target, int in, int out, int held_begin, at::Device device) {
  AxisTaps taps;
  for (std::size_t tap = 0; tap < kTaps; ++tap) {
    taps.index_N[tap] = at::empty({target.rows()}, at::kLong);
    taps.weight_N[tap] = at::empty({target.rows()}, at::kFloat);
  }
  for (int dst = target.begin; dst < target.end; ++dst) {
    const Position position = position_of(dst, in, out);
    const auto weights = tap_weights(position.fraction);
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const std::int64_t source = position.floor - 1 + static_cast<std::int64_t>(tap);
      taps.index_N[tap].data_ptr<std::int64_t>()[dst - target.begin] =
          std::clamp<std::int64_t>(source, 0, in - 1) - held_begin;
      taps.weight_N[tap].data_ptr<float>()[dst - target.begin] = static_cast<float>(weights[tap]);
    }
  }
  for (std::size_t tap = 0; tap < kTaps; ++tap) {
    taps.index_N[tap] = taps.index_N[tap].to(device);
    taps.weight_N[tap] = taps.weight_N[tap].to(device);
  }
  return taps;
}

/// Weighted sum of four gathered copies, in tap order. `shape` makes the weights broadcast.
at::Tensor apply_taps(const at::Tensor& x, std::int64_t dim, const AxisTaps& taps,
                      at::IntArrayRef shape, std::int64_t begin, std::int64_t count) {
  at::Tensor sum;
  for (std::size_t tap = 0; tap < kTaps; ++tap) {
    const at::Tensor gathered = x.index_select(dim, taps.index_N[tap].narrow(0, begin, count));
    const at::Tensor term = gathered * taps.weight_N[tap].narrow(0, begin, count).view(shape);
    sum = tap == 0 ? term : sum + term;
  }
  return sum;
}

void require_held(const at::Tensor& x_BCHW, RowRange held, Extent source, RowRange target_rows,
                  Extent target) {
  const RowRange needed = bicubic_source_rows(target_rows, source.rows, target.rows);
  if (x_BCHW.dim() != 4 || x_BCHW.size(2) != held.rows() || x_BCHW.size(3) != source.cols) {
    throw std::invalid_argument("the bicubic source has not the held rows and columns it names");
  }
  if (!needed.empty() && !held.contains(needed)) {
    throw std::invalid_argument("bicubic rows " + std::to_string(target_rows.begin) + ".." +
                                std::to_string(target_rows.end) + " need source rows " +
                                std::to_string(needed.begin) + ".." + std::to_string(needed.end) +
                                ", held are " + std::to_string(held.begin) + ".." +
                                std::to_string(held.end));
  }
}

}  // namespace

RowRange bicubic_source_rows(RowRange target_rows, int source_rows_total, int target_rows_total) {
  if (target_rows.empty()) return {};
  const auto tap_row = [&](int dst, int offset) {
    const std::int64_t row = position_of(dst, source_rows_total, target_rows_total).floor + offset;
    return static_cast<int>(std::clamp<std::int64_t>(row, 0, source_rows_total - 1));
  };
  return {tap_row(target_rows.begin, -1), tap_row(target_rows.end - 1, 2) + 1};
}

at::Tensor bicubic_rows(const at::Tensor& x_BCHW, RowRange held_source_rows, Extent source,
                        RowRange target_rows, Extent target) {
  require_held(x_BCHW, held_source_rows, source, target_rows, target);
  const at::Tensor x = x_BCHW.contiguous();
  const at::Tensor result =
      at::empty({x.size(0), x.size(1), target_rows.rows(), target.cols}, x.options());
  const AxisTaps rows =
      make_taps(target_rows, source.rows, target.rows, held_source_rows.begin, x.device());
  const AxisTaps cols = make_taps({0, target.cols}, source.cols, target.cols, 0, x.device());
  constexpr std::int64_t kChunkRows = 32;  // bounds the four gathered copies
  for_row_chunks(target_rows.rows(), kChunkRows, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t count = end - begin;
    const at::Tensor tall = apply_taps(x, 2, rows, {count, 1}, begin, count);
    result.narrow(2, begin, count).copy_(apply_taps(tall, 3, cols, {target.cols}, 0, target.cols));
  });
  return result;
}

}  // namespace tessera::model
