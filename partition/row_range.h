#pragma once

#include <algorithm>
#include <compare>

namespace tessera::partition {

/// Half-open range of rows [begin, end); empty when end <= begin.
struct RowRange {
  int begin = 0;
  int end = 0;

  auto operator<=>(const RowRange&) const = default;
  int rows() const { return end > begin ? end - begin : 0; }
  bool empty() const { return end <= begin; }
  bool contains(RowRange other) const { return begin <= other.begin && other.end <= end; }
};

/// Rows that both ranges hold; the empty range {0, 0} when there are none.
inline RowRange intersect(RowRange a, RowRange b) {
  const RowRange both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  return both.empty() ? RowRange{} : both;
}

/// The same rows on a map `factor` times as tall.
inline RowRange scale_up(RowRange range, int factor) {
  return {range.begin * factor, range.end * factor};
}

/// The same rows on a map `factor` times less tall. Both ends must be multiples of `factor`.
inline RowRange scale_down(RowRange range, int factor) {
  return {range.begin / factor, range.end / factor};
}

}  // namespace tessera::partition
