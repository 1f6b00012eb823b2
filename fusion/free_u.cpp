#include "fusion/free_u.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "partition/size_text.h"

namespace tessera::fusion {
namespace {

constexpr std::int64_t kSums = 7;

/// cos and sin of 2 pi i / n.
template <typename T>
struct Phase {
  T cos = 1;
  T sin = 0;
};

template <typename T>
std::vector<Phase<T>> phases_of(int begin, int end, int length) {
  std::vector<Phase<T>> phases;
  for (int i = begin; i < end; ++i) {
    const double angle = 2.0 * std::numbers::pi * i / length;
    phases.push_back({static_cast<T>(std::cos(angle)), static_cast<T>(std::sin(angle))});
  }
  return phases;
}

/// Adds one row to its sums over columns: plain, times cos, times sin, per channel. Four tokens at
/// a time, so that the sums travel to memory once per four tokens.
template <typename T>
void add_row(const T* row, const std::vector<Phase<T>>& cols, std::int64_t stride,
             std::int64_t channels, T* __restrict plain, T* __restrict cosine, T* __restrict sine) {
  std::size_t col = 0;
  for (; col + 4 <= cols.size(); col += 4, row += 4 * stride) {
    const T* __restrict a = row;
    const T* __restrict b = row + stride;
    const T* __restrict c = row + 2 * stride;
    const T* __restrict d = row + 3 * stride;
    const Phase<T> pa = cols[col], pb = cols[col + 1], pc = cols[col + 2], pd = cols[col + 3];
    for (std::int64_t i = 0; i < channels; ++i) {
      plain[i] += (a[i] + b[i]) + (c[i] + d[i]);
      cosine[i] += (pa.cos * a[i] + pb.cos * b[i]) + (pc.cos * c[i] + pd.cos * d[i]);
      sine[i] += (pa.sin * a[i] + pb.sin * b[i]) + (pc.sin * c[i] + pd.sin * d[i]);
    }
  }
  for (; col < cols.size(); ++col, row += stride) {
    const Phase<T> phase = cols[col];
    for (std::int64_t i = 0; i < channels; ++i) {
      plain[i] += row[i];
      cosine[i] += phase.cos * row[i];
      sine[i] += phase.sin * row[i];
    }
  }
}

/// The seven sums from the row sums of one row at vertical phase `row`: e^{+i theta} of the mode
/// (-1, .) multiplies what is summed over columns.
template <typename T>
void add_modes(const T* plain, const T* cosine, const T* sine, Phase<double> row,
               std::int64_t channels, double* sums) {
  for (std::int64_t i = 0; i < channels; ++i, sums += kSums) {
    sums[0] += plain[i];
    sums[1] += row.cos * plain[i];
    sums[2] += row.sin * plain[i];
    sums[3] += cosine[i];
    sums[4] += sine[i];
    sums[5] += row.cos * cosine[i] - row.sin * sine[i];
    sums[6] += row.sin * cosine[i] + row.cos * sine[i];
  }
}

/// Sums of channels [begin, end) of one batch element. `map` is the first row of the block.
template <typename T>
void sum_channels(const T* map, const std::vector<Phase<double>>& rows,
                  const std::vector<Phase<T>>& cols, std::int64_t stride, std::int64_t begin,
                  std::int64_t end, T* out) {
  const std::int64_t channels = end - begin;
  std::vector<T> row_sums(static_cast<std::size_t>(3 * channels));
  std::vector<double> sums(static_cast<std::size_t>(kSums * channels));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::fill(row_sums.begin(), row_sums.end(), T{0});
    T* plain = row_sums.data();
    T* cosine = plain + channels;
    T* sine = cosine + channels;
    add_row(map + static_cast<std::int64_t>(row * cols.size()) * stride + begin, cols, stride,
            channels, plain, cosine, sine);
    add_modes(plain, cosine, sine, rows[row], channels, sums.data());
  }
  std::transform(sums.begin(), sums.end(), out + kSums * begin,
                 [](double sum) { return static_cast<T>(sum); });
}

template <typename T>
at::Tensor partials(const at::Tensor& x_BHWC, partition::RowRange block, int first_row,
                    partition::Extent map) {
  const std::int64_t channels = x_BHWC.size(3);
  const auto rows = phases_of<double>(block.begin, block.end, map.rows);
  const auto cols = phases_of<T>(0, map.cols, map.cols);
  at::Tensor sums = at::empty({x_BHWC.size(0), channels, kSums}, x_BHWC.options());
  const std::int64_t row_stride = map.cols * channels;
  const std::int64_t work = std::max<std::int64_t>(1, std::int64_t{block.rows()} * map.cols);
  const std::int64_t grain = std::max<std::int64_t>(16, 65536 / work);
  for (std::int64_t b = 0; b < x_BHWC.size(0); ++b) {
    const T* from =
        x_BHWC.const_data_ptr<T>() + (b * x_BHWC.size(1) + block.begin - first_row) * row_stride;
    T* to = sums.mutable_data_ptr<T>() + b * channels * kSums;
    at::parallel_for(0, channels, grain, [&](std::int64_t begin, std::int64_t end) {
      sum_channels(from, rows, cols, channels, begin, end, to);
    });
  }
  return sums;
}

/// What one row takes from its tokens: plain + cosine cos(psi) + sine sin(psi), per channel, with
/// psi the horizontal phase of the token.
template <typename T>
void row_correction(const double* sums, Phase<double> row, double weight, std::int64_t channels,
                    T* plain, T* cosine, T* sine) {
  for (std::int64_t i = 0; i < channels; ++i, sums += kSums) {
    plain[i] = static_cast<T>(weight * (sums[0] + row.cos * sums[1] + row.sin * sums[2]));
    cosine[i] = static_cast<T>(weight * (sums[3] + row.cos * sums[5] + row.sin * sums[6]));
    sine[i] = static_cast<T>(weight * (sums[4] - row.sin * sums[5] + row.cos * sums[6]));
  }
}

template <typename T>
void subtract_row(const T* in, T* out, const std::vector<Phase<T>>& cols, std::int64_t channels,
                  const T* __restrict plain, const T* __restrict cosine, const T* __restrict sine) {
  for (const Phase<T> phase : cols) {
    const T* __restrict from = in;
    T* __restrict to = out;
    for (std::int64_t i = 0; i < channels; ++i) {
      to[i] = from[i] - (plain[i] + (phase.cos * cosine[i] + phase.sin * sine[i]));
    }
    in += channels;
    out += channels;
  }
}

template <typename T>
at::Tensor damp(const at::Tensor& x_BHWC, const at::Tensor& sums_BC7, int first_row,
                partition::Extent map, double weight) {
  const std::int64_t held = x_BHWC.size(1);
  const std::int64_t channels = x_BHWC.size(3);
  const auto rows = phases_of<double>(first_row, first_row + static_cast<int>(held), map.rows);
  const auto cols = phases_of<T>(0, map.cols, map.cols);
  at::Tensor y_BHWC = at::empty(x_BHWC.sizes(), x_BHWC.options());
  const std::int64_t row_values = map.cols * channels;
  const std::int64_t grain =
      std::max<std::int64_t>(1, 65536 / std::max<std::int64_t>(1, row_values));
  const T* in = x_BHWC.const_data_ptr<T>();
  T* out = y_BHWC.mutable_data_ptr<T>();
  const double* sums = sums_BC7.const_data_ptr<double>();
  at::parallel_for(0, x_BHWC.size(0) * held, grain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<T> terms(static_cast<std::size_t>(3 * channels));
    T* plain = terms.data();
    T* cosine = plain + channels;
    T* sine = cosine + channels;
    for (std::int64_t row = begin; row < end; ++row) {
      row_correction(sums + row / held * channels * kSums,
                     rows[static_cast<std::size_t>(row % held)], weight, channels, plain, cosine,
                     sine);
      subtract_row(in + row * row_values, out + row * row_values, cols, channels, plain, cosine,
                   sine);
    }
  });
  return y_BHWC;
}

