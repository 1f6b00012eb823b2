#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "partition/rect.h"
#include "partition/row_range.h"

namespace tessera::fusion {

/// Mean of overlapping crops over the rows of one strip: sum of what was added, divided by how
/// often a token was hit.
///
/// The order of the sum is the order of the calls. With crops added in grid order it is the same on
/// every strip, so a token's bits do not depend on the strip. Sums are taken in the type of the
/// values, fp32 at least, on their device. Not thread-safe.
class OverlapAverage {
 public:
  /// \param rows  global rows of the result. \throws std::invalid_argument on a negative size.
  OverlapAverage(int batch, partition::RowRange rows, int cols, int channels);

  /// Adds one crop's result for `where`, rows global: values [B, where.rows, where.cols, C].
  /// \throws std::invalid_argument if the shape differs or `where` leaves the rows or columns.
  void add(partition::Rect where, const at::Tensor& values_BRWC);

  /// The mean [B, rows, cols, C] in the type of the values; leaves the object empty.
  /// \throws std::logic_error if a token was never hit.
  at::Tensor finish();

 private:
  int batch_ = 0;
  partition::RowRange rows_;
  int cols_ = 0;
  int channels_ = 0;
  at::Tensor sum_BHWC_;
  at::ScalarType value_type_ = at::ScalarType::Float;
  std::vector<float> hits_;  ///< rows x cols
};

}  // namespace tessera::fusion
