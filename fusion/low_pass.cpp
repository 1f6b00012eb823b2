#include "fusion/low_pass.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace tessera::fusion {
namespace {

using partition::RowRange;

/// Bytes of the rows that one task reads again and again; about half of a small L2 cache.
constexpr std::int64_t kSegmentBytes = 256 * 1024;

/// Positions [begin, end) of an axis that share their weights: y(p) = sum_j weights[j] x(p + first
/// + j). All of the interior is one run, every border position is its own.
template <typename T>
struct Run {
  int begin = 0;
  int end = 0;
  int first = 0;
  std::vector<T> weights;
};

template <typename T>
Run<T> run_at(int position, int length, std::span<const float> taps, BlurBorder border) {
  const int radius = static_cast<int>(taps.size()) / 2;
  Run<T> run{position, position + 1, std::max(-radius, -position), {}};
  const int last = std::min(radius, length - 1 - position);
  double inside = 0.0;
  for (int j = run.first; j <= last; ++j) {
    inside += static_cast<double>(taps[static_cast<std::size_t>(j + radius)]);
  }
  const double divisor = border == BlurBorder::Renormalised ? inside : 1.0;
  for (int j = run.first; j <= last; ++j) {
    const double tap = taps[static_cast<std::size_t>(j + radius)];
    run.weights.push_back(static_cast<T>(tap / divisor));
  }
  return run;
}

template <typename T>
std::vector<Run<T>> runs_of(RowRange positions, int length, std::span<const float> taps,
                            BlurBorder border) {
  const int radius = static_cast<int>(taps.size()) / 2;
  const int inner_end = length - radius;
  std::vector<Run<T>> runs;
  for (int p = positions.begin; p < positions.end; p = runs.back().end) {
    runs.push_back(run_at<T>(p, length, taps, border));
    if (p >= radius && p < inner_end) {
      runs.back().end = std::min(positions.end, inner_end);
    }
  }
  return runs;
}

/// out[i] = sum_j weights[j] in[i + j stride], j ascending.
template <typename T>
void weighted_sum(T* __restrict out, const T* __restrict in, std::int64_t stride,
                  const std::vector<T>& weights, std::int64_t count) {
  constexpr std::int64_t kLanes = 16;  // accumulators that stay in registers
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    T sum[kLanes] = {};
    const T* at = in + i;
    for (const T weight : weights) {
      for (std::int64_t k = 0; k < kLanes; ++k) {
        sum[k] += weight * at[k];
      }
      at += stride;
    }
    std::memcpy(out + i, sum, sizeof(sum));
  }
  for (; i < count; ++i) {
    T sum = 0;
    const T* at = in + i;
    for (const T weight : weights) {
      sum += weight * *at;
      at += stride;
    }
    out[i] = sum;
  }
}

/// The blur of one map held in memory, row by row.
template <typename T>
class MapBlur {
 public:
  MapBlur(const at::Tensor& x, at::Tensor& y, RowRange held, RowRange wanted, int canvas_rows,
          std::span<const float> taps, BlurBorder border)
      : in_(x.const_data_ptr<T>()),
        out_(y.mutable_data_ptr<T>()),
        held_(held),
        wanted_(wanted),
        cols_(static_cast<int>(x.size(2))),
        channels_(x.size(3)),
        radius_(static_cast<int>(taps.size()) / 2),
        row_runs_(runs_of<T>(wanted, canvas_rows, taps, border)),
        col_runs_(runs_of<T>({0, cols_}, cols_, taps, border)) {
    const auto token_bytes = channels_ * static_cast<std::int64_t>(sizeof(T) * (taps.size() + 1));
    segment_ = static_cast<int>(
        std::clamp<std::int64_t>(kSegmentBytes / std::max<std::int64_t>(1, token_bytes),
                                 8 * radius_ + 8, cols_ + 8 * radius_ + 8));
  }

  /// Blurs result rows [begin, end) counted through the batch.
  void rows(std::int64_t begin, std::int64_t end) const {
    std::vector<T> scratch(static_cast<std::size_t>((segment_ + 2 * radius_) * channels_));
    for (std::int64_t index = begin; index < end; ++index) {
      const int row = wanted_.begin + static_cast<int>(index % wanted_.rows());
      const Run<T>& run = *std::find_if(row_runs_.begin(), row_runs_.end(),
                                        [row](const Run<T>& r) { return row < r.end; });
      const std::int64_t source =
          index / wanted_.rows() * held_.rows() + row + run.first - held_.begin;
      for (int col = 0; col < cols_; col += segment_) {
        segment(in_ + source * cols_ * channels_, out_ + index * cols_ * channels_, run.weights,
                {col, std::min(cols_, col + segment_)}, scratch.data());
      }
    }
  }

 private:
  /// Columns `part` of one row; `in` is the first source row, `scratch` holds the row pass.
  void segment(const T* in, T* out, const std::vector<T>& row_weights, RowRange part,
               T* scratch) const {
    const RowRange read{std::max(0, part.begin - radius_), std::min(cols_, part.end + radius_)};
    weighted_sum(scratch, in + read.begin * channels_, cols_ * channels_, row_weights,
                 read.rows() * channels_);
    for (const Run<T>& run : col_runs_) {
      const RowRange here = partition::intersect({run.begin, run.end}, part);
      weighted_sum(out + here.begin * channels_,
                   scratch + (here.begin + run.first - read.begin) * channels_, channels_,
                   run.weights, here.rows() * channels_);
    }
  }

