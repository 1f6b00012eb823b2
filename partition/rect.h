#pragma once

#include "partition/extent.h"
#include "partition/row_range.h"

namespace tessera::partition {

/// Half-open rectangle of a map; empty when either side is.
struct Rect {
  int row_begin = 0;
  int row_end = 0;
  int col_begin = 0;
  int col_end = 0;

  auto operator<=>(const Rect&) const = default;
  RowRange row_range() const { return {row_begin, row_end}; }
  int rows() const { return row_end > row_begin ? row_end - row_begin : 0; }
  int cols() const { return col_end > col_begin ? col_end - col_begin : 0; }
  bool empty() const { return rows() == 0 || cols() == 0; }
};

}  // namespace tessera::partition