/// cos and sin of the phases as tensors of shape `shape`, for devices without a kernel here.
struct PhaseTensors {
  at::Tensor cos;
  at::Tensor sin;
};

PhaseTensors phase_tensors(int begin, int end, int length, at::IntArrayRef shape,
                           const at::TensorOptions& options) {
  const at::Tensor angle =
      at::arange(begin, end, at::kDouble).mul_(2.0 * std::numbers::pi / length).view(shape);
  return {angle.cos().to(options), angle.sin().to(options)};
}

at::Tensor partials_by_operations(const at::Tensor& x_BHWC, partition::RowRange block,
                                  int first_row, partition::Extent map) {
  const at::Tensor x = x_BHWC.narrow(1, block.begin - first_row, block.rows());
  const PhaseTensors row =
      phase_tensors(block.begin, block.end, map.rows, {1, block.rows(), 1}, x.options());
  const PhaseTensors col = phase_tensors(0, map.cols, map.cols, {1, 1, map.cols, 1}, x.options());
  const at::Tensor plain = x.sum(2);
  const at::Tensor cosine = (x * col.cos).sum(2);
  const at::Tensor sine = (x * col.sin).sum(2);
  return at::stack(
      {plain.sum(1), (row.cos * plain).sum(1), (row.sin * plain).sum(1), cosine.sum(1), sine.sum(1),
       (row.cos * cosine - row.sin * sine).sum(1), (row.sin * cosine + row.cos * sine).sum(1)},
      2);
}

