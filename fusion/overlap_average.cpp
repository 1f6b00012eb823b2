#include "fusion/overlap_average.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace tessera::fusion {
namespace {

std::string text_of(partition::Rect rect) {
  return "rows " + std::to_string(rect.row_begin) + ".." + std::to_string(rect.row_end) +
         ", columns " + std::to_string(rect.col_begin) + ".." + std::to_string(rect.col_end);
}

bool is_narrow(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

}  // namespace

OverlapAverage::OverlapAverage(int batch, partition::RowRange rows, int cols, int channels)
    : batch_(batch), rows_(rows), cols_(cols), channels_(channels) {
  if (batch < 0 || cols < 0 || channels < 0) {
    throw std::invalid_argument("overlap average: negative size");
  }
  hits_.assign(static_cast<std::size_t>(rows.rows()) * static_cast<std::size_t>(cols), 0.0f);
}

void OverlapAverage::add(partition::Rect where, const at::Tensor& values_BRWC) {
  const at::IntArrayRef shape = values_BRWC.sizes();
  if (where.empty() || !rows_.contains(where.row_range()) || where.col_begin < 0 ||
      where.col_end > cols_ || !shape.equals({batch_, where.rows(), where.cols(), channels_})) {
    throw std::invalid_argument("overlap average: a crop of " + text_of(where) + " with " +
                                std::to_string(values_BRWC.numel()) + " values does not fit rows " +
                                std::to_string(rows_.begin) + ".." + std::to_string(rows_.end) +
                                " of " + std::to_string(cols_) + " columns");
  }
  if (!sum_BHWC_.defined()) {
    value_type_ = values_BRWC.scalar_type();
    const at::ScalarType sum_type = is_narrow(value_type_) ? at::kFloat : value_type_;
    sum_BHWC_ =
        at::zeros({batch_, rows_.rows(), cols_, channels_}, values_BRWC.options().dtype(sum_type));
  }
  const int first_row = where.row_begin - rows_.begin;
  sum_BHWC_.narrow(1, first_row, where.rows())
      .narrow(2, where.col_begin, where.cols())
      .add_(values_BRWC);
  for (int row = first_row; row < first_row + where.rows(); ++row) {
    float* hits = hits_.data() + static_cast<std::int64_t>(row) * cols_;
    std::for_each(hits + where.col_begin, hits + where.col_end, [](float& hit) { hit += 1.0f; });
  }
}

at::Tensor OverlapAverage::finish() {
  if (std::find(hits_.begin(), hits_.end(), 0.0f) != hits_.end() || !sum_BHWC_.defined()) {
    throw std::logic_error("overlap average: the crops do not cover rows " +
                           std::to_string(rows_.begin) + ".." + std::to_string(rows_.end));
  }
  const at::Tensor hits = at::from_blob(hits_.data(), {1, rows_.rows(), cols_, 1}, at::kFloat)
                              .to(sum_BHWC_.options(), /*non_blocking=*/false, /*copy=*/true);
  at::Tensor mean = sum_BHWC_.div_(hits).to(value_type_);
  sum_BHWC_.reset();
  std::fill(hits_.begin(), hits_.end(), 0.0f);
  return mean;
}

}  // namespace tessera::fusion