  const T* in_;
  T* out_;
  RowRange held_;
  RowRange wanted_;
  int cols_;
  std::int64_t channels_;
  int radius_;
  int segment_;
  std::vector<Run<T>> row_runs_;
  std::vector<Run<T>> col_runs_;
};

template <typename T>
at::Tensor blur_in_memory(const at::Tensor& x, RowRange held, RowRange wanted, int canvas_rows,
                          std::span<const float> taps, BlurBorder border) {
  const at::Tensor in = x.contiguous();
  at::Tensor out = at::empty({x.size(0), wanted.rows(), x.size(2), x.size(3)}, x.options());
  const MapBlur<T> blur(in, out, held, wanted, canvas_rows, taps, border);
  const std::int64_t row_work =
      std::max<std::int64_t>(1, x.size(2) * x.size(3) * static_cast<std::int64_t>(taps.size()));
  at::parallel_for(0, x.size(0) * wanted.rows(), std::max<std::int64_t>(1, 65536 / row_work),
                   [&](std::int64_t begin, std::int64_t end) { blur.rows(begin, end); });
  return out;
}

/// One axis by tensor operations: for devices and types without a kernel here.
at::Tensor blur_axis(const at::Tensor& x, std::int64_t axis, RowRange held, RowRange wanted,
                     int length, std::span<const float> taps, BlurBorder border) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape[static_cast<std::size_t>(axis)] = wanted.rows();
  at::Tensor sum = at::zeros(shape, x.options());
  for (const Run<double>& run : runs_of<double>(wanted, length, taps, border)) {
    at::Tensor part = sum.narrow(axis, run.begin - wanted.begin, run.end - run.begin);
    for (std::size_t j = 0; j < run.weights.size(); ++j) {
      const std::int64_t source = run.begin + run.first + static_cast<int>(j) - held.begin;
      part.add_(x.narrow(axis, source, run.end - run.begin), run.weights[j]);
    }
  }
  return sum;
}

at::Tensor blur_by_operations(const at::Tensor& x, RowRange held, RowRange wanted, int canvas_rows,
                              std::span<const float> taps, BlurBorder border) {
  const at::Tensor wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
  const int cols = static_cast<int>(x.size(2));
  const at::Tensor rows = blur_axis(wide, 1, held, wanted, canvas_rows, taps, border);
  return blur_axis(rows, 2, {0, cols}, {0, cols}, cols, taps, border).to(x.scalar_type());
}

std::string text_of(RowRange rows) {
  return "[" + std::to_string(rows.begin) + ", " + std::to_string(rows.end) + ")";
}

void require_fit(const at::Tensor& x, RowRange held, RowRange wanted, int canvas_rows,
                 std::span<const float> taps) {
  if (x.dim() != 4 || x.size(1) != held.rows()) {
    throw std::invalid_argument("low pass: the map must be [B, H, W, C] with the " +
                                std::to_string(held.rows()) + " rows " + text_of(held));
  }
  if (taps.size() % 2 != 1) {
    throw std::invalid_argument("low pass: " + std::to_string(taps.size()) +
                                " taps; the number must be odd");
  }
  const int radius = static_cast<int>(taps.size()) / 2;
  const RowRange needed{std::max(0, wanted.begin - radius),
                        std::min(canvas_rows, wanted.end + radius)};
  if (!wanted.empty() && (!held.contains(needed) || !RowRange{0, canvas_rows}.contains(wanted))) {
    throw std::invalid_argument("low pass: rows " + text_of(wanted) + " of " +
                                std::to_string(canvas_rows) + " with radius " +
                                std::to_string(radius) + " need rows " + text_of(needed) +
                                ", held are " + text_of(held));
  }
}

}  // namespace

at::Tensor low_pass(const at::Tensor& x_BHWC, RowRange held_rows, RowRange wanted_rows,
                    int canvas_rows, std::span<const float> taps, BlurBorder border) {
  require_fit(x_BHWC, held_rows, wanted_rows, canvas_rows, taps);
  if (x_BHWC.numel() == 0 || wanted_rows.empty()) {
    return at::empty({x_BHWC.size(0), wanted_rows.rows(), x_BHWC.size(2), x_BHWC.size(3)},
                     x_BHWC.options());
  }
  if (x_BHWC.is_cpu() && x_BHWC.scalar_type() == at::kFloat) {
    return blur_in_memory<float>(x_BHWC, held_rows, wanted_rows, canvas_rows, taps, border);
  }
  if (x_BHWC.is_cpu() && x_BHWC.scalar_type() == at::kDouble) {
    return blur_in_memory<double>(x_BHWC, held_rows, wanted_rows, canvas_rows, taps, border);
  }
  return blur_by_operations(x_BHWC, held_rows, wanted_rows, canvas_rows, taps, border);
}

}  // namespace tessera::fusion