at::Tensor damp_by_operations(const at::Tensor& x_BHWC, const at::Tensor& sums_BC7, int first_row,
                              partition::Extent map, double weight) {
  const at::TensorOptions wide = x_BHWC.options().dtype(at::kDouble);
  const int held = static_cast<int>(x_BHWC.size(1));
  const PhaseTensors row =
      phase_tensors(first_row, first_row + held, map.rows, {1, held, 1, 1}, wide);
  const PhaseTensors col =
      phase_tensors(0, map.cols, map.cols, {1, 1, map.cols, 1}, x_BHWC.options());
  const std::vector<at::Tensor> sum = (sums_BC7 * weight).unsqueeze(1).unsqueeze(1).unbind(4);
  const at::Tensor plain = (sum[0] + row.cos * sum[1] + row.sin * sum[2]).to(x_BHWC.options());
  const at::Tensor cosine = (sum[3] + row.cos * sum[5] + row.sin * sum[6]).to(x_BHWC.options());
  const at::Tensor sine = (sum[4] - row.sin * sum[5] + row.cos * sum[6]).to(x_BHWC.options());
  return x_BHWC - (plain + (col.cos * cosine + col.sin * sine));
}

std::string text_of(at::IntArrayRef sizes) {
  std::string text;
  for (const std::int64_t size : sizes) {
    text += (text.empty() ? "" : "x") + std::to_string(size);
  }
  return text;
}

void require_rows(const at::Tensor& x_BCHW, partition::RowRange rows, int first_row,
                  partition::Extent map) {
  const bool is_map = x_BCHW.dim() == 4 && x_BCHW.size(3) == map.cols;
  const partition::RowRange held{first_row,
                                 first_row + (is_map ? static_cast<int>(x_BCHW.size(2)) : 0)};
  if (!is_map || !held.contains(rows) || !partition::RowRange{0, map.rows}.contains(held)) {
    throw std::invalid_argument(
        "FreeU: rows " + std::to_string(rows.begin) + ".." + std::to_string(rows.end) +
        " of a map of " + partition::size_text(map) + " are not in a tensor of " +
        text_of(x_BCHW.sizes()) + " that begins at row " + std::to_string(first_row));
  }
}

/// Other devices, and types that are widened first, take tensor operations.
bool has_kernel(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble);
}

at::Tensor tokens_of(const at::Tensor& x_BCHW) {
  const at::ScalarType type = x_BCHW.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  return x_BCHW.permute({0, 2, 3, 1}).to(type).contiguous();
}

}  // namespace

at::Tensor free_u_partials(const at::Tensor& x_BCHW, partition::RowRange block_rows,
                           int first_row_of_x, partition::Extent map) {
  require_rows(x_BCHW, block_rows, first_row_of_x, map);
  const at::Tensor x_BHWC = tokens_of(x_BCHW);
  if (!has_kernel(x_BCHW)) {
    return partials_by_operations(x_BHWC, block_rows, first_row_of_x, map);
  }
  return x_BHWC.scalar_type() == at::kDouble
             ? partials<double>(x_BHWC, block_rows, first_row_of_x, map)
             : partials<float>(x_BHWC, block_rows, first_row_of_x, map);
}

at::Tensor damp_low_modes(const at::Tensor& x_BCHW, const at::Tensor& sums_BC7, int first_row_of_x,
                          partition::Extent map, double gain) {
  const int held = x_BCHW.dim() == 4 ? static_cast<int>(x_BCHW.size(2)) : 0;
  require_rows(x_BCHW, {first_row_of_x, first_row_of_x + held}, first_row_of_x, map);
  if (!sums_BC7.sizes().equals({x_BCHW.size(0), x_BCHW.size(1), kSums})) {
    throw std::invalid_argument("FreeU: sums of " + text_of(sums_BC7.sizes()) +
                                " for a tensor of " + text_of(x_BCHW.sizes()));
  }
  const double weight = (1.0 - gain) / static_cast<double>(map.area());
  const at::Tensor sums = sums_BC7.to(x_BCHW.device(), at::kDouble).contiguous();
  const at::Tensor x_BHWC = tokens_of(x_BCHW);
  at::Tensor y_BHWC;
  if (!has_kernel(x_BCHW)) {
    y_BHWC = damp_by_operations(x_BHWC, sums, first_row_of_x, map, weight);
  } else if (x_BHWC.scalar_type() == at::kDouble) {
    y_BHWC = damp<double>(x_BHWC, sums, first_row_of_x, map, weight);
  } else {
    y_BHWC = damp<float>(x_BHWC, sums, first_row_of_x, map, weight);
  }
  return y_BHWC.permute({0, 3, 1, 2}).to(x_BCHW.scalar_type());
}

}  // namespace tessera::fusion
